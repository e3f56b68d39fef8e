import type { AuditSection, BundleDocument } from './document.ts';
import { loose, type Picker } from './picker.ts';
import type { AttemptCount, BundleCase, BundleRooms } from './rooms.ts';

const OUTCOME = /^[a-z][a-z0-9_-]{0,60}$/;
const RV = /^(?:CKR_[A-Z0-9_]{2,60}|0x[0-9a-f]{1,8})$/i;
const MOST_COUNTS = 2_000;
const NEWEST = 50;

/** The audit trail in numbers, and its last entries. */
export function auditSection(audit: ReturnType<BundleRooms['audit']>, pick: Picker): AuditSection {
  return {
    sound: pick.flag(audit.sound),
    counts: pick.all(audit.counts, MOST_COUNTS, (count) => {
      const { day, action, outcome, count: number } = loose(count);
      const date = pick.code(day, /^\d{4}-\d{2}-\d{2}$/);
      return date === null
        ? null
        : { day: date, action: pick.code(action), outcome: pick.code(outcome, OUTCOME), count: pick.number(number) };
    }),
    newest: pick.all(audit.newest, NEWEST, (row) => {
      const { at, caller, action, outcome, token, detail } = loose(row);
      const { algorithm, count, rv } = loose(detail);
      return {
        at: pick.time(at),
        caller: pick.caller(caller),
        action: pick.code(action),
        outcome: pick.code(outcome, OUTCOME),
        token: pick.token(token),
        algorithm: pick.code(algorithm, /^(?:[A-Z]{2}\d{3}|EdDSA)$/),
        count: pick.number(count),
        rv: pick.code(rv, RV),
      };
    }),
  };
}

/** Attempts at PINs, counted. */
export function attemptsSection(attempts: readonly AttemptCount[], pick: Picker): BundleDocument['attempts'] {
  return attempts.slice(0, MOST_COUNTS).map(({ identity, kind, purpose, outcome, rv, count, first, last }) => ({
    token: pick.token(identity) ?? '',
    kind: pick.word(kind, ['user', 'so', 'context']),
    purpose: pick.word(purpose, ['login', 'change', 'unblock', 'context']),
    outcome: pick.code(outcome, OUTCOME),
    rv: pick.code(rv, RV),
    count: pick.number(count),
    first: pick.time(first),
    last: pick.time(last),
  }));
}

/** Cases, only counted: whose they are and what is in them stays here. */
export function casesSection(cases: readonly BundleCase[], pick: Picker): BundleDocument['cases'] {
  const counted = new Map<string, BundleDocument['cases'][number]>();
  for (const one of cases) {
    const procedureId = pick.code(one.procedureId);
    const state = pick.code(one.state);
    const key = `${procedureId} ${state}`;
    const before = counted.get(key);
    if (before === undefined) counted.set(key, { procedureId, state, count: 1 });
    else before.count += 1;
  }
  return [...counted.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, count]) => count);
}
