import { createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { flipped } from './flipped.ts';

const ORIGIN = 'https://sede.example';
const NONCE = Buffer.alloc(33, 7).toString('base64');
const KINDS = ['rsa2048', 'p256', 'p384'] as const;
type Kind = (typeof KINDS)[number];
const WRONG = ['246801', '246802', '246803'] as const;
const FATAL = 'ERR_WEBEID_NATIVE_FATAL';

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;

const derOf = (kind: Kind): string => token.keys.find((key) => key.kind === kind)?.certificate ?? '';
const hashed = (bits: 256 | 384 | 512, text = 'a contract') => createHash(`sha${bits}`).update(text).digest();

/** One command, as the host hands it on. */
async function ask(command: string, given: Record<string, unknown> = {}) {
  const { status, json } = await daemon.call('POST', '/v1/host', { host: 'eu.webeid', message: { command, arguments: given } });
  expect(status).toBe(200);
  return json.message;
}

beforeAll(async () => {
  token = await createSoftHsm();
});
afterAll(() => token.dispose());

/** A daemon of its own with this bridge alone. */
function start(webeid = true): Promise<TestDaemon> {
  const settings = { bridges: { webeid, scs: false, nexu: false, afirma: false } };
  return startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], settings });
}

/** The kinds of the questions that were asked. */
const asked = () => person.seen.map(({ question }) => question.kind);

describe('the four commands', () => {
  beforeAll(async () => {
    daemon = await start();
  });
  afterAll(() => daemon.dispose());
  beforeEach(async () => {
    person = await personAt(daemon);
  });
  afterEach(() => person[Symbol.asyncDispose]());

  it('quit', async () => {
    expect(await ask('quit')).toEqual({});
    expect(await ask('quit', { lang: 'fr' })).toEqual({});
    expect(person.seen).toEqual([]);
  });

  it.each([
    ['rsa2048', 'RSA', 'PKCS1.5', 'RS256'],
    ['p256', 'ECC', 'NONE', 'ES256'],
    ['p384', 'ECC', 'NONE', 'ES384'],
  ] as const)('serve a key of the kind %s', async (kind, cryptoAlgorithm, paddingScheme, algorithm) => {
    person.does({ pair: true, certificate: kind, pin: USER_PIN, confirm: true });
    const login = await ask('authenticate', { challengeNonce: NONCE, origin: ORIGIN });
    expect(login.error).toBeUndefined();
    expect(Object.keys(login).sort()).toEqual(['algorithm', 'appVersion', 'format', 'signature', 'unverifiedCertificate']);
    expect(login).toMatchObject({ algorithm, format: 'web-eid:1.0', unverifiedCertificate: derOf(kind) });
    expect(new URL(login.appVersion).protocol).toBe('https:');

    const shown = await ask('get-signing-certificate', { origin: ORIGIN, lang: 'es' });
    const supported = (['SHA-256', 'SHA-384', 'SHA-512'] as const).map((hashFunction) => ({
      cryptoAlgorithm,
      hashFunction,
      paddingScheme,
    }));
    expect(shown).toEqual({ certificate: derOf(kind), supportedSignatureAlgorithms: supported });

    const { publicKey } = new X509Certificate(Buffer.from(shown.certificate, 'base64'));
    for (const bits of [256, 384, 512] as const) {
      const hashFunction = `SHA-${bits}`;
      const signed = await ask('sign', {
        hash: hashed(bits).toString('base64'),
        hashFunction,
        certificate: shown.certificate,
        origin: ORIGIN,
      });
      expect(signed).toEqual({
        signature: signed.signature,
        signatureAlgorithm: { cryptoAlgorithm, hashFunction, paddingScheme },
      });
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
      expect(verify(`sha${bits}`, Buffer.from('a contract'), key, Buffer.from(signed.signature, 'base64'))).toBe(true);
    }
  });

  it('serve a page of this machine by plain HTTP, as every way into Signet does', async () => {
    person.does({ pair: true, certificate: 'p256', pin: USER_PIN });
    const origin = 'http://localhost:3000';
    expect(await ask('authenticate', { challengeNonce: NONCE, origin })).toMatchObject({ algorithm: 'ES256' });
  });

  it('ask a site that kept a certificate to have it shown again, and sign with no other', async () => {
    person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true });
    const kept = { hash: hashed(256).toString('base64'), hashFunction: 'SHA-256', origin: 'https://kept.example' };
    expect(await ask('sign', { ...kept, certificate: derOf('p256') })).toMatchObject({ signature: expect.any(String) });
    expect(asked()).toEqual(['pair', 'certificate', 'pin']);
    const [, { question } = { question: null }] = person.seen;
    expect(question).toMatchObject({ candidates: [{ holder: 'p256' }] });

    const absent = await ask('sign', { ...kept, certificate: flipped(derOf('p256')) });
    expect(absent.error).toMatchObject({ code: FATAL, reason: 'CREDENTIAL_NOT_FOUND' });
    expect(asked()).toHaveLength(3);
  });

  it.each([
    ['SHA-224', 28],
    ['SHA3-224', 28],
    ['SHA3-256', 32],
    ['SHA3-384', 48],
    ['SHA3-512', 64],
  ])('refuse %s, which they do not list', async (hashFunction, length) => {
    const site = { origin: ORIGIN, lang: 'fr' };
    person.does({ pair: true, certificate: 'p256', pin: USER_PIN, confirm: true });
    const { certificate } = await ask('get-signing-certificate', site);
    const before = asked().length;
    const { error } = await ask('sign', { ...site, certificate, hashFunction, hash: Buffer.alloc(length).toString('base64') });
    expect(error).toMatchObject({ code: FATAL, reason: 'ALGORITHM_UNSUPPORTED', message: expect.stringContaining(hashFunction) });
    expect(asked()).toHaveLength(before);
  });

  it("refuse what is not to the letter of the protocol, in the words of the page's language", async () => {
    const { error } = await ask('quit', { lang: 'es', more: true });
    expect(error).toEqual({
      code: FATAL,
      message: expect.stringMatching(/petición/),
      reason: 'INVALID_REQUEST',
      nextStep: { text: expect.any(String), procedureId: null },
    });
    const { json } = await daemon.call('POST', '/v1/host', { host: 'eu.webeid', message: 'hello' });
    expect(json.message.error.reason).toBe('INVALID_REQUEST');
  });

  it('are for programs of this user alone', async () => {
    const every = await daemon.client('every', 'status', 'sign', 'pin', 'admin');
    const body = { host: 'eu.webeid', message: { command: 'quit', arguments: {} } };
    expect(await daemon.as(every)('POST', '/v1/host', body)).toMatchObject({ status: 403, json: { code: 'local_only' } });
    expect(await daemon.call('POST', '/v1/host', body, { origin: ORIGIN })).toMatchObject({ status: 403 });
    expect(await daemon.call('POST', '/v1/host', { ...body, host: 'signet' })).toMatchObject({ status: 400 });
    expect(await daemon.call('POST', '/v1/host', { ...body, more: 1 })).toMatchObject({ status: 400 });
  });
});

