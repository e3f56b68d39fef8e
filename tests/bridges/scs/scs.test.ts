import { execFileSync } from 'node:child_process';
import { createHash, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { type Speech, speak } from '../speak.ts';

/** A site of each test's own, so that one daemon serves them all. */
let ORIGIN = '';
let sites = 0;
const CONTENT = Buffer.from('energiatodistus');

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let base: string;
let home: string;

const ask = (body: object, more: Speech = {}) => speak(`${base}/sign`, { origin: ORIGIN, body, ...more });
const request = (more: object = {}) => ({
  version: '1.1',
  selector: { keyusages: ['nonrepudiation'], keyalgorithms: ['rsa'] },
  content: CONTENT.toString('base64'),
  contentType: 'data',
  hashAlgorithm: 'SHA256',
  signatureType: 'signature',
  ...more,
});
const untouched = async () => {
  const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
  return { seen: person.seen.length, left: pin.remaining.atMost };
};

beforeAll(async () => {
  token = await createSoftHsm();
  home = mkdtempSync(join(tmpdir(), 'signet-scs-'));
});
afterAll(() => {
  token.dispose();
  rmSync(home, { recursive: true, force: true });
});
beforeAll(async () => {
  const bridges = { webeid: false, scs: true, nexu: false, afirma: false, scsPort: 0, scsTlsPort: 0 };
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], settings: { bridges } });
  const { bridges: states } = (await daemon.call('GET', '/v1/bridges')).json;
  base = states.find((each: { name: string }) => each.name === 'scs').listening[0];
});
afterAll(() => daemon.dispose());
beforeEach(async () => {
  sites += 1;
  ORIGIN = `https://asiointi${sites}.example.fi`;
  person = await personAt(daemon);
});
afterEach(() => person[Symbol.asyncDispose]());

describe('GET /version', () => {
  it('says what can be asked for, in the members that pages read, and asks nobody', async () => {
    const { status, json, headers } = await speak(`${base}/version`, { method: 'GET', origin: ORIGIN });
    expect([status, headers['access-control-allow-origin']]).toEqual([200, ORIGIN]);
    expect(json).toEqual({
      version: '1.1',
      httpMethods: 'POST',
      contentTypes: 'data, digest',
      signatureTypes: 'signature,cms,cms-pades',
      selectorAvailable: true,
      hashAlgorithms: 'SHA256, SHA384, SHA512',
    });
    expect(person.seen).toEqual([]);
  });

  it('is preceded by a preflight, because pages say JSON even on a GET', async () => {
    const { status, headers } = await speak(`${base}/version`, {
      method: 'OPTIONS',
      origin: ORIGIN,
      headers: { 'access-control-request-method': 'GET', 'access-control-request-headers': 'content-type' },
    });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': ORIGIN,
      'access-control-allow-headers': 'Content-Type, Accept',
      vary: 'Origin',
    });
  });
});

