import type { ErrorCode, ErrorFacts } from '../errors/index.ts';
import { isPinFacts, triesLeft } from './pin.ts';
import { translator } from './translator.ts';

/** What a person is told about an error. */
export interface ErrorTexts {
  title: string;
  detail: string;
  /** What to do now, where there is something. */
  nextStep?: string;
}

/**
 * The texts of an error in a language. `facts.params` and the PIN's status fill the placeholders; `facts.variant` picks a more
 * exact detail, or the general one where there is none of that name. Never fails.
 */
export function errorTexts(code: ErrorCode, facts: Omit<ErrorFacts, 'cause'> = {}, language = 'en'): ErrorTexts {
  const t = translator(language);
  const params = { ...UNSAID, ...facts.params, remaining: isPinFacts(facts.pin) ? sentence(triesLeft(facts.pin, t)) : '' };
  const said = (name: string): string | undefined => {
    const key = `errors.${code}.${name}`;
    const text = t(key, params);
    // A sentence whose placeholder is empty leaves its blanks behind.
    return text === key ? undefined : text.replace(/ {2,}/g, ' ').trim();
  };
  const variant = facts.variant === undefined ? undefined : said(`detail_${facts.variant}`);
  const nextStep = (facts.variant === undefined ? undefined : said(`next_${facts.variant}`)) ?? said('next');
  return {
    title: said('title') ?? code,
    detail: variant ?? said('detail') ?? code,
    ...(nextStep === undefined ? {} : { nextStep }),
  };
}

function sentence(phrase: string): string {
  return `${phrase.charAt(0).toUpperCase()}${phrase.slice(1)}.`;
}

/** What stands where a fact is missing: nothing, rather than the placeholder's name. */
const UNSAID = {
  actual: '',
  algorithm: '',
  driver: '',
  expected: '',
  field: '',
  list: '',
  max: '',
  min: '',
  name: '',
  origin: '',
  reason: '',
  rv: '',
  scope: '',
  seconds: '',
  version: '',
};
