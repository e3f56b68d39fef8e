import { createHash } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CKR } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { Signing } from '../../src/signatures/sign.ts';
import type { Credential } from '../../src/tokens/index.ts';
import { type Bench, bench, codeOf, pin, RIGHT } from '../tokens/fixture.ts';
import { issue } from '../tokens/issue.ts';
import { signature } from '../tokens/scripted-driver.ts';

const ME = { id: 'me' };
const YOU = { id: 'you' };
let der: Buffer;
let one: Bench;
let signing: Signing;

beforeAll(async () => {
  der = await issue('p256');
});

beforeEach(async () => {
  one = await bench({ dialect: 'exclusive' });
  signing = new Signing(one.tokens, one.audit);
});

afterEach(async () => {
  one.db.get('PRAGMA query_only = 0');
  await one.close();
});

/** Logged in as ME, with one key on the token. */
async function ready(alwaysAuthenticate = false): Promise<Credential> {
  one.driver.objects = {
    certificates: [{ id: '01', label: 'c', der }],
    publicKeys: [{ id: '01' }],
    privateKeys: [{ id: '01', label: 'k', alwaysAuthenticate, canSign: true }],
  };
  await one.tokens.login(one.token, ME, pin(RIGHT));
  const [credential] = await one.tokens.credentials();
  if (credential === undefined) throw new Error('no credential');
  return credential;
}

function digest(n: number): Buffer {
  return createHash('sha256').update(String(n)).digest();
}

const input = (n: number) => ({ algorithm: 'ES256' as const, digest: digest(n) });

function audited(): (string | number | boolean | undefined)[][] {
  return one.audit
    .list({ limit: 50 })
    .reverse()
    .filter(({ action }) => action.startsWith('sign'))
    .map(({ action, outcome, detail }) => [action, outcome, detail?.count]);
}

async function failure(work: Promise<unknown>): Promise<SignetError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SignetError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}

describe('one signature', () => {
  test('is made by the key, and audited with the algorithm and nothing of what was signed', async () => {
    const credential = await ready();
    expect(await signing.sign(credential, ME, input(1))).toEqual(signature(digest(1), 64));
    expect(audited()).toEqual([['sign', 'ok', undefined]]);
    const rows = JSON.stringify(one.audit.list({ limit: 50 }));
    for (const form of ['hex', 'base64', 'base64url'] as const) expect(rows).not.toContain(digest(1).toString(form));
    expect(one.audit.list({ limit: 1 })).toMatchObject([{ caller: 'me', token: one.token.id, credential: credential.id }]);
  });

  test('needs this caller’s login', async () => {
    const credential = await ready();
    expect(await codeOf(signing.sign(credential, YOU, input(1)))).toBe('pin_required');
    expect(one.driver.calls).not.toContain('sign');
  });

  test.each([
    ['a digest of a wrong length', { algorithm: 'ES256' as const, digest: Buffer.alloc(20) }, 'digest_length'],
    ['an algorithm of another key', { algorithm: 'RS256' as const, digest: Buffer.alloc(32) }, 'algorithm_unsupported'],
  ])('%s never reaches the token', async (_name, wrong, code) => {
    expect(await codeOf(signing.sign(await ready(), ME, wrong))).toBe(code);
    expect(one.driver.calls).not.toContain('sign');
  });

  test.each([
    ['CKR_USER_NOT_LOGGED_IN', 'pin_required'],
    ['CKR_SESSION_HANDLE_INVALID', 'pin_required'],
    ['CKR_OBJECT_HANDLE_INVALID', 'pin_required'],
    ['CKR_GENERAL_ERROR', 'pin_required'],
    ['CKR_DEVICE_REMOVED', 'token_removed'],
    ['CKR_TOKEN_NOT_PRESENT', 'token_removed'],
  ] as const)('%s ends every login on the token', async (name, code) => {
    const credential = await ready();
    await one.tokens.login(one.token, YOU, pin(RIGHT));
    const again = await one.tokens.credential(credential.id);
    one.driver.signAnswers = [CKR[name]];
    expect(await codeOf(signing.sign(again, ME, input(1)))).toBe(code);
    expect(one.tokens.session(one.token, ME)).toBeNull();
    expect(one.tokens.session(one.token, YOU)).toBeNull();
    expect(audited()).toEqual([['sign', code, undefined]]);
  });

  test.each([
    ['CKR_MECHANISM_INVALID', 'algorithm_unsupported'],
    ['CKR_OPERATION_ACTIVE', 'token_busy'],
    ['CKR_HOST_MEMORY', 'driver_refused'],
  ] as const)('%s leaves the login', async (name, code) => {
    const credential = await ready();
    one.driver.signAnswers = [CKR[name]];
    expect(await codeOf(signing.sign(credential, ME, input(1)))).toBe(code);
    expect(one.tokens.session(one.token, ME)).not.toBeNull();
  });

  test('no PIN is presented because a session was lost', async () => {
    const credential = await ready();
    one.driver.signAnswers = [CKR.CKR_USER_NOT_LOGGED_IN];
    await codeOf(signing.sign(credential, ME, input(1)));
    expect(one.driver.presentations).toBe(1);
  });
});

