import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS, type Practice, provisionPractice, USER_PIN } from '../../../src/practice/index.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon } from '../../fixture/index.ts';
import { library } from '../../practice/fixture.ts';
import { flipped } from './flipped.ts';
import { refusalOf, type SiteServer } from './validator.ts';

const ORIGIN = 'https://sede.example';
const OTHER = 'https://other.example';
const NONCE = Buffer.alloc(33, 7).toString('base64');
const DAY = 86_400_000;

let stateDir: string;
let practice: Practice;
let daemon: TestDaemon;
let person: Person;
let server: SiteServer;

beforeAll(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'signet-practice-'));
  practice = await provisionPractice({ stateDir, library: library() });
  server = { origin: ORIGIN, challengeNonce: NONCE, authorities: [new X509Certificate(readFileSync(practice.caCertificate))] };
  const settings = { bridges: { webeid: true, scs: false, nexu: false, afirma: false } };
  daemon = await startTestDaemon({ drivers: [{ path: library(), environment: { SOFTHSM2_CONF: practice.conf } }], settings });
  person = await personAt(daemon);
});
afterAll(async () => {
  await person[Symbol.asyncDispose]();
  await daemon.dispose();
  rmSync(stateDir, { recursive: true, force: true });
});

/** Logs in with the credential of this holder. */
async function login(holder: string, origin = ORIGIN, challengeNonce = NONCE): Promise<Record<string, string>> {
  person.does({ pair: true, certificate: holder, pin: USER_PIN, confirm: true });
  const message = { command: 'authenticate', arguments: { challengeNonce, origin } };
  return (await daemon.call('POST', '/v1/host', { host: 'eu.webeid', message })).json.message;
}

describe('a login token that an authority stands behind', () => {
  it.each(CREDENTIALS)("is accepted by the site's server: $kind", async ({ commonName }) => {
    const challengeNonce = 'é'.repeat(44);
    expect(refusalOf(JSON.stringify(await login(commonName)), server)).toBe(null);
    const other = JSON.stringify(await login(commonName, OTHER, challengeNonce));
    expect(refusalOf(other, { ...server, origin: OTHER, challengeNonce })).toBe(null);
  });

  it.each(CREDENTIALS)('is refused when it was tampered with: $kind', async ({ commonName, kind }) => {
    const token = await login(commonName);
    const elsewhere = await login(commonName, OTHER);
    const judged = (change: Record<string, unknown>, at: Partial<SiteServer> = {}) =>
      refusalOf(JSON.stringify({ ...token, ...change }), { ...server, ...at });
    const itself = new X509Certificate(Buffer.from(token.unverifiedCertificate ?? '', 'base64'));

    expect(judged({}, { origin: OTHER })).toBe('signature');
    expect(judged({}, { challengeNonce: `${NONCE.slice(0, -1)}A` })).toBe('signature');
    expect(judged({}, { challengeNonce: '' })).toBe('signature');
    expect(judged({}, { authorities: [] })).toBe('path');
    expect(judged({}, { authorities: [itself] })).toBe('path');
    expect(judged({}, { now: new Date(Date.now() - 7 * DAY) })).toBe('validity');
    expect(judged({}, { now: new Date(Date.now() + 800 * DAY) })).toBe('validity');

    expect(judged({ signature: elsewhere.signature })).toBe('signature');
    expect(judged({ signature: flipped(token.signature ?? '') })).toBe('signature');
    expect(judged({ signature: '' })).toBe('members');
    expect(judged({ signature: 7 })).toBe('members');

    const foreign = kind === 'RSA-2048' ? ['ES256', 'ES384'] : ['RS256', kind === 'P-256' ? 'ES384' : 'ES256'];
    for (const algorithm of ['RS1', 'none', 'EdDSA', ...foreign]) expect(judged({ algorithm })).toBe('algorithm');
    if (kind === 'RSA-2048') for (const algorithm of ['RS512', 'PS256']) expect(judged({ algorithm })).toBe('signature');

    for (const other of CREDENTIALS.filter((each) => each.kind !== kind)) {
      const { unverifiedCertificate } = await login(other.commonName);
      expect(judged({ unverifiedCertificate })).toBe('algorithm');
    }
    expect(judged({ unverifiedCertificate: flipped(token.unverifiedCertificate ?? '') })).not.toBe(null);
    expect(judged({ unverifiedCertificate: 'AAAA' })).toBe('certificate');

    expect(judged({ format: 'web-eid:2.0' })).toBe('format');
    expect(judged({ format: undefined })).toBe('format');
    expect(judged({ appVersion: 'x'.repeat(10_000) })).toBe('length');
    expect(refusalOf(JSON.stringify(token).slice(0, -1), server)).toBe('json');
    expect(refusalOf('{}', server)).toBe('length');
  });
});
