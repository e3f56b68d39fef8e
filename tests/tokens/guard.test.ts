import { afterEach, describe, expect, test } from 'vitest';
import { CKR } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import type { PinStatus } from '../../src/tokens/index.ts';
import { type Bench, bench, codeOf, pin, RIGHT, SO } from './fixture.ts';
import { type CardOptions, ModelCard } from './model-card.ts';
import type { ScriptOptions } from './scripted-driver.ts';

let open: Bench[] = [];
afterEach(async () => {
  await Promise.all(open.map((one) => one.close()));
  open = [];
});

async function make(card: CardOptions = {}, script: ScriptOptions = {}): Promise<Bench> {
  const one = await bench(card, script);
  open.push(one);
  return one;
}

const ME = { id: 'me' };

async function consented(one: Bench, kind: 'user' | 'so' = 'user'): Promise<string> {
  return (await one.tokens.consent(one.token, kind, ME)).consent;
}

let values = 100_000;

/** Presents wrong values that all differ, each by a caller of its own so that nobody has to wait. */
async function wrong(one: Bench, times: number): Promise<string[]> {
  const codes: string[] = [];
  for (let n = 0; n < times; n += 1) {
    const { state, remaining } = one.tokens.status(one.token, 'user');
    const last = state === 'final_try' || remaining?.atMost === 1 || state === 'unknown';
    const consent = last ? await consented(one) : undefined;
    values += 1;
    codes.push(await codeOf(one.tokens.login(one.token, { id: `wrong${values}` }, pin(`${values}`), consent)));
  }
  return codes;
}

async function pinOf(work: Promise<unknown>): Promise<PinStatus> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SignetError) return error.facts.pin as PinStatus;
  }
  throw new Error('it did not fail');
}