describe('a batch', () => {
  const digests = Array.from({ length: 1_000 }, (_, n) => digest(n));

  test('comes back in order, and is audited as begun and done', async () => {
    const made = await signing.signBatch(await ready(), ME, 'ES256', digests);
    expect(made).toEqual(digests.map((each) => signature(each, 64)));
    expect(audited()).toEqual([
      ['sign-batch', 'begun', 1_000],
      ['sign-batch', 'ok', 1_000],
    ]);
  });

  test('that fails in the middle says how many from the front were made', async () => {
    const credential = await ready();
    one.driver.signAnswers = [...Array.from({ length: 300 }, () => undefined), CKR.CKR_HOST_MEMORY];
    const error = await failure(signing.signBatch(credential, ME, 'ES256', digests));
    expect(error.code).toBe('driver_refused');
    const made = Number(error.facts.extra?.made);
    // Whole calls count; one makes at most 64.
    expect(made).toBeGreaterThan(300 - 64);
    expect(made).toBeLessThanOrEqual(300);
    const [, , signed] = audited().at(-1) ?? [];
    expect(Number(signed)).toBeGreaterThanOrEqual(made);
    expect(Number(signed)).toBeLessThan(1_000);
  });

  test('ends with the session', async () => {
    const credential = await ready();
    one.driver.signAnswers = [...Array.from({ length: 40 }, () => undefined), CKR.CKR_DEVICE_REMOVED];
    const error = await failure(signing.signBatch(credential, ME, 'ES256', digests));
    expect(error.code).toBe('token_removed');
    expect(error.facts.extra?.made).toBeGreaterThanOrEqual(1);
    expect(error.facts.extra?.made).toBeLessThanOrEqual(40);
    expect(one.tokens.session(one.token, ME)).toBeNull();
  });

  test('stops when its caller’s login ends', async () => {
    const credential = await ready();
    const batch = failure(signing.signBatch(credential, ME, 'ES256', digests));
    await one.tokens.logout(one.token, ME);
    const error = await batch;
    expect(error.code).toBe('pin_required');
    expect(Number(error.facts.extra?.made)).toBeLessThan(1_000);
  });

  test('with one wrong digest signs nothing', async () => {
    const credential = await ready();
    expect(await codeOf(signing.signBatch(credential, ME, 'ES256', [...digests, Buffer.alloc(31)]))).toBe('digest_length');
    expect(one.driver.calls).not.toContain('sign');
  });

  test('is refused to a key that asks every time', async () => {
    const credential = await ready(true);
    expect(await codeOf(signing.signBatch(credential, ME, 'ES256', digests))).toBe('pin_required');
    expect(one.driver.calls).not.toContain('sign');
  });
});