describe('a command that fails', () => {
  beforeEach(async () => {
    daemon = await start();
    person = await personAt(daemon);
  });
  afterEach(async () => {
    await person[Symbol.asyncDispose]();
    await daemon.dispose();
  });
  const login = (lang = 'en') => ask('authenticate', { challengeNonce: NONCE, origin: ORIGIN, lang });

  it('says that the person cancelled: the pairing, the choice, the PIN', async () => {
    const cancelled = { code: 'ERR_WEBEID_USER_CANCELLED', reason: 'PROMPT_CANCELLED', message: expect.any(String) };
    person.does({ pair: 'no' });
    expect((await login()).error).toMatchObject(cancelled);
    person.does({ pair: true, certificate: 'no' });
    expect((await login()).error).toMatchObject(cancelled);
    person.does({ pair: true, certificate: 'p256', pin: USER_PIN });
    expect((await login()).error).toBeUndefined();
    person.does({ certificate: 'p256', confirm: 'no' });
    expect((await login()).error).toMatchObject(cancelled);
    expect(asked()).toEqual(['pair', 'pair', 'certificate', 'certificate', 'pin', 'certificate', 'confirm']);
  });

  it('asks again after a wrong PIN, with the tries that are left, and goes on with the right one', async () => {
    person.does({ pair: true, certificate: 'p256', pin: [WRONG[0], USER_PIN] });
    expect(await login()).toMatchObject({ algorithm: 'ES256' });
    expect(asked()).toEqual(['pair', 'certificate', 'pin', 'pin']);
    expect(person.seen.at(-1)?.question).toMatchObject({ again: 'pin_incorrect', tries: { remaining: { atMost: 2 } } });
  });

  it('says what is left when the person gives up after a wrong PIN', async () => {
    person.does({ pair: true, certificate: 'p256', pin: [WRONG[0]] });
    const failed = login();
    await person.next('pin');
    await person.cancel();
    expect((await failed).error).toMatchObject({ code: 'ERR_WEBEID_USER_CANCELLED', reason: 'PROMPT_CANCELLED' });
  });

  it('says that the third wrong PIN blocked the card, who counted, and what to do now', async () => {
    person.does({ pair: true, certificate: 'p256', pin: WRONG, final_try: true, blocked: true });
    const { error } = await login('fr');
    expect(asked().filter((kind) => kind === 'pin' || kind === 'final_try')).toEqual(['pin', 'pin', 'final_try', 'pin']);
    expect(error).toEqual({
      code: FATAL,
      reason: 'PIN_LOCKED',
      retriesLeft: 0,
      retriesSource: 'ledger',
      message: expect.stringMatching(/bloqu/),
      nextStep: { text: expect.any(String), procedureId: 'generic.unblock' },
    });
    const { error: again } = await login();
    expect(again).toMatchObject({ code: FATAL, reason: 'PIN_LOCKED', retriesLeft: 0 });
    expect(asked().filter((kind) => kind === 'pin')).toHaveLength(3);
  }, 90_000);
});

it('says that nobody can be asked', async () => {
  daemon = await start();
  const { error } = await ask('get-signing-certificate', { origin: ORIGIN });
  expect(error).toMatchObject({ code: FATAL, reason: 'PROMPT_UNAVAILABLE' });
  await daemon.dispose();
});

it('is refused when the bridge is switched off', async () => {
  daemon = await start(false);
  const body = { host: 'eu.webeid', message: { command: 'quit', arguments: {} } };
  expect(await daemon.call('POST', '/v1/host', body)).toMatchObject({ status: 409, json: { code: 'bridge_off' } });
  await daemon.dispose();
});
