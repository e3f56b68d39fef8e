import type { Token } from '../../client/types.ts';
import { t } from '../state/language.ts';

/** What a person calls a token. */
export function nameOf({ label }: Pick<Token, 'label'>): string {
  return label === '' ? t('console.tokens.unnamed') : label;
}
