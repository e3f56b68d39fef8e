import { afterEach, describe, expect, test } from 'vitest';
import { Database } from '../../src/store/index.ts';
import { type Bench, bench, codeOf, pin, RIGHT, SO } from './fixture.ts';
import type { CardOptions } from './model-card.ts';

let open: Bench[] = [];
afterEach(async () => {
  for (const one of open) {
    refuse(one, false);
    await one.close();
  }
  open = [];
});

async function make(card: CardOptions = {}): Promise<Bench> {
  const one = await bench(card, {}, Database.open(':memory:'));
  open.push(one);
  return one;
}

/** The disk refuses every write while this is on. */
function refuse(one: Bench, on: boolean): void {
  one.db.get(`PRAGMA query_only = ${on ? 1 : 0}`);
}

const ME = { id: 'me' };

describe('before the PIN is presented', () => {
  test('nothing is presented, of any kind, and the secret is wiped', async () => {
    const one = await make();
    refuse(one, true);
    const typed = pin(RIGHT);
    expect(await codeOf(one.tokens.login(one.token, ME, typed))).toBe('storage_unavailable');
    expect(await codeOf(one.tokens.changePin(one.token, ME, pin(RIGHT), pin('654321')))).toBe('storage_unavailable');
    expect(await codeOf(one.tokens.unblock(one.token, ME, pin(SO), pin('654321')))).toBe('storage_unavailable');
    expect(await codeOf(one.tokens.consent(one.token, 'user', ME))).toBe('storage_unavailable');
    expect(one.driver.presentations).toBe(0);
    expect(() => typed.bytes).toThrow();
  });

  test('nor when only the audit trail cannot be written', async () => {
    const one = await make();
    refuse(one, true);
    one.audit.addNow({ caller: 'x', action: 'x', outcome: 'x' });
    expect(await codeOf(one.tokens.login(one.token, ME, pin(RIGHT)))).toBe('storage_unavailable');
    expect(one.driver.calls.filter((name) => name === 'login')).toEqual([]);
    refuse(one, false);
    await one.tokens.login(one.token, ME, pin(RIGHT));
  });

  test('the status can still be read', async () => {
    const one = await make({ dialect: 'exclusive' });
    one.card.verify('user', 'outside');
    refuse(one, true);
    await one.look();
    expect(one.tokens.status(one.token, 'user')).toMatchObject({ state: 'low', remaining: { atMost: 2 } });
    refuse(one, false);
    await one.look();
    expect(one.ledger.count({ identity: one.token.identity, card: one.token.identity }, 'user')).toMatchObject({
      lastFlags: 0x10000,
      atMost: 2,
    });
  });
});

describe('between the presentation and its answer', () => {
  /** The disk fails while the PIN is with the token. */
  async function during(one: Bench, value: string): Promise<string> {
    one.driver.onPresent = () => refuse(one, true);
    const code = await codeOf(one.tokens.login(one.token, ME, pin(value)));
    one.driver.onPresent = () => undefined;
    return code;
  }

  test('a right PIN is told as right, and the attempt stays counted', async () => {
    const one = await make({ dialect: 'none' });
    expect(await during(one, RIGHT)).toBe('ok');
    expect(one.tokens.session(one.token, ME)).not.toBeNull();
    expect(one.tokens.status(one.token, 'user').remaining?.atMost).toBe(2);
  });

  test('a wrong one as wrong, and it is in the ledger once the disk is back', async () => {
    const one = await make({ dialect: 'none' });
    expect(await during(one, '000000')).toBe('pin_incorrect');
    expect(await codeOf(one.tokens.login(one.token, { id: 'you' }, pin(RIGHT)))).toBe('storage_unavailable');
    expect(one.driver.presentations).toBe(1);
    refuse(one, false);
    await codeOf(one.tokens.login(one.token, { id: 'you' }, pin('000001')));
    const count = one.ledger.count({ identity: one.token.identity, card: one.token.identity }, 'user');
    expect(count).toMatchObject({ rejected: 2, indeterminate: 0 });
    expect(one.audit.firstBreak()).toBeNull();
    expect(one.audit.list({ limit: 9 }).map(({ action, outcome }) => [action, outcome])).toEqual([
      ['pin.login', 'rejected'],
      ['pin.login', 'rejected'],
    ]);
  });

  test('a lock as locked, and nothing more is presented, with or without the disk', async () => {
    const one = await make({ dialect: 'none', lastWrong: 'locked' });
    for (let n = 0; n < 3; n += 1) one.card.verify('user', 'outside');
    expect(await during(one, RIGHT)).toBe('pin_locked');
    expect(one.tokens.status(one.token, 'user').state).toBe('locked');
    refuse(one, false);
    expect(await codeOf(one.tokens.login(one.token, { id: 'you' }, pin(RIGHT)))).toBe('pin_locked');
    expect(one.card.seen.splice(0)).toHaveLength(4);
    expect(one.driver.calls.filter((name) => name === 'login')).toHaveLength(1);
  });
});

test('a crash in the middle of an attempt leaves it spent for the next daemon', async () => {
  const db = Database.open(':memory:');
  const first = await bench({ dialect: 'none' }, { stepped: false }, db);
  first.driver.faults.push({ at: 'after', how: 'crash' });
  await codeOf(first.tokens.login(first.token, ME, pin('000000')));
  db.run('UPDATE attempts SET outcome = NULL');
  const second = await bench({ dialect: 'none' }, {}, db);
  expect(second.ledger.settle()).toBe(1);
  expect(second.tokens.status(second.token, 'user')).toMatchObject({ state: 'low', remaining: { atLeast: 0, atMost: 2 } });
  await first.tokens.stop();
  await second.close();
});
