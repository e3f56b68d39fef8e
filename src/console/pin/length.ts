import { t } from '../state/language.ts';

/** What is wrong with the length of a PIN that was typed, or undefined. Tokens count UTF-8 bytes; `min` and `max` are theirs. */
export function lengthError(text: string, { min, max }: { min: number; max: number }): string | undefined {
  const length = new TextEncoder().encode(text).length;
  if (length === 0) return t('console.pin.empty');
  if (length < min) return t('console.pin.too_short', { min });
  return length > max ? t('console.pin.too_long', { max }) : undefined;
}