describe('POST /sign', () => {
  beforeEach(() => person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true }));

  it('signs data, with the signer’s certificate first in the chain', async () => {
    const { status, json } = await ask(request());
    expect(status).toBe(200);
    expect(json).toMatchObject({
      version: '1.1',
      signatureType: 'signature',
      signatureAlgorithm: 'SHA256withRSA',
      status: 'ok',
      reasonCode: 200,
      reasonText: 'Signature generated',
    });
    const { publicKey } = new X509Certificate(Buffer.from(json.chain[0], 'base64'));
    expect(verify('sha256', CONTENT, publicKey, Buffer.from(json.signature, 'base64'))).toBe(true);
  });

  it('signs a digest, by an EC key as Java writes it', async () => {
    const digest = createHash('sha512').update(CONTENT).digest();
    const selector = { keyalgorithms: ['EC'], keyusages: ['nonrepudiation'] };
    const { json } = await ask(
      request({ selector, content: digest.toString('base64'), contentType: 'digest', hashAlgorithm: 'SHA512' }),
    );
    expect(json).toMatchObject({ status: 'ok', signatureAlgorithm: 'SHA512withECDSA' });
    const { publicKey } = new X509Certificate(Buffer.from(json.chain[0], 'base64'));
    expect(verify('sha512', CONTENT, publicKey, Buffer.from(json.signature, 'base64'))).toBe(true);
  });

  it.each(['cms', 'cms-pades'])('makes a detached signature of type %s that OpenSSL takes', async (signatureType) => {
    const { json } = await ask(request({ signatureType }));
    expect(json).toMatchObject({ status: 'ok', signatureType });
    const at = (name: string) => join(home, name);
    writeFileSync(at('content'), CONTENT);
    writeFileSync(at('signature'), Buffer.from(json.signature, 'base64'));
    const args = ['cms', '-verify', '-binary', '-noverify', '-inform', 'DER', '-in', at('signature'), '-content', at('content')];
    expect(execFileSync('openssl', args, { stdio: ['ignore', 'pipe', 'pipe'] })).toEqual(CONTENT);
    const shown = execFileSync('openssl', ['cms', '-cmsout', '-print', '-noout', '-inform', 'DER', '-in', at('signature')], {
      encoding: 'utf8',
    });
    expect(shown.includes('signingTime')).toBe(signatureType === 'cms');
  });

  it('asks with the origin, the certificate and the digest of what is signed', async () => {
    await ask(request({ selector: { keyalgorithms: ['rsa'] } }));
    expect(person.seen.map(({ question }) => question.kind)).toEqual(['pair', 'pin']);
    const hex = createHash('sha256').update(CONTENT).digest('hex');
    expect(person.seen.at(-1)?.question).toMatchObject({
      asker: { kind: 'site', name: ORIGIN, via: 'scs' },
      act: { kind: 'sign', documents: [{ digest: expect.stringContaining(hex.slice(0, 4)) }] },
    });
  });

  it('finds the issuer however its name is written, and an authority key', async () => {
    const { certificates } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}/certificates`)).json;
    const issuer = String(certificates[0].issuer);
    const backwards = issuer.split(',').reverse().join(' , ').toUpperCase();
    expect((await ask(request({ selector: { issuers: [backwards], keyalgorithms: ['rsa'] } }))).json.status).toBe('ok');
    expect((await ask(request({ selector: { issuers: ['CN=Somebody else'] } }))).json).toMatchObject({
      reasonCode: 404,
      reason: 'NO_CERTIFICATE',
    });
    expect((await ask(request({ selector: { akis: [Buffer.alloc(20).toString('base64')] } }))).json).toMatchObject({
      reasonCode: 404,
    });
  });

  it('signs a login only over the page’s own origin', async () => {
    const selector = { keyusages: ['digitalsignature'], keyalgorithms: ['rsa'] };
    const login = (text: string, more: object = {}) =>
      ask(request({ selector, content: Buffer.from(text).toString('base64'), ...more }));
    const challenge = 'c'.repeat(64);
    const before = await untouched();
    for (const text of [
      `https://other.example.fi\n${challenge}`,
      `${ORIGIN}.evil.test\n${challenge}`,
      `${ORIGIN}\nshort`,
      `${ORIGIN}${challenge}`,
      challenge,
    ])
      expect((await login(text)).json, text).toMatchObject({ status: 'failed', reasonCode: 403, reason: 'ORIGIN_NOT_PAIRED' });
    const digest = createHash('sha256').update(`${ORIGIN}\n${challenge}`).digest('base64');
    expect((await ask(request({ selector, content: digest, contentType: 'digest' }))).json).toMatchObject({ reasonCode: 403 });
    expect(await untouched()).toEqual(before);
    expect((await login(`${ORIGIN}\n${challenge}`)).json).toMatchObject({ status: 'ok', reasonCode: 200 });
  });

  it.each([
    ['no version', { version: undefined }, 400],
    ['another version', { version: '2.0' }, 400],
    ['no content', { content: undefined }, 400],
    ['content that is no base64', { content: '§§§' }, 400],
    ['another content type', { contentType: 'file' }, 400],
    ['another kind of signature', { signatureType: 'xades' }, 400],
    ['SHA-1', { hashAlgorithm: 'SHA1' }, 400],
    ['a digest of the wrong length', { contentType: 'digest', content: 'AAAA' }, 400],
    ['a CMS digest of the wrong length', { contentType: 'digest', content: 'AAAA', signatureType: 'cms' }, 400],
    ['a selector of an unknown kind', { selector: { thumbprint: ['x'] } }, 400],
    ['a selector that is a list', { selector: [] }, 400],
    ['a selector of numbers', { selector: { issuers: [1] } }, 400],
  ])('refuses %s with a number and a text, and asks nobody for a PIN', async (_what, change, code) => {
    const { status, json } = await ask(request(change));
    expect(status).toBe(200);
    expect(json).toMatchObject({ version: '1.1', status: 'failed', reasonCode: code, reasonText: expect.stringMatching(/\S/) });
    expect(person.seen.filter(({ question }) => question.kind === 'pin')).toEqual([]);
  });

  it.each(['', 'null', '[]', '{', '"text"'])('refuses the body %j', async (body) => {
    expect((await speak(`${base}/sign`, { origin: ORIGIN, body })).json).toMatchObject({ status: 'failed', reasonCode: 400 });
  });

  it('takes no more than two megabytes', async () => {
    const { json } = await ask(request({ content: 'A'.repeat(3_000_000) }));
    expect(json).toMatchObject({ status: 'failed', reason: 'PAYLOAD_TOO_LARGE' });
  });
});

