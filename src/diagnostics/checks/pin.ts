import { FLAG } from '../../tokens/index.ts';
import type { Check, Evidence, Finding } from '../check.ts';
import type { TokenView, View } from '../view.ts';
import { SLOW_CARD } from './contents.ts';
import { nameOf, ofAll } from './shown.ts';

const AFTER_LOCK = ['token.present', 'token.initialised', 'pin.initialised', 'pin.locked'] as const;

const WARNED = FLAG.low | FLAG.final | FLAG.locked;

/** A token that was never given a user PIN asks for none and signs nothing. */
export const pinInitialised: Check = {
  id: 'pin.initialised',
  severity: 'error',
  dependsOn: ['token.present', 'token.initialised'],
  run: (view) => each(view, (token) => (isSet(token) ? undefined : { result: 'fail', variant: 'missing' })),
};

/** Blocked is told with the procedure that leads out of it; a blocked PUK beside a working PIN is a warning. */
export const pinLocked: Check = {
  id: 'pin.locked',
  severity: 'error',
  dependsOn: ['token.present', 'token.initialised', 'pin.initialised'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const tokens = await view.tokens();
    return ofAll(tokens, await Promise.all(tokens.map(async (token) => about(token, await lock(view, token, signal)))));
  },
};

/** Few tries, the last one, or a count that cannot be read. */
export const pinState: Check = {
  id: 'pin.state',
  severity: 'warning',
  dependsOn: AFTER_LOCK,
  run: (view) => each(view, stateOf),
};

/** The issuer wants the PIN it sent to be replaced before anything else. */
export const pinMustChange: Check = {
  id: 'pin.must-change',
  severity: 'warning',
  dependsOn: AFTER_LOCK,
  run: (view) => each(view, (token) => (mustChange(token) ? { result: 'warn', variant: 'change' } : undefined)),
};

/** The flag counts even where nothing else is known of the PIN. */
function mustChange({ flags, pin }: TokenView): boolean {
  return pin.state === 'must_change' || (flags & FLAG.mustChange) !== 0;
}

function isSet({ flags, pin }: TokenView): boolean {
  return (flags & FLAG.userPinInitialised) !== 0 && pin.state !== 'not_initialised';
}

async function lock(view: View, token: TokenView, signal: AbortSignal): Promise<Finding> {
  const [pin, puk] = [token.pin.state === 'locked', token.puk.state === 'locked'];
  if (!pin) return puk ? { result: 'warn', variant: 'puk_locked' } : { result: 'pass' };
  const procedureId = view.procedureFor('unblock', token, await issuerOf(view, token, signal));
  return {
    result: 'fail',
    variant: puk ? 'both_locked' : 'locked',
    ...(procedureId === null ? {} : { procedureId }),
  };
}

/** Whose certificate is on it, which decides whose procedure applies; null when that cannot be read either. */
async function issuerOf(view: View, token: TokenView, signal: AbortSignal): Promise<string | null> {
  try {
    const { certificates } = await view.contents(token.id, signal);
    return certificates.find(({ facts }) => facts !== null && !facts.isCa)?.facts?.issuer ?? null;
  } catch {
    return null;
  }
}

function stateOf({ flags, pin, puk }: TokenView): Finding | undefined {
  const left = pin.remaining?.atMost ?? 0;
  switch (pin.state) {
    case 'locked':
      return { result: 'fail', variant: 'locked' };
    case 'final_try':
      return { result: 'fail', variant: 'final_try' };
    case 'low':
      return { result: 'warn', variant: 'low', params: { left, limit: pin.limit } };
    case 'unknown':
      // Most cards tell nothing before the first try that Signet sees. Only what they do tell, or a PIN that may be blocked, is worth a warning.
      return { result: flags & WARNED ? 'warn' : 'unknown', variant: flags & WARNED ? 'doubtful' : 'not_known' };
    default:
      return puk.state === 'final_try' ? { result: 'warn', variant: 'puk_final_try' } : undefined;
  }
}

async function each(view: View, look: (token: TokenView) => Finding | undefined): Promise<readonly Finding[]> {
  const tokens = await view.tokens();
  return ofAll(
    tokens,
    tokens.map((token) => about(token, look(token) ?? { result: 'pass' })),
  );
}

function about(token: TokenView, found: Finding): Finding {
  return {
    ...found,
    subject: token.id,
    params: { label: nameOf(token), ...found.params },
    evidence: { ...evidenceOf(token), ...found.evidence },
  };
}

function evidenceOf({ pin, puk }: TokenView): Evidence {
  return {
    state: pin.state,
    atLeast: pin.remaining?.atLeast ?? null,
    atMost: pin.remaining?.atMost ?? null,
    limit: pin.limit,
    basis: pin.basis,
    flagsReliable: pin.flagsReliable,
    puk: puk.state,
  };
}