describe('a card that locks after three', () => {
  test('the third wrong answers CKR_PIN_INCORRECT and is told as locked; then nothing is presented any more', async () => {
    const one = await make({ dialect: 'exclusive' });
    expect(await wrong(one, 3)).toEqual(['pin_incorrect', 'pin_incorrect', 'pin_locked']);
    expect(one.card.seen).toHaveLength(3);
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('pin_locked');
    expect(await codeOf(one.tokens.consent(one.token, 'user', ME))).toBe('pin_locked');
    expect(one.card.seen).toHaveLength(3);
    const outcomes = one.audit
      .list({ limit: 9 })
      .filter(({ action }) => action === 'pin.login')
      .map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['locked', 'rejected', 'rejected']);
  });

  test('the last try needs a consent, which is used once and only for the state it was given in', async () => {
    const one = await make({ dialect: 'none', limit: 3 });
    const early = await consented(one);
    await wrong(one, 2);
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('final_try_consent_required');
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT), early))).toBe('final_try_consent_required');
    expect(one.card.seen).toHaveLength(2);
    const [first, second] = [await consented(one), await consented(one)];
    await one.tokens.login(one.token, ME, pin(RIGHT), first);
    await wrong(one, 2);
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT), second))).toBe('final_try_consent_required');
  });

  test('a consent is void when the flags have moved since', async () => {
    const one = await make({ dialect: 'cumulative', limit: 5 });
    await wrong(one, 3);
    one.card.verify('user', 'outside');
    const consent = await consented(one);
    one.card.verify('user', RIGHT);
    expect(await codeOf(one.tokens.login(one.token, ME, pin('000009'), consent))).toBe('final_try_consent_required');
  });

  test('the same wrong value is presented once', async () => {
    const one = await make();
    expect(await codeOf(one.tokens.login(one.token, ME, pin('000000')))).toBe('pin_incorrect');
    expect(await codeOf(one.tokens.login(one.token, ME, pin('000000')))).toBe('pin_known_wrong');
    expect(one.card.seen).toHaveLength(1);
    expect(one.tokens.status(one.token, 'user').remaining?.atMost).toBe(2);
  });

  test('nor after the card was out and in again', async () => {
    const one = await make();
    await codeOf(one.tokens.login(one.token, ME, pin('000000')));
    one.driver.slots.clear();
    await one.look();
    one.driver.slots.set('00', one.card);
    await one.look();
    expect(await codeOf(one.tokens.login(one.tokens.get(one.token.id), ME, pin('000000')))).toBe('pin_known_wrong');
    expect(one.card.seen).toHaveLength(1);
  });

  test('format and keypad are checked before anything is spent', async () => {
    const one = await make();
    expect(await codeOf(one.tokens.login(one.token, ME, pin('12')))).toBe('pin_format');
    expect(await codeOf(one.tokens.login(one.token, ME, null))).toBe('prompt_unavailable');
    expect(await codeOf(one.tokens.changePin(one.token, ME, pin(RIGHT), pin('1')))).toBe('pin_format');
    const pad = await make({ pinPad: true });
    expect(await codeOf(pad.tokens.login(pad.token, ME, pin(RIGHT)))).toBe('pinpad_required');
    expect(pad.card.seen.length + one.card.seen.length).toBe(0);
    await pad.tokens.login(pad.token, ME, null);
    expect(pad.card.seen).toHaveLength(1);
  });

  test('two wrong in a row make this caller wait, not another one', async () => {
    const one = await make({ limit: 10, dialect: 'cumulative' }, { quirks: { flags: 'reliable' } });
    await one.tokens.login(one.token, ME, pin(RIGHT));
    for (const value of ['000000', '000001']) await codeOf(one.tokens.login(one.token, ME, pin(value)));
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('rate_limited');
    expect(one.card.seen).toHaveLength(3);
    await one.tokens.login(one.token, { id: 'you' }, pin(RIGHT));
    one.clock.now += 3_001;
    await one.tokens.login(one.token, ME, pin(RIGHT));
  });

  test('a token that cannot be read, is another one, or is of an earlier host is not spoken to', async () => {
    const one = await make();
    one.driver.tokenFails = CKR.CKR_GENERAL_ERROR;
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('pin_state_unknown');
    one.driver.tokenFails = CKR.CKR_TOKEN_NOT_PRESENT;
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('token_removed');
    one.driver.tokenFails = null;
    one.card.options.serial = '2';
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('token_removed');
    one.card.options.serial = '1';
    one.driver.crash();
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('token_removed');
    expect(one.card.seen).toHaveLength(0);
  });

  test('a user PIN that was never set is not asked for, while the SO PIN may set one', async () => {
    const one = await make();
    one.card.userPinInitialised = false;
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('pin_state_unknown');
    expect(one.card.seen).toHaveLength(0);
    await one.tokens.unblock(one.token, ME, pin(SO), pin(RIGHT));
  });
});

describe('what nobody saw the end of', () => {
  test.each([
    ['crash', 'before'],
    ['crash', 'after'],
    ['timeout', 'before'],
    ['timeout', 'after'],
    ['pull', 'after'],
  ] as const)('%s %s: indeterminate, counted as spent, not called wrong', async (how, at) => {
    const one = await make({ dialect: 'none' });
    one.driver.faults.push({ how, at });
    expect(await codeOf(one.tokens.login(one.token, ME, pin('000000')))).toBe('attempt_indeterminate');
    one.driver.slots.set('00', one.card);
    await one.look();
    expect(one.tokens.status(one.tokens.get(one.token.id), 'user').remaining?.atMost).toBe(2);
  });

  test('a driver that was never called spent nothing', async () => {
    const one = await make({ dialect: 'none' });
    one.driver.faults.push({ at: 'before', how: 'unavailable' });
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('queue_full');
    expect(one.tokens.status(one.token, 'user').remaining).toBeNull();
  });

  test('at the final try it leaves nothing, even though the flag still says one', async () => {
    const one = await make({ dialect: 'opensc' });
    one.card.verify('user', 'outside');
    one.card.verify('user', 'outside');
    await one.look();
    one.driver.faults.push({ at: 'after', how: 'crash' });
    const consent = await consented(one);
    const told = await pinOf(one.tokens.login(one.token, ME, pin('000000'), consent));
    expect(told).toMatchObject({ state: 'locked', remaining: { atMost: 0 } });
  });

  test('a flag that was seen holds, even when a fresh process does not show it', async () => {
    const one = await make({ dialect: 'opensc' });
    one.card.verify('user', 'outside');
    one.card.verify('user', 'outside');
    await one.look();
    one.card.options.dialect = 'none';
    await one.look();
    expect(one.tokens.status(one.token, 'user')).toMatchObject({ state: 'final_try', basis: 'ledger' });
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('final_try_consent_required');
  });
});

