import type { SignetError } from '../../errors/index.ts';
import { errorTexts, isPinFacts, type Language } from '../../messages/index.ts';

/**
 * An error as the extension hands it on to the page: one of the protocol's two codes, and members of ours, which it passes through
 * untouched (web-eid.js, errorSerializer).
 */
export interface WebEidFailure {
  error: {
    code: 'ERR_WEBEID_USER_CANCELLED' | 'ERR_WEBEID_NATIVE_FATAL';
    message: string;
    /** Signet's own code in capitals, such as `PIN_LOCKED`. */
    reason: string;
    /** Tries left at most, where they are known. */
    retriesLeft?: number;
    /** What says so: flags of the token, the card's own counter, or what Signet has seen. */
    retriesSource?: 'token' | 'card' | 'ledger';
    nextStep?: { text: string; procedureId: string | null };
  };
}

/** What the person did or left undone; sites pass over such an end in silence. */
const OF_PERSON: ReadonlySet<string> = new Set(['prompt_cancelled', 'prompt_timeout']);

/** The answer to a command that failed. */
export function failureOf({ code, facts }: SignetError, language: Language): WebEidFailure {
  const { detail, nextStep } = errorTexts(code, facts, language);
  const named = facts.extra?.nextStep as { text: string; procedureId?: string | null } | undefined;
  const next = named?.text ?? nextStep;
  return {
    error: {
      code: OF_PERSON.has(code) ? 'ERR_WEBEID_USER_CANCELLED' : 'ERR_WEBEID_NATIVE_FATAL',
      message: next === undefined ? detail : `${detail} ${next}`,
      reason: code.toUpperCase(),
      ...triesOf(facts.pin),
      ...(next === undefined ? {} : { nextStep: { text: next, procedureId: named?.procedureId ?? null } }),
    },
  };
}

function triesOf(pin: unknown): Pick<WebEidFailure['error'], 'retriesLeft' | 'retriesSource'> {
  if (!isPinFacts(pin) || pin.remaining === null) return {};
  const { basis } = pin;
  return { retriesLeft: pin.remaining.atMost, ...(basis === 'none' ? {} : { retriesSource: basis }) };
}
