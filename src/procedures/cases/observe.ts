import { arrival, isSame } from './arrival.ts';
import type { SeenToken } from './book.ts';
import { replaces } from './proposals.ts';
import type { ListedCase } from './stored.ts';

/** States in which a PIN may be presented: the token is not locked, and that is known. */
export const USABLE: readonly string[] = ['ok', 'low', 'final_try', 'must_change'];

/** What the history gets when something about an open case was seen; null when there is nothing new. */
export function observation(one: ListedCase, tokens: readonly SeenToken[]): Record<string, string> | null {
  if (one.purpose === 'unblock') return ofToken(one, tokens);
  return one.purpose === 'revoke' ? null : ofCertificate(one, tokens);
}

/** A lock that is gone says something only when it was seen before: a case may be opened by hand for a token that works. */
function ofToken(one: ListedCase, tokens: readonly SeenToken[]): Record<string, string> | null {
  const token = tokens.find((each) => isSame(one.token, each));
  if (token === undefined) return null;
  const before = lastSeen(one);
  if (token.pinState === 'locked' && before !== 'locked') return { seen: 'locked' };
  if (USABLE.includes(token.pinState) && before === 'locked') return { seen: 'unblocked' };
  return null;
}

function lastSeen({ history }: ListedCase): string | undefined {
  const last = history.findLast(({ what, detail }) => what === 'observed' || (what === 'opened' && detail.pin === 'locked'));
  return last?.what === 'opened' ? 'locked' : last?.detail.seen;
}

function ofCertificate(one: ListedCase, tokens: readonly SeenToken[]): Record<string, string> | null {
  const { certificate } = one;
  if (certificate === null) return arrival(one, tokens);
  const next = tokens.flatMap(({ certificates }) => certificates ?? []).find((each) => replaces(each, certificate));
  if (next === undefined) return null;
  const told = one.history.some(({ what, detail }) => what === 'observed' && detail.serialNumber === next.serialNumber);
  return told ? null : { seen: 'new_certificate', serialNumber: next.serialNumber, notAfter: next.notAfter };
}
