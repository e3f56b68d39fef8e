import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CKR, type Secret } from '../../src/drivers/index.ts';
import { type Bench, bench, codeOf, pin, RIGHT, SO } from './fixture.ts';
import { issue } from './issue.ts';
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

const A = { id: 'a' };
const B = { id: 'b' };

describe('whose login it is', () => {
  test('another caller is not logged in because the token is', async () => {
    const { tokens, token } = await make();
    const { session, pin: status } = await tokens.login(token, A, pin(RIGHT));
    expect(session.idleSeconds).toBe(60);
    expect(status.state).toBe('ok');
    tokens.requireSession(token, A);
    expect(() => tokens.requireSession(token, B)).toThrow('pin_required');
    expect(tokens.session(token, B)).toBeNull();
  });

  test('a right PIN of another caller keeps both', async () => {
    const { tokens, token } = await make();
    await tokens.login(token, A, pin(RIGHT));
    await tokens.login(token, B, pin(RIGHT));
    expect(tokens.session(token, A)).not.toBeNull();
    expect(tokens.session(token, B)).not.toBeNull();
  });

  test('a wrong one ends everybody’s, because it was checked by logging out first', async () => {
    const { tokens, token, driver } = await make();
    await tokens.login(token, A, pin(RIGHT));
    expect(await codeOf(tokens.login(token, B, pin('000000')))).toBe('pin_incorrect');
    expect(tokens.session(token, A)).toBeNull();
    expect(driver.loggedIn.size).toBe(0);
  });

  test('one that never reached the token leaves the others in', async () => {
    const { tokens, token, driver } = await make();
    await codeOf(tokens.login(token, B, pin('000000')));
    await tokens.login(token, A, pin(RIGHT));
    expect(await codeOf(tokens.login(token, B, pin('000000')))).toBe('pin_known_wrong');
    expect(await codeOf(tokens.login(token, B, pin('1')))).toBe('pin_format');
    driver.faults.push({ at: 'before', how: 'unavailable' });
    expect(await codeOf(tokens.login(token, B, pin(RIGHT)))).toBe('queue_full');
    expect(tokens.session(token, A)).not.toBeNull();
    expect(driver.loggedIn.size).toBe(1);
  });

  test.each([
    ['cancelled at the keypad', CKR.CKR_FUNCTION_CANCELED, 'prompt_cancelled'],
    ['unclear', CKR.CKR_GENERAL_ERROR, 'attempt_indeterminate'],
    ['already logged in', CKR.CKR_USER_ALREADY_LOGGED_IN, 'pin_state_unknown'],
    ['refused unseen', CKR.CKR_USER_PIN_NOT_INITIALIZED, 'driver_refused'],
  ])('%s: nobody’s login is taken for proven any more', async (_name, rv, code) => {
    const { tokens, token, driver } = await make({ pinPad: true });
    await tokens.login(token, A, null);
    driver.faults.push({ at: 'before', how: 'answer', rv });
    expect(await codeOf(tokens.login(token, B, null))).toBe(code);
    expect(tokens.session(token, A)).toBeNull();
  });

  test('the token is logged out when the last grant ends, not before', async () => {
    const { tokens, token, driver } = await make();
    await tokens.login(token, A, pin(RIGHT));
    await tokens.login(token, B, pin(RIGHT));
    await tokens.logout(token, A);
    expect(driver.loggedIn.size).toBe(1);
    await tokens.logout(token, B);
    expect(driver.loggedIn.size).toBe(0);
    expect(driver.calls.filter((name) => name === 'logout')).toHaveLength(1);
  });

  test('a session ends when idle and at its absolute age', async () => {
    const { tokens, token, clock } = await make();
    await tokens.login(token, A, pin(RIGHT));
    clock.now += 60_000;
    expect(tokens.session(token, A)).toBeNull();
    await tokens.login(token, A, pin(RIGHT));
    for (let n = 0; n < 19; n += 1) {
      clock.now += 30_000;
      tokens.requireSession(token, A);
    }
    clock.now += 30_000;
    expect(() => tokens.requireSession(token, A)).toThrow('pin_required');
  });

  test('unblocking ends every login; a PUK that was not presented does not', async () => {
    const { tokens, token, driver } = await make();
    await codeOf(tokens.unblock(token, B, pin('00000000'), pin('654321')));
    await tokens.login(token, A, pin(RIGHT));
    expect(await codeOf(tokens.unblock(token, B, pin('00000000'), pin('654321')))).toBe('pin_known_wrong');
    expect(tokens.session(token, A)).not.toBeNull();
    await tokens.unblock(token, B, pin(SO), pin('654321'));
    expect(tokens.session(token, A)).toBeNull();
    expect(driver.loggedIn.size).toBe(0);
  });

  test('nobody knows how to unblock: nothing is tried, and the secrets are wiped', async () => {
    const { tokens, token, driver } = await make({}, { quirks: { unblock: 'unknown' } });
    const [puk, next] = [pin(SO), pin('654321')];
    expect(await codeOf(tokens.unblock(token, A, puk, next))).toBe('unblock_unsupported');
    expect(driver.presentations).toBe(0);
    for (const secret of [puk, next]) expect(() => secret.bytes).toThrow();
  });

  test('a lost session takes the grants along', async () => {
    const { tokens, token, driver } = await make();
    await tokens.login(token, A, pin(RIGHT));
    await tokens.sessionLost(token);
    expect(tokens.session(token, A)).toBeNull();
    expect(driver.loggedIn.size).toBe(0);
    await tokens.sessionLost(token);
    expect(driver.calls.filter((name) => name === 'logout')).toHaveLength(1);
  });
});

