import { createHash, verify, X509Certificate } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { type Speech, speak } from '../speak.ts';

const DATA = Buffer.from('the signed attributes that the site’s server made');

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let base: string;
let origin = '';
let sites = 0;

const post = (path: string, body: unknown = '', more: Speech = {}) => speak(`${base}${path}`, { origin, body, ...more });

beforeAll(async () => {
  token = await createSoftHsm();
  const bridges = { webeid: false, scs: false, nexu: true, afirma: false, nexuPort: 0, nexuTlsPort: 0 };
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], settings: { bridges } });
  const { bridges: states } = (await daemon.call('GET', '/v1/bridges')).json;
  base = states.find((each: { name: string }) => each.name === 'nexu').listening[0];
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
});
beforeEach(async () => {
  sites += 1;
  origin = `https://dss${sites}.example.eu`;
  person = await personAt(daemon, { pair: true, certificate: true, pin: USER_PIN, confirm: true });
});
afterEach(() => person[Symbol.asyncDispose]());

/** Shows the site the first certificate of the RSA key, as `nexu_get_certificates` does. */
async function certificate(): Promise<{ tokenId: string; keyId: string; x509: X509Certificate }> {
  const { response } = (await post('/rest/certificates')).json;
  return {
    tokenId: response.tokenId.id,
    keyId: response.keyId,
    x509: new X509Certificate(Buffer.from(response.certificate, 'base64')),
  };
}

describe('what a page looks for', () => {
  it.each(['/', '/nexu-info'])('%s tells a version that begins with 1.', async (path) => {
    const { status, json } = await speak(`${base}${path}`, { method: 'GET', origin });
    expect([status, json]).toEqual([200, { version: expect.stringMatching(/^1\./) }]);
    expect(person.seen).toEqual([]);
  });

  it('/nexu.js has the functions of the page, the same for everyone', async () => {
    const ours = await speak(`${base}/nexu.js`, { method: 'GET', origin });
    const others = await speak(`${base}/nexu.js`, { method: 'GET' });
    expect(ours.headers['content-type']).toContain('text/javascript');
    expect(others.text).toBe(ours.text);
    const window: Record<string, unknown> = {};
    runInNewContext(ours.text, { window, fetch, JSON, String });
    expect(Object.keys(window).sort()).toEqual([
      'nexu_get_certificates',
      'nexu_get_identity_info',
      'nexu_sign',
      'nexu_sign_with_token_infos',
    ]);
  });

  it('a preflight is answered for the page’s own origin', async () => {
    const { status, headers } = await speak(`${base}/rest/sign`, { method: 'OPTIONS', origin });
    expect(status).toBe(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-headers': 'Content-Type, Accept',
    });
  });
});

describe('the script of the page', () => {
  /** Runs the page's script as the page of `origin`: what its calls get. */
  const page = async (
    run: (
      window: Record<string, (...args: unknown[]) => void>,
      ok: (value: unknown) => void,
      failed: (value: unknown) => void,
    ) => void,
  ) => {
    const { text } = await speak(`${base}/nexu.js`, { method: 'GET' });
    const window = {} as Record<string, (...args: unknown[]) => void>;
    const asPage: typeof fetch = (url, init) => fetch(url, { ...init, headers: { ...init?.headers, origin } });
    runInNewContext(text, { window, fetch: asPage, JSON, String });
    return new Promise<{ ok?: unknown; failed?: unknown }>((resolve) =>
      run(
        window,
        (ok) => resolve({ ok }),
        (failed) => resolve({ failed }),
      ),
    );
  };

  it('gets a certificate and a signature that its server can use', async () => {
    const got = await page((window, ok, failed) => window.nexu_get_certificates?.(ok, failed));
    const { response } = got.ok as { response: { tokenId: { id: string }; keyId: string; certificate: string } };
    const { ok } = await page((window, done, failed) =>
      window.nexu_sign_with_token_infos?.(response.tokenId.id, response.keyId, DATA.toString('base64'), 'SHA256', done, failed),
    );
    const { signatureValue } = (ok as { response: { signatureValue: string } }).response;
    const { publicKey } = new X509Certificate(Buffer.from(response.certificate, 'base64'));
    expect(verify('sha256', DATA, publicKey, Buffer.from(signatureValue, 'base64'))).toBe(true);
  });

  it('hands a refusal on as the page’s error function reads it', async () => {
    person.does({ pair: 'no' });
    const { failed } = await page((window, ok, refuse) => window.nexu_get_certificates?.(ok, refuse));
    expect(failed).toMatchObject({ status: 500, responseJSON: { success: false, error: 'user.cancel' } });
  });
});