describe('ways out of a lock', () => {
  test('a token that never locks is locked by the ledger, and only its SO PIN helps', async () => {
    const one = await make({ dialect: 'low-only', locks: false }, { quirks: { locksItself: false, flags: 'unreliable' } });
    expect(one.tokens.status(one.token, 'user').state).toBe('ok');
    expect(await wrong(one, 3)).toEqual(['pin_incorrect', 'pin_incorrect', 'pin_locked']);
    one.driver.slots.clear();
    await one.look();
    one.driver.slots.set('00', one.card);
    await one.look();
    const token = one.tokens.get(one.token.id);
    expect(one.tokens.status(token, 'user')).toMatchObject({ state: 'locked', basis: 'ledger' });
    one.card.verify('user', RIGHT);
    await one.look();
    expect(one.tokens.status(token, 'user').state).toBe('locked');
    expect(await one.tokens.unblock(token, ME, pin(SO), pin('654321'))).toMatchObject({
      state: 'ok',
      remaining: { atLeast: 3, atMost: 3 },
    });
    await one.tokens.login(token, ME, pin('654321'));
  });

  test('an unblock with the SO PIN brings the count back to full', async () => {
    const one = await make({ dialect: 'exclusive' });
    await wrong(one, 3);
    expect(await one.tokens.unblock(one.token, ME, pin(SO), pin('654321'))).toMatchObject({
      state: 'ok',
      remaining: { atLeast: 3, atMost: 3 },
    });
    await one.tokens.login(one.token, ME, pin('654321'));
  });

  test('an unblock that the token refused leaves the lock', async () => {
    const one = await make({ dialect: 'exclusive' });
    await wrong(one, 3);
    expect(await codeOf(one.tokens.unblock(one.token, ME, pin('00000000'), pin('654321')))).toBe('pin_incorrect');
    expect(await codeOf(one.tokens.unblock(one.token, ME, pin(SO), pin('0000')))).toBe('new_pin_refused');
    expect(one.tokens.status(one.token, 'user').state).toBe('locked');
    expect(one.tokens.status(one.token, 'so').remaining?.atMost).toBe(3);
  });

  test('a lock that the token drops by itself leaves one try', async () => {
    const one = await make({ dialect: 'exclusive' });
    await wrong(one, 3);
    one.card.initPin('654321');
    await one.look();
    expect(one.tokens.status(one.token, 'user')).toMatchObject({ state: 'final_try', remaining: { atMost: 1 } });
    expect(await codeOf(one.tokens.login(one.token, ME, pin('654321')))).toBe('final_try_consent_required');
    await one.tokens.login(one.token, ME, pin('654321'), await consented(one));
    expect(one.tokens.status(one.token, 'user').state).toBe('ok');
  });

  test('a card without flags that its issuer unblocked is unknown once it was out and in, and asks for consent', async () => {
    const one = await make({ dialect: 'none', lastWrong: 'locked' });
    await wrong(one, 3);
    one.card.initPin('654321');
    await one.look();
    expect(one.tokens.status(one.token, 'user').state).toBe('locked');
    one.driver.crash();
    await one.look();
    const crashed = one.tokens.get(one.token.id);
    expect(one.tokens.status(crashed, 'user').state).toBe('locked');
    one.driver.slots.clear();
    await one.look();
    one.driver.slots.set('00', one.card);
    await one.look();
    const token = one.tokens.get(one.token.id);
    expect(one.tokens.status(token, 'user')).toMatchObject({ state: 'unknown', remaining: null });
    expect(await codeOf(one.tokens.login(token, { id: 'a' }, pin('654321')))).toBe('final_try_consent_required');
    const { consent } = await one.tokens.consent(token, 'user', ME);
    expect(await codeOf(one.tokens.login(token, { id: 'b' }, pin('111111'), consent))).toBe('pin_locked');
    expect(one.tokens.status(token, 'user').state).toBe('locked');
  });

  test('a lock that heals by time may be tried with consent an hour later', async () => {
    const quirks = { flags: 'none', healsByTime: true, successResets: false } as const;
    const one = await make({ dialect: 'none', successResets: false }, { quirks });
    await wrong(one, 3);
    one.clock.now += 3_500_000;
    await one.look();
    expect(one.tokens.status(one.token, 'user').state).toBe('locked');
    one.clock.now += 200_000;
    await one.look();
    expect(one.tokens.status(one.token, 'user').state).toBe('unknown');
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('final_try_consent_required');
  });
});