describe('change of the PIN', () => {
  test('a right old PIN and a new one that the token takes', async () => {
    const { tokens, token, card } = await make();
    expect((await tokens.changePin(token, A, pin(RIGHT), pin('654321'))).state).toBe('ok');
    expect(card.pin('user')).toBe('654321');
  });

  test('a wrong old PIN spends a try, a new one that the token refuses does not', async () => {
    const { tokens, token, card } = await make();
    expect(await codeOf(tokens.changePin(token, A, pin('999999'), pin('654321')))).toBe('pin_incorrect');
    expect(card.left('user')).toBe(2);
    expect(await codeOf(tokens.changePin(token, A, pin(RIGHT), pin('0000')))).toBe('new_pin_refused');
    expect(tokens.status(token, 'user')).toMatchObject({ state: 'ok', remaining: { atMost: 3 } });
  });
});

test('secrets are wiped however it ends', async () => {
  const { tokens, token, driver, audit } = await make();
  const secrets: Secret[] = [];
  const typed = (text: string): Secret => {
    const secret = pin(text);
    secrets.push(secret);
    return secret;
  };
  await tokens.login(token, A, typed(RIGHT));
  await codeOf(tokens.login(token, A, typed('000000')));
  await codeOf(tokens.login(token, A, typed('1')));
  driver.faults.push({ at: 'after', how: 'answer', rv: 5 });
  await codeOf(tokens.changePin(token, A, typed('111111'), typed('222222')));
  await codeOf(tokens.unblock(token, B, typed(SO), typed('0000')));
  expect(secrets).toHaveLength(7);
  for (const secret of secrets) expect(() => secret.bytes).toThrow();
  const written = JSON.stringify(audit.list({ limit: 100 }));
  for (const canary of [RIGHT, '000000', '111111', '222222', SO]) expect(written).not.toContain(canary);
});