describe('the person', () => {
  it('who says no is told as 401', async () => {
    person.does({ pair: 'no' });
    expect((await ask(request())).json).toMatchObject({ status: 'failed', reasonCode: 401, reason: 'PROMPT_CANCELLED' });
  });

  it('is not left with a question of a page that is gone', async () => {
    const gone = new AbortController();
    const asked = ask(request(), { signal: gone.signal }).catch(() => undefined);
    const prompt = await person.next('pair');
    gone.abort();
    expect((await person.end(prompt)).why).toBe('gone');
    await asked;
  });
});

const SITE = 'https://asiointi.example.fi';

describe('what is turned away before any work', () => {
  it.each([
    ['no Origin', {}, 403],
    ['Origin null', { origin: 'null' }, 403],
    ['plain http', { origin: 'http://asiointi.example.fi' }, 403],
    ['an origin with a path', { origin: 'https://asiointi.example.fi/x' }, 403],
    ['another Host', { origin: SITE, headers: { host: 'evil.test:53951' } }, 403],
    ['a form', { origin: SITE, headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 400],
    ['plain text, which no preflight precedes', { origin: SITE, headers: { 'content-type': 'text/plain' } }, 400],
  ] as const)('%s', async (_what, speech, code) => {
    const before = await untouched();
    const { json } = await speak(`${base}/sign`, { body: request(), ...speech } as Speech);
    expect(json).toMatchObject({ status: 'failed', reasonCode: code });
    expect(await untouched()).toEqual(before);
  });

  it('a request in an address', async () => {
    const { json } = await speak(`${base}/sign?content=AAAA`, { method: 'GET', origin: ORIGIN });
    expect(json).toMatchObject({ status: 'failed', reasonCode: 405 });
  });
});

describe('a token that blocks', () => {
  it('is told with the way out, after which nobody is asked for a PIN again', async () => {
    person.does({ pair: true, certificate: true, pin: ['111111', '222222', '333333'], final_try: true, blocked: true });
    const { json } = await ask(request());
    expect(json).toMatchObject({
      reasonCode: 401,
      reason: 'PIN_LOCKED',
      retriesLeft: 0,
      nextStep: { procedureId: expect.stringContaining('unblock') },
    });
    expect(json.reasonText).toContain('step by step');
    const asked = person.seen.filter(({ question }) => question.kind === 'pin').length;
    expect((await ask(request())).json).toMatchObject({ reason: 'PIN_LOCKED' });
    expect(person.seen.filter(({ question }) => question.kind === 'pin')).toHaveLength(asked);
  });
});