describe('what the flags of a driver are worth', () => {
  test('COUNT_LOW that stays on a token with many tries is honest', async () => {
    const one = await make({ limit: 10, dialect: 'cumulative' });
    await wrong(one, 2);
    expect(one.tokens.status(one.token, 'user').flagsReliable).toBe('yes');
  });

  test('COUNT_LOW for ever where FINAL_TRY is due is not', async () => {
    const one = await make({ dialect: 'low-only', locks: false });
    await wrong(one, 2);
    expect(one.tokens.status(one.token, 'user').flagsReliable).toBe('no');
  });

  test('no flag after a failure is not', async () => {
    const one = await make({ dialect: 'none' });
    await wrong(one, 1);
    expect(one.tokens.status(one.token, 'user').flagsReliable).toBe('no');
  });

  test('FINAL_TRY that a process keeps after a success does not ask for consent again', async () => {
    const one = await make({ dialect: 'cached' }, { quirks: { flags: 'unreliable', flagsStale: true } });
    await wrong(one, 2);
    await one.tokens.login(one.token, ME, pin(RIGHT), await consented(one));
    expect(one.token.facts.flags & 0x20000).not.toBe(0);
    expect(one.tokens.status(one.token, 'user')).toMatchObject({ state: 'ok', remaining: { atLeast: 3, atMost: 3 } });
    await one.tokens.login(one.token, ME, pin(RIGHT));
  });

  test('use from outside ends the exactness of a count', async () => {
    const one = await make({ limit: 5, dialect: 'cumulative' });
    await one.tokens.login(one.token, ME, pin(RIGHT));
    expect(one.tokens.status(one.token, 'user').remaining).toEqual({ atLeast: 5, atMost: 5 });
    one.card.verify('user', 'outside');
    await one.look();
    expect(one.tokens.status(one.token, 'user').remaining).toEqual({ atLeast: 0, atMost: 4 });
  });

  test('and so does having been away', async () => {
    const one = await make({ dialect: 'none' });
    await one.tokens.login(one.token, ME, pin(RIGHT));
    one.driver.slots.clear();
    await one.look();
    one.driver.slots.set('00', one.card);
    await one.look();
    expect(one.tokens.status(one.tokens.get(one.token.id), 'user')).toMatchObject({ state: 'unknown', remaining: null });
  });
});

test('slots that spend from one counter hold each other’s failures against each other', async () => {
  const one = await make({ dialect: 'none', label: 'PIN1' }, { quirks: { sharedPinSlots: true } });
  one.driver.slots.set('01', new ModelCard({ dialect: 'none', label: 'PIN2' }));
  await one.look();
  const [first, second] = one.tokens.list();
  if (first === undefined || second === undefined) throw new Error('two slots were expected');
  await wrong({ ...one, token: first }, 2);
  expect(one.tokens.status(second, 'user')).toMatchObject({ state: 'final_try', remaining: { atMost: 1 } });
  await one.tokens.login(first, ME, pin(RIGHT), (await one.tokens.consent(first, 'user', ME)).consent);
  expect(one.tokens.status(second, 'user')).toMatchObject({ state: 'unknown', remaining: null });
});