describe('coming and going', () => {
  test('a token that is pulled out takes its login along', async () => {
    const { tokens, token, driver, card, look, events } = await make();
    await tokens.login(token, A, pin(RIGHT));
    driver.slots.clear();
    await look();
    expect(tokens.list()).toEqual([]);
    expect(() => tokens.get(token.id)).toThrow('token_not_found');
    driver.slots.set('00', card);
    await look();
    expect(tokens.session(tokens.get(token.id), A)).toBeNull();
    expect(events.map(({ event }) => event).filter((event) => event.startsWith('token.'))).toEqual([
      'token.inserted',
      'token.removed',
      'token.inserted',
    ]);
  });

  test('a login that comes through after its token was listed anew is nobody’s and is ended', async () => {
    const one = await make({}, { stepped: false });
    one.driver.onPresent = () => {
      one.driver.onPresent = () => undefined;
      one.tokens.lost(one.driver);
    };
    expect(await codeOf(one.tokens.login(one.token, A, pin(RIGHT)))).toBe('token_removed');
    expect(one.driver.loggedIn.size).toBe(0);
  });

  test('slots that cannot be listed hold no tokens, and the next look finds them again', async () => {
    const { tokens, token, driver, look } = await make();
    await tokens.login(token, A, pin(RIGHT));
    driver.listingFails = CKR.CKR_GENERAL_ERROR;
    await look();
    expect(tokens.list()).toEqual([]);
    driver.listingFails = null;
    await look();
    expect(tokens.session(tokens.get(token.id), A)).toBeNull();
  });

  test('a fresh host for new tokens waits until nobody is logged in and nothing is under way', async () => {
    const { tokens, token, driver, events, look } = await make();
    await tokens.login(token, A, pin(RIGHT));
    driver.rescan = true;
    await look();
    await look();
    expect(driver.recycled).toBe(0);
    expect(events.filter(({ event }) => event === 'token.waiting').map(({ data }) => data)).toEqual([{ driver: driver.id }]);
    await tokens.logout(token, A);
    let during = -1;
    driver.onPresent = () => {
      during = driver.recycled;
    };
    const login = codeOf(tokens.login(token, A, pin('000000')));
    await Promise.all([login, look()]);
    expect(during).toBe(0);
    expect(await login).toBe('pin_incorrect');
    await look();
    expect(driver.recycled).toBe(1);
  });

  test('a fresh host finds the tokens where they were: nothing is told of them, and a login meanwhile waits for it', async () => {
    const { tokens, token, driver, events, look, card } = await make();
    driver.rescan = true;
    await look();
    expect(driver.recycled).toBe(1);
    expect(token.generation).not.toBe(driver.generation);
    const { session } = await tokens.login(token, A, pin(RIGHT));
    expect(session.idleSeconds).toBeGreaterThan(0);
    expect(tokens.get(token.id)).toBe(token);
    expect(card.seen).toHaveLength(1);
    expect(events.map(({ event }) => event)).not.toContain('token.removed');
  });

  test('a token that a fresh host does not find has gone, and a login that waited is refused', async () => {
    const { tokens, token, driver, events, look } = await make();
    driver.rescan = true;
    await look();
    driver.slots.clear();
    expect(await codeOf(tokens.login(token, A, pin(RIGHT)))).toBe('token_removed');
    expect(events.map(({ event }) => event)).toContain('token.removed');
    expect(await codeOf(tokens.credential('x'))).toBe('credential_not_found');
  });

  test('nobody can tell whether a token is there while its lost host is being replaced', async () => {
    const { tokens, token, driver, look } = await make();
    driver.crash();
    tokens.lost(driver);
    expect(() => tokens.get(token.id)).toThrow(expect.objectContaining({ code: 'driver_unavailable' }));
    expect(() => tokens.get('another')).toThrow(expect.objectContaining({ code: 'token_not_found' }));
    expect(await codeOf(tokens.credential('x'))).toBe('driver_unavailable');
    await look();
    expect(tokens.get(token.id).id).toBe(token.id);
    driver.crash();
    tokens.lost(driver);
    driver.slots.clear();
    await look();
    expect(() => tokens.get(token.id)).toThrow(expect.objectContaining({ code: 'token_not_found' }));
  });

  test('a change of state is told once, a lock by its own event, an attempt under way not at all', async () => {
    const { tokens, token, driver, events, look, card } = await make({ dialect: 'exclusive' });
    driver.onPresent = () => void look();
    await codeOf(tokens.login(token, A, pin('000001')));
    await codeOf(tokens.login(token, B, pin('000002')));
    const { consent } = await tokens.consent(token, 'user', A);
    await codeOf(tokens.login(token, { id: 'c' }, pin('000003'), consent));
    await look();
    const states = events
      .filter(({ event }) => event === 'pin.changed-state')
      .map(({ data }) => (data.pin as { state: string }).state);
    expect(states).toEqual(['low', 'final_try', 'locked']);
    expect(events.filter(({ event }) => event === 'pin.locked')).toHaveLength(1);
    card.initPin(RIGHT);
    await look();
    await look();
    expect(events.filter(({ event }) => event === 'pin.changed-state')).toHaveLength(4);
  });

  test('the end logs every token out and begins nothing new', async () => {
    const one = await bench();
    const other = new ModelCard({ label: 'Other' });
    one.driver.slots.set('01', other);
    await one.look();
    for (const token of one.tokens.list()) await one.tokens.login(token, A, pin(RIGHT));
    expect(one.driver.loggedIn.size).toBe(2);
    await one.tokens.stop();
    expect(one.driver.loggedIn.size).toBe(0);
    const late = pin(RIGHT);
    expect(await codeOf(one.tokens.login(one.token, A, late))).toBe('shutting_down');
    expect(() => late.bytes).toThrow();
    one.db.close();
  });
});

describe('what is on a token', () => {
  let der: Buffer;
  beforeAll(async () => {
    der = await issue('p256');
  });

  test('is listed anew after a login, because keys hide before it', async () => {
    const { tokens, token, driver } = await make();
    driver.objects = {
      certificates: [{ id: '01', label: 'c', der }],
      publicKeys: [{ id: '01' }],
      privateKeys: [{ id: '01', label: 'k', alwaysAuthenticate: true, canSign: true }],
    };
    const [before] = await tokens.credentials();
    expect(before?.key).toBeNull();
    await tokens.login(token, A, pin(RIGHT));
    const after = await tokens.credential(before?.id ?? '');
    expect(after.key?.alwaysAuthenticate).toBe(true);
    await tokens.logout(token, A);
    expect((await tokens.credential(before?.id ?? '')).key).toBeNull();
  });

  test('a listing that began before a login is not kept after it', async () => {
    const { tokens, token, driver } = await make();
    driver.objects = { certificates: [{ id: '01', label: 'c', der }], publicKeys: [{ id: '01' }] };
    driver.objects.privateKeys = [{ id: '01', label: 'k', alwaysAuthenticate: false, canSign: true }];
    const [early] = await Promise.all([tokens.contents(token), tokens.login(token, A, pin(RIGHT))]);
    expect(early.credentials[0]?.key).toBeNull();
    expect((await tokens.contents(token)).credentials[0]?.key).not.toBeNull();
  });

  test('a credential of a token that is gone is not found', async () => {
    const { tokens, driver, look } = await make();
    driver.objects = { certificates: [{ id: '01', label: 'c', der }], publicKeys: [{ id: '01' }] };
    const [credential] = await tokens.credentials();
    driver.slots.clear();
    await look();
    expect(await codeOf(tokens.credential(credential?.id ?? ''))).toBe('credential_not_found');
  });
});