describe('a key that asks every time', () => {
  test('asks every time', async () => {
    const credential = await ready(true);
    expect(await codeOf(signing.sign(credential, ME, input(1)))).toBe('pin_required');
    for (let n = 0; n < 3; n += 1) {
      expect(await signing.sign(credential, ME, input(n), { pin: pin(RIGHT) })).toEqual(signature(digest(n), 64));
    }
    expect(await codeOf(signing.sign(credential, ME, input(1)))).toBe('pin_required');
    expect(one.card.seen.map(({ kind }) => kind)).toEqual(['user', 'context', 'context', 'context']);
  });

  test('a wrong PIN signs nothing and is counted against the user PIN too', async () => {
    const credential = await ready(true);
    expect(await codeOf(signing.sign(credential, ME, input(1), { pin: pin('000000') }))).toBe('pin_incorrect');
    expect(one.tokens.status(one.token, 'context').remaining?.atMost).toBe(2);
    expect(one.tokens.status(one.token, 'user').remaining?.atMost).toBe(2);
    expect(await codeOf(signing.sign(credential, ME, input(1), { pin: pin('000000') }))).toBe('pin_known_wrong');
    expect(one.card.seen).toHaveLength(2);
    expect(audited()).toEqual([
      ['sign', 'pin_incorrect', undefined],
      ['sign', 'pin_known_wrong', undefined],
    ]);
  });

  test('the last try needs a consent, and one for the user PIN will do', async () => {
    const credential = await ready(true);
    for (const value of ['000000', '000001']) await codeOf(signing.sign(credential, ME, input(1), { pin: pin(value) }));
    one.clock.now += 10_000;
    const before = one.card.seen.length;
    expect(await codeOf(signing.sign(credential, ME, input(1), { pin: pin(RIGHT) }))).toBe('final_try_consent_required');
    expect(await codeOf(one.tokens.login(one.token, YOU, pin(RIGHT)))).toBe('final_try_consent_required');
    expect(one.card.seen).toHaveLength(before);
    const { consent } = await one.tokens.consent(one.token, 'user', ME);
    expect(await signing.sign(credential, ME, input(1), { pin: pin(RIGHT), consent })).toEqual(signature(digest(1), 64));
  });

  test('what the driver says before the PIN is presented is told as it is, and spends nothing', async () => {
    const credential = await ready(true);
    one.driver.loggedIn.clear();
    expect(await codeOf(signing.sign(credential, ME, input(1), { pin: pin(RIGHT) }))).toBe('pin_required');
    expect(one.tokens.session(one.token, ME)).toBeNull();
    expect(one.card.seen).toHaveLength(1);
    expect(one.tokens.status(one.token, 'context').remaining?.atMost ?? 3).toBe(3);
  });

  test('what it says afterwards counts as possibly spent', async () => {
    const credential = await ready(true);
    one.driver.signAnswers = [CKR.CKR_PIN_INCORRECT];
    expect(await codeOf(signing.sign(credential, ME, input(1), { pin: pin(RIGHT) }))).toBe('attempt_indeterminate');
    expect(one.tokens.status(one.token, 'context').remaining?.atMost).toBe(2);
  });
});

describe('an audit trail that cannot be written', () => {
  test('nothing is signed', async () => {
    const credential = await ready();
    one.db.get('PRAGMA query_only = 1');
    one.audit.addNow({ caller: 'x', action: 'x', outcome: 'x' });
    expect(await codeOf(signing.sign(credential, ME, input(1)))).toBe('storage_unavailable');
    expect(await codeOf(signing.signBatch(credential, ME, 'ES256', [digest(1)]))).toBe('storage_unavailable');
    expect(one.driver.calls).not.toContain('sign');
  });

  test('a batch stops in the middle, and what was made is written when there is room again', async () => {
    const credential = await ready();
    const many = Array.from({ length: 2_000 }, (_, n) => digest(n));
    let calls = 0;
    const { driver } = one;
    const call = driver.call.bind(driver);
    driver.call = (name, args) => {
      if (name === 'sign') calls += 1;
      if (calls === 5) {
        one.db.get('PRAGMA query_only = 1');
        one.audit.flush();
      }
      return call(name, args);
    };
    const error = await failure(signing.signBatch(credential, ME, 'ES256', many));
    expect(error.code).toBe('storage_unavailable');
    expect(calls).toBeLessThan(12);
    one.db.get('PRAGMA query_only = 0');
    one.audit.flush();
    expect(audited().at(-1)?.slice(0, 2)).toEqual(['sign-batch', 'storage_unavailable']);
    expect(one.audit.firstBreak()).toBeNull();
  });
});