describe('POST /rest/certificates', () => {
  it('takes an empty body under a JSON content type, asks which, and answers in the page’s members', async () => {
    const { status, json } = await post('/rest/certificates');
    expect(status).toBe(200);
    expect(json).toMatchObject({
      success: true,
      response: {
        tokenId: { id: expect.any(String) },
        keyId: expect.any(String),
        encryptionAlgorithm: 'RSA',
        preferredDigest: 'SHA256',
      },
    });
    expect(json.response.certificateChain[0]).toBe(json.response.certificate);
    expect(person.seen.map(({ question }) => question.kind)).toEqual(['pair', 'certificate']);
  });

  it('heeds its filter, in the body and in the query', async () => {
    const { x509 } = await certificate();
    const sha1 = createHash('sha1').update(x509.raw).digest();
    const ask = async (body: unknown, query = '') => (await post(`/rest/certificates${query}`, body)).json;
    expect((await ask({ certificateFilter: { purpose: 'SIGNATURE', certificateSHA1: sha1.toString('base64') } })).success).toBe(
      true,
    );
    expect((await ask({ certificateFilter: { certificateSHA1: sha1.toString('hex') } })).success).toBe(true);
    expect(await ask({ certificateFilter: { certificateSHA1: '00' } })).toMatchObject({
      success: false,
      reason: 'NO_CERTIFICATE',
    });
    expect((await ask('', '?certificatePurpose=AUTHENTICATION&nonRepudiation=true')).success).toBe(true);
    expect(await ask({ certificateFilter: { purpose: 'ENCRYPTION' } })).toMatchObject({
      success: false,
      reason: 'INVALID_REQUEST',
    });
    expect(await ask({ certificateFilter: 3 })).toMatchObject({ success: false, reason: 'INVALID_REQUEST' });
  });
});

