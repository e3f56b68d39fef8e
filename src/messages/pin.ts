import type { Translate } from './translator.ts';

/** The members of a PIN status that a text is made of. */
export interface PinFacts {
  state: 'ok' | 'low' | 'final_try' | 'locked' | 'not_initialised' | 'must_change' | 'unknown';
  remaining: { atLeast: number; atMost: number } | null;
  basis: 'token' | 'card' | 'ledger' | 'none';
  flagsReliable: 'yes' | 'no' | 'unproven';
}

/** How many tries are left, as a phrase: "3 tries left", "1 or 2 tries left" */
export function triesLeft(pin: PinFacts, t: Translate): string {
  if (pin.state === 'locked') return t('pin.left_none');
  if (pin.remaining === null) return t('pin.left_unknown');
  const { atLeast, atMost } = pin.remaining;
  if (atLeast >= atMost) return t('pin.left_exact', { count: atMost });
  return t(atMost - atLeast === 1 ? 'pin.left_either' : 'pin.left_range', { atLeast, atMost });
}

/** How sure that is, as a phrase to put behind it: who said so, and whether they can be believed. */
export function howSure(pin: PinFacts, t: Translate): string {
  if (pin.basis === 'token') return t(pin.flagsReliable === 'yes' ? 'pin.sure_token' : 'pin.sure_token_unproven');
  return t(`pin.sure_${pin.basis}`);
}

/** The state as a short word or two. */
export function pinState(pin: PinFacts, t: Translate): string {
  return t(`pin.state_${pin.state}`);
}

/** Whether a value is a PIN status; error facts carry it as unknown. */
export function isPinFacts(value: unknown): value is PinFacts {
  return typeof value === 'object' && value !== null && 'state' in value && 'remaining' in value && 'basis' in value;
}
