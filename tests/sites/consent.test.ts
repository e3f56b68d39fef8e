import { createHash } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Daemon } from '../../src/daemon/index.ts';
import type { Site } from '../../src/sites/index.ts';
import type { Credential } from '../../src/tokens/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';

const DIGEST = createHash('sha256').update('a contract').digest();
const NONCE = Buffer.alloc(33, 7).toString('base64');

let token: SoftHsm;
let daemon: TestDaemon;
let rooms: Daemon;
let person: Person;
/** A site of each test's own, so that one daemon serves them all. */
let site: Site;
let count = 0;

beforeAll(async () => {
  token = await createSoftHsm();
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
  rooms = daemon.rooms as Daemon;
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
});
beforeEach(async () => {
  count += 1;
  site = rooms.sites.site(`https://sede${count}.example.es`, 'extension');
  person = await personAt(daemon);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await person[Symbol.asyncDispose]();
});

const call = (signal = new AbortController().signal) => ({ signal });
/** A request that may be refused before its test looks. */
function begun<T>(asked: Promise<T>): Promise<T> {
  asked.catch(() => undefined);
  return asked;
}
const kinds = () => person.seen.map(({ question }) => question.kind);
const onlyP256 = (credential: Credential): boolean => {
  const { key } = credential.certificate.facts;
  return key.type === 'ec' && key.curve === 'P-256';
};
const document = { algorithm: 'ES256' as const, digest: DIGEST };

const revoke = () => daemon.call('DELETE', `/v1/origins/${encodeURIComponent(site.origin)}`);

async function shown(): Promise<Credential> {
  person.does({ pair: true, certificate: true });
  const credential = await rooms.sites.certificate(site, { purpose: 'sign', accepts: onlyP256 }, call());
  person.does({});
  return credential;
}

describe('a pairing', () => {
  it('is asked for once when two requests of one site come together', async () => {
    const both = [1, 2].map(() => begun(rooms.sites.authenticate(site, { challengeNonce: NONCE, accepts: onlyP256 }, call())));
    await person.next('pair');
    person.does({ pair: { rights: ['certificates', 'authenticate'] }, pin: USER_PIN, confirm: true });
    await Promise.all(both);
    expect(kinds()).toEqual(['pair', 'pin', 'confirm']);
    expect(rooms.sites.status(site).rights).toEqual(['certificates', 'authenticate']);
  });

  it('that did not give the right is not asked about again by a request that waited behind it', async () => {
    const both = [1, 2].map(() => begun(rooms.sites.authenticate(site, { challengeNonce: NONCE }, call())));
    await person.next('pair');
    person.does({ pair: { rights: ['certificates'] } });
    for (const each of both) await expect(each).rejects.toMatchObject({ code: 'origin_not_paired', facts: { variant: 'right' } });
    expect(kinds()).toEqual(['pair']);
  });

  it('that is taken away while the token is listed ends the request before anybody is asked', async () => {
    await shown();
    const before = person.seen.length;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const real = rooms.tokens.credentials.bind(rooms.tokens);
    vi.spyOn(rooms.tokens, 'credentials').mockImplementation(() => held.then(real));
    const asked = begun(rooms.sites.certificate(site, { purpose: 'show' }, call()));
    await revoke();
    release();
    await expect(asked).rejects.toMatchObject({ code: 'origin_not_paired' });
    expect(person.seen).toHaveLength(before);
  });

  it('that is taken away while the driver logs in leaves no login behind', async () => {
    const credential = await shown();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const signing = begun(rooms.sites.sign(site, credential, [document], call()));
    const prompt = await person.next('pin');
    const holding = rooms.tokens.guard.exclusively(credential.token, () => held);
    await person.answer({ pin: USER_PIN });
    await person.end(prompt);
    await revoke();
    release();
    await holding;
    await expect(signing).rejects.toMatchObject({ code: 'origin_not_paired', facts: { variant: 'revoked' } });
    await vi.waitFor(() => expect(rooms.tokens.session(credential.token, site.caller)).toBeNull());
  });
});

describe('a consent', () => {
  it('to sign that outlives the login is followed by the PIN, not by an error', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    await rooms.sites.sign(site, credential, [document], call());
    person.does({});
    const signing = begun(rooms.sites.sign(site, credential, [document], call()));
    await person.next('confirm');
    await rooms.tokens.logout(credential.token, site.caller);
    await person.answer();
    person.does({ pin: USER_PIN });
    expect(await signing).toHaveLength(1);
    expect(kinds().slice(-3)).toEqual(['pin', 'confirm', 'pin']);
  });

  it('to sign is not asked for a certificate that is made for logging in, where the card has one for signing', async () => {
    const credential = await shown();
    const usage = (each: Credential, keyUsage: string[]): Credential => ({
      ...each,
      certificate: { ...each.certificate, facts: { ...each.certificate.facts, keyUsage } },
    });
    const all = (await rooms.tokens.credentials()).map((each) =>
      usage(each, each.id === credential.id ? ['digitalSignature'] : ['nonRepudiation']),
    );
    vi.spyOn(rooms.tokens, 'credentials').mockResolvedValue(all);
    await expect(rooms.sites.find(site, { credentialId: credential.id })).rejects.toMatchObject({
      code: 'no_certificate',
      facts: { variant: 'usage' },
    });
  });
});

describe('an asker', () => {
  it('that is gone before its credential was found is not asked for', async () => {
    const credential = await shown();
    const before = person.seen.length;
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const { promise: finding, resolve: found } = Promise.withResolvers<void>();
    const real = rooms.sites.find.bind(rooms.sites);
    vi.spyOn(rooms.sites, 'find').mockImplementation(async (...which) => {
      found();
      await held;
      return real(...which);
    });
    const signed = vi.spyOn(rooms.sites, 'sign');
    const headers = {
      'content-type': 'application/json',
      'signet-origin': site.origin,
      'signet-via': 'extension',
    };
    const asked = request({ socketPath: daemon.socket, host: 'localhost', method: 'POST', path: '/v1/site/sign', headers });
    asked.on('error', () => undefined);
    asked.end(JSON.stringify({ credentialId: credential.id, algorithm: 'ES256', digest: DIGEST.toString('base64') }));
    await finding;
    asked.destroy();
    // The daemon has seen the connection go once it answers another that came later over the same loop.
    await daemon.call('GET', '/v1/status');
    release();
    await vi.waitFor(() => expect(signed).toHaveBeenCalled());
    await expect(signed.mock.results[0]?.value).rejects.toMatchObject({ code: 'prompt_cancelled' });
    expect(person.seen).toHaveLength(before);
  });
});

describe('a token', () => {
  it('whose driver is replaced while the person thinks is told as removed', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    await rooms.sites.sign(site, credential, [document], call());
    person.does({});
    const signing = begun(rooms.sites.sign(site, credential, [document], call()));
    const prompt = await person.next('confirm');
    rooms.tokens.lost(credential.token.driver);
    await person.end(prompt);
    await expect(signing).rejects.toMatchObject({ code: 'token_removed' });
    await rooms.tokens.refresh(credential.token.driver);
  });
});