describe('POST /rest/sign', () => {
  it.each(['SHA256', 'SHA384', 'SHA512'])('signs with %s what the person was shown', async (digestAlgorithm) => {
    const { tokenId, keyId, x509 } = await certificate();
    const { json } = await post('/rest/sign', {
      tokenId: { id: tokenId },
      keyId,
      toBeSigned: { bytes: DATA.toString('base64') },
      digestAlgorithm,
    });
    expect(json.response.signatureAlgorithm).toBe(`RSA_${digestAlgorithm}`);
    const hash = digestAlgorithm.toLowerCase();
    expect(verify(hash, DATA, x509.publicKey, Buffer.from(json.response.signatureValue, 'base64'))).toBe(true);
    const hex = createHash(hash).update(DATA).digest('hex');
    expect(person.seen.at(-1)?.question).toMatchObject({
      act: { documents: [{ digest: expect.stringContaining(hex.slice(0, 4)) }] },
    });
  });

  it('signs with an EC key as Java writes it', async () => {
    person.does({ pair: true, certificate: 'p256', pin: USER_PIN, confirm: true });
    const { keyId, x509 } = await certificate();
    const { json } = await post('/rest/sign', {
      keyId,
      toBeSigned: { bytes: DATA.toString('base64') },
      digestAlgorithm: 'SHA512',
    });
    expect(json.response.signatureAlgorithm).toBe('ECDSA_SHA512');
    expect(verify('sha512', DATA, x509.publicKey, Buffer.from(json.response.signatureValue, 'base64'))).toBe(true);
  });

  it('reads a query, and the form that one of the original’s functions sends as JSON', async () => {
    const { keyId } = await certificate();
    const dataToSign = DATA.toString('base64');
    const query = new URLSearchParams({ keyId, dataToSign, digestAlgo: 'SHA256' });
    expect((await post(`/rest/sign?${query}`)).json.success).toBe(true);
    expect((await post('/rest/sign', query.toString())).json.success).toBe(true);
  });

  it('signs what a form meant that leaves a plus sign as it is', async () => {
    const { keyId, x509 } = await certificate();
    const data = Buffer.from('fbefbefbefbe61', 'hex');
    const form = `keyId=${keyId}&dataToSign=${data.toString('base64')}&digestAlgo=SHA256`;
    expect(form).toContain('++++');
    for (const json of [(await post('/rest/sign', form)).json, (await post(`/rest/sign?${form}`)).json])
      expect(verify('sha256', data, x509.publicKey, Buffer.from(json.response.signatureValue, 'base64'))).toBe(true);
  });

  it('without a key asks which', async () => {
    const { json } = await post('/rest/sign', { toBeSigned: { bytes: DATA.toString('base64') }, digestAlgorithm: 'SHA256' });
    expect(json.success).toBe(true);
    expect(person.seen.map(({ question }) => question.kind).slice(0, 2)).toEqual(['pair', 'certificate']);
  });

  it('gives no site the key that another was shown', async () => {
    const { keyId } = await certificate();
    const before = person.seen.length;
    const { json } = await post(
      '/rest/sign',
      { keyId, toBeSigned: { bytes: 'AAAA' }, digestAlgorithm: 'SHA256' },
      { origin: 'https://thief.example.eu' },
    );
    expect(json).toMatchObject({ success: false, error: 'no.key' });
    expect(person.seen).toHaveLength(before);
  });

  it.each([
    ['nothing to sign', { digestAlgorithm: 'SHA256' }, 'INVALID_REQUEST'],
    ['data that is no base64', { toBeSigned: { bytes: '§' }, digestAlgorithm: 'SHA256' }, 'INVALID_REQUEST'],
    ['data that was cut short', { toBeSigned: { bytes: 'AAAAA' }, digestAlgorithm: 'SHA256' }, 'INVALID_REQUEST'],
    ['no hash', { toBeSigned: { bytes: 'AAAA' } }, 'ALGORITHM_UNSUPPORTED'],
    ['SHA-1', { toBeSigned: { bytes: 'AAAA' }, digestAlgorithm: 'SHA1' }, 'ALGORITHM_UNSUPPORTED'],
    ['an unknown key', { keyId: 'x', toBeSigned: { bytes: 'AAAA' }, digestAlgorithm: 'SHA256' }, 'CREDENTIAL_NOT_FOUND'],
  ])('refuses %s', async (_what, body, reason) => {
    const { status, json } = await post('/rest/sign', body);
    expect(status).toBe(500);
    expect(json).toMatchObject({
      success: false,
      reason,
      errorMessage: expect.stringMatching(/\S/),
      feedback: { feedbackStatus: 'EXCEPTION' },
    });
    expect(person.seen).toEqual([]);
  });
});

describe('what Signet does not do', () => {
  it.each(['/rest/identityInfo', '/rest/authenticate', '/nothing'])('%s is answered in the protocol’s words', async (path) => {
    const { status, json } = await post(path);
    expect([status, json.success, json.error]).toEqual([500, false, 'unsupported.product']);
  });
});

describe('what is turned away before any work', () => {
  it.each([
    ['no Origin', { origin: undefined }],
    ['Origin null', { origin: 'null' }],
    ['plain http', { origin: 'http://dss.example.eu' }],
    ['another Host', { headers: { host: 'evil.test' } }],
    ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' } }],
    ['plain text', { headers: { 'content-type': 'text/plain' } }],
  ])('%s', async (_what, speech) => {
    const { status, json } = await post('/rest/certificates', '', speech as Speech);
    expect([status, json.success]).toEqual([500, false]);
    expect(person.seen).toEqual([]);
  });
});

describe('a token that blocks', () => {
  it('is told, and never asked for again', async () => {
    person.does({ pair: true, certificate: true, pin: ['111111', '222222', '333333'], final_try: true, blocked: true });
    const { keyId } = await certificate();
    const wanted = { keyId, toBeSigned: { bytes: 'AAAA' }, digestAlgorithm: 'SHA256' };
    const { json } = await post('/rest/sign', wanted);
    expect(json).toMatchObject({ success: false, error: 'exception', reason: 'PIN_LOCKED', retriesLeft: 0 });
    expect(json.nextStep.procedureId).toContain('unblock');
    const asked = person.seen.filter(({ question }) => question.kind === 'pin').length;
    expect((await post('/rest/sign', wanted)).json).toMatchObject({ reason: 'PIN_LOCKED' });
    expect(person.seen.filter(({ question }) => question.kind === 'pin')).toHaveLength(asked);
  });
});
