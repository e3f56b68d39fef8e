import { createHash, verify, X509Certificate } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, ask, type Person, personAt, problemOf, sendRaw, shimmed, USER_PIN } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const SEDE = 'https://sede.example.es';
const SHOP = 'https://shop.example';
const FETCH = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const NONCE = 'n'.repeat(44);
const DATA = Buffer.from('what the citizen asks for');
const ACTS = ['status', 'pairing', 'certificates', 'authenticate', 'sign', 'sign-batch'] as const;

const at = setStage({ token: shimmed });
let person: Person;

beforeAll(async () => {
  person = await personAt(at.daemon);
});
afterEach(() => person.does({}));
afterAll(() => person.leave());

/** Asks as a script in a page of the origin does. */
function page(origin: string, act: string, body: unknown = {}, headers: Record<string, string> = {}): Promise<Answer> {
  return ask(at.daemon, { method: 'POST', path: `/v1/site/${act}`, body, headers: { origin, ...FETCH, ...headers } });
}
/** Asks as the extension's native host does. */
function relayed(origin: string, act: string, body: unknown = {}): Promise<Answer> {
  const headers = { host: 'localhost', 'signet-origin': origin, 'signet-via': 'extension' };
  return ask({ socketPath: at.daemon.socket }, { method: 'POST', path: `/v1/site/${act}`, body, headers });
}
const code = (answer: Answer) => [answer.status, answer.json?.code];
const cors = ({ headers }: Answer) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('access-control')));
const known = async () =>
  (await at.daemon.call('GET', '/v1/credentials')).json.credentials as { id: string; algorithms: string[] }[];
const tries = async () => (await at.daemon.call('GET', `/v1/tokens/${at.daemon.tokenId}`)).json.pin.remaining;

describe('a page that is not paired', () => {
  it('may ask how it stands, and learns nothing more', async () => {
    const answer = await page(SHOP, 'status');
    expect(answer.json).toEqual({
      name: 'signet',
      version: expect.any(String),
      paired: false,
      rights: [],
      expiresAt: null,
    });
    expect(cors(answer)).toEqual({ 'access-control-allow-origin': SHOP });
    expect(answer.headers.vary).toBe('Origin');
  });

  it.each(ACTS.filter((act) => act !== 'status' && act !== 'pairing'))(
    'is refused %s before its body is looked at, and can read why',
    async (act) => {
      const before = [await tries(), person.seen.length];
      for (const [body, type] of [
        [{}, 'application/json'],
        ['garbage', 'application/json'],
        ['garbage', 'text/plain'],
      ] as const) {
        const answer = await page(SHOP, act, body, { 'content-type': type });
        expect(code(answer)).toEqual([403, 'origin_not_paired']);
        expect(cors(answer)).toEqual({ 'access-control-allow-origin': SHOP });
      }
      const head = `POST /v1/site/${act} HTTP/1.1\r\nHost: 127.0.0.1:${at.daemon.port}\r\nOrigin: ${SHOP}\r\n`;
      const promised = `${head}Content-Type: application/json\r\nContent-Length: 100000\r\nConnection: close\r\n\r\n`;
      expect(problemOf(await sendRaw(at.daemon, promised))).toEqual({ status: 403, code: 'origin_not_paired' });
      expect([await tries(), person.seen.length]).toEqual(before);
    },
  );

  it('is paired when the person says so, for what they say', async () => {
    const asked = page(SEDE, 'pairing', { rights: ['certificates', 'authenticate'] });
    const prompt = await person.next('pair');
    expect(prompt.question).toMatchObject({
      asker: { kind: 'site', name: SEDE, via: 'page' },
      wants: ['certificates', 'authenticate'],
    });
    await person.answer({ rights: ['certificates'], days: 1 });
    expect((await asked).json).toMatchObject({ paired: true, rights: ['certificates'], expiresAt: expect.any(String) });
    expect((await page(SEDE, 'status')).json).toEqual((await asked).json);
    const more = page(SEDE, 'pairing');
    await person.next('pair');
    await person.answer({ rights: ['certificates', 'authenticate', 'sign'], days: 90 });
    expect((await more).json.rights).toEqual(['certificates', 'authenticate', 'sign']);
    // What it has already it need not ask for.
    const count = person.seen.length;
    expect((await page(SEDE, 'pairing', { rights: ['sign'] })).json.rights).toHaveLength(3);
    expect(person.seen).toHaveLength(count);
  });

  it('is not, when the person says no', async () => {
    person.does({ pair: 'no' });
    expect(code(await page(SHOP, 'pairing'))).toEqual([403, 'prompt_cancelled']);
    expect((await page(SHOP, 'status')).json.paired).toBe(false);
  });
});

describe('a paired page', () => {
  let shown: { certificate: string; credentialId: string; algorithms: string[] };

  it('is shown a certificate that the person chose', async () => {
    const [first] = await known();
    const asked = page(SEDE, 'certificates', { purpose: 'sign' });
    const { question } = await person.next('certificate');
    expect(question).toMatchObject({ purpose: 'sign', asker: { name: SEDE } });
    await person.answer({ credentialId: first?.id ?? '', remember: true });
    shown = (await asked).json;
    expect(shown).toEqual({ certificate: expect.any(String), credentialId: first?.id, algorithms: first?.algorithms, chain: [] });
    expect(new X509Certificate(Buffer.from(shown.certificate, 'base64')).subject).toBeTruthy();
    const [origin] = (await at.daemon.call('GET', '/v1/origins')).json.origins;
    const sha256 = createHash('sha256').update(Buffer.from(shown.certificate, 'base64')).digest('hex');
    expect(origin.certificates).toMatchObject([{ sha256 }]);
    expect((await at.daemon.call('DELETE', `/v1/origins/${encodeURIComponent(SEDE)}/certificates/${sha256}`)).status).toBe(204);
    expect((await at.daemon.call('GET', '/v1/origins')).json.origins[0].certificates).toEqual([]);
  });

  it('has a document signed, in either form, with the key that it knows', async () => {
    person.does({ pin: USER_PIN, confirm: true });
    const { publicKey } = new X509Certificate(Buffer.from(shown.certificate, 'base64'));
    const ec = publicKey.asymmetricKeyType === 'ec';
    const algorithm = shown.algorithms[0] ?? '';
    const hash = `sha${algorithm.slice(2)}`;
    for (const [which, encoding] of [
      [{ credentialId: shown.credentialId }, 'p1363'],
      [{ certificate: shown.certificate }, 'der'],
    ] as const) {
      const body = { ...which, algorithm, data: DATA.toString('base64'), documentName: 'request.pdf', encoding };
      const answer = await page(SEDE, 'sign', body);
      expect(answer.json).toMatchObject({ algorithm, certificate: shown.certificate });
      const key = ec ? { key: publicKey, dsaEncoding: encoding === 'der' ? 'der' : 'ieee-p1363' } : publicKey;
      expect(verify(hash, DATA, key as never, Buffer.from(answer.json.signature, 'base64'))).toBe(true);
    }
    expect(person.seen.at(-1)?.question).toMatchObject({
      kind: 'confirm',
      act: { kind: 'sign', count: 1, documents: [{ name: 'request.pdf' }] },
    });
  });

  it('has many signed with one consent, in order', async () => {
    person.does({ confirm: true });
    const algorithm = shown.algorithms[0] ?? '';
    const texts = ['one', 'two', 'three'];
    const documents = texts.map((name) => ({
      name,
      digest: createHash(`sha${algorithm.slice(2)}`)
        .update(name)
        .digest('base64'),
    }));
    const count = person.seen.length;
    const { json } = await page(SEDE, 'sign-batch', { credentialId: shown.credentialId, algorithm, documents });
    expect(json.signatures).toHaveLength(3);
    for (const [index, { digest }] of documents.entries()) {
      const body = { algorithm, digest, signature: json.signatures[index], credentialId: shown.credentialId };
      expect((await at.daemon.call('POST', '/v1/verify', body)).json).toEqual({ valid: true });
    }
    expect(person.seen.slice(count)).toMatchObject([{ question: { kind: 'confirm', act: { count: 3 } } }]);
  });

  it('logs the person in with a token for its server', async () => {
    person.does({ pin: USER_PIN, confirm: true, certificate: true });
    const { json } = await page(SEDE, 'authenticate', { challengeNonce: NONCE });
    expect(json).toMatchObject({
      format: 'web-eid:1.0',
      unverifiedCertificate: expect.any(String),
      algorithm: expect.any(String),
    });
    expect(Object.keys(json).sort()).toEqual(['algorithm', 'appVersion', 'format', 'signature', 'unverifiedCertificate']);
  });

  it('is told what is wrong with what it sends, before anybody is asked', async () => {
    const count = person.seen.length;
    const digest = createHash('sha256').update('x').digest('base64');
    const { credentialId } = shown;
    const algorithm = shown.algorithms[0];
    const good = { credentialId, algorithm, digest };
    const documents = [{ digest }];
    for (const [act, body] of [
      ['status', { more: 1 }],
      ['status', []],
      ['pairing', { rights: [] }],
      ['pairing', { rights: ['admin'] }],
      ['certificates', { purpose: 'steal' }],
      ['authenticate', {}],
      ['authenticate', { challengeNonce: 'n'.repeat(43) }],
      ['authenticate', { challengeNonce: 'n'.repeat(129) }],
      ['authenticate', { challengeNonce: NONCE, origin: SHOP }],
      ['sign', { ...good, algorithm: 'none' }],
      ['sign', { ...good, data: 'AAAA' }],
      ['sign', { ...good, digest: undefined }],
      ['sign', { ...good, certificate: shown.certificate }],
      ['sign', { ...good, credentialId: undefined }],
      ['sign', { ...good, pin: USER_PIN }],
      ['sign', { ...good, finalTryConsent: 'x' }],
      ['sign', { ...good, documentName: '' }],
      ['sign', { ...good, documentName: 'x'.repeat(201) }],
      ['sign-batch', { credentialId, algorithm, documents: [] }],
      ['sign-batch', { credentialId, algorithm, documents: [{ name: 'x' }] }],
      ['sign-batch', { credentialId, algorithm, documents: [{ digest, path: '/etc/passwd' }] }],
      ['sign-batch', { credentialId, algorithm, documents: Array.from({ length: 10_001 }, () => ({ digest: 'AAAA' })) }],
      ['sign-batch', { algorithm, documents }],
    ] as const) {
      const answer = await page(SEDE, act, body);
      expect([act, ...code(answer)]).toEqual([act, 400, 'invalid_request']);
      expect(answer.text).not.toContain(USER_PIN);
      expect(cors(answer)).toEqual({ 'access-control-allow-origin': SEDE });
    }
    for (const which of [{ credentialId: 'nobody' }, { certificate: 'AAAA' }])
      expect(code(await page(SEDE, 'sign', { ...which, algorithm, digest }))).toEqual([404, 'credential_not_found']);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])
      expect(code(await page(SEDE, 'pairing', '{}', { 'content-type': type }))).toEqual([415, 'unsupported_media_type']);
    expect(code(await ask(at.daemon, { method: 'POST', path: '/v1/site/pairing', headers: { origin: SEDE } }))).toEqual([
      400,
      'invalid_request',
    ]);
    expect(person.seen).toHaveLength(count);
  });

  it('finds no other route open, and no other method', async () => {
    for (const [method, path] of [
      ['GET', '/health'],
      ['GET', '/v1/tokens'],
      ['GET', '/v1/credentials'],
      ['POST', `/v1/credentials/${shown.credentialId}/sign`],
      ['POST', `/v1/tokens/${at.daemon.tokenId}/login`],
      ['GET', '/v1/origins'],
      ['GET', '/v1/events'],
      ['GET', '/v1/prompts'],
      ['GET', '/openapi.json'],
      ['GET', '/console/'],
      ['GET', '/v1/site/status'],
      ['PUT', '/v1/site/status'],
      ['POST', '/v1/site/other'],
      ['OPTIONS', '/v1/tokens'],
      ['OPTIONS', '/health'],
      ['OPTIONS', '/v1/site/a/b'],
    ] as const) {
      const answer = await ask(at.daemon, { method, path, headers: { origin: SEDE, ...FETCH } });
      expect([method, path, ...code(answer)]).toEqual([method, path, 403, 'origin_not_paired']);
      expect(cors(answer)).toEqual({});
    }
  });
});

describe('a preflight', () => {
  const preflight = (headers: Record<string, string>, path = '/v1/site/sign') =>
    ask(at.daemon, {
      method: 'OPTIONS',
      path,
      headers: { 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type', ...headers },
    });

  it.each([SEDE, SHOP, 'http://localhost:3000'])(
    'of %s is answered for that origin alone, without credentials',
    async (origin) => {
      const answer = await preflight({ origin, ...FETCH });
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(cors(answer)).toEqual({
        'access-control-allow-origin': origin,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type',
        'access-control-max-age': '60',
      });
      expect(answer.headers.vary).toBe('Origin');
    },
  );

  it('of anything that is no site is refused', async () => {
    for (const origin of ['null', 'http://evil.test', 'chrome-extension://abc', `${SEDE}/`]) {
      const answer = await preflight({ origin });
      expect(code(answer)).toEqual([403, 'origin_not_paired']);
      expect(cors(answer)).toEqual({});
    }
    const rebound = await preflight({ origin: SEDE, host: `evil.test:${at.daemon.port}` });
    expect([...code(rebound), cors(rebound)]).toEqual([421, 'host_not_allowed', {}]);
    expect(code(await preflight({}))).toEqual([401, 'unauthenticated']);
  });
});

describe('a program that speaks for a site', () => {
  it('gets what the site gets, and is asked to be paired at first use', async () => {
    const [first] = await known();
    person.does({ pair: true, certificate: first?.id ?? '' });
    const answer = await relayed('https://new.example', 'certificates');
    expect(answer.json.credentialId).toBe(first?.id);
    expect(cors(answer)).toEqual({});
    expect(person.seen.slice(-2)).toMatchObject([
      { question: { kind: 'pair', asker: { name: 'https://new.example', via: 'extension' } } },
      { question: { kind: 'certificate' } },
    ]);
  });

  it('is told in the language that it asks for', async () => {
    const refused = await page(SHOP, 'certificates', {}, { 'accept-language': 'fr' });
    expect(refused.json.title).toBe('Ce site ne peut pas utiliser Signet');
  });
});

describe('an asker that goes away', () => {
  it('takes its question with it', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://gone.example' };
    const asked = request({ host: '127.0.0.1', port: at.daemon.port, method: 'POST', path: '/v1/site/pairing', headers });
    asked.on('error', () => undefined);
    asked.end('{}');
    const prompt = await person.next('pair');
    asked.destroy();
    expect((await person.end(prompt)).why).toBe('gone');
    expect((await page('https://gone.example', 'status')).json.paired).toBe(false);
  });
});

describe('what is taken back', () => {
  const revoke = (origin: string) => at.daemon.call('DELETE', `/v1/origins/${encodeURIComponent(origin)}`);
  const narrow = (origin: string, rights: string[]) =>
    at.daemon.call('PATCH', `/v1/origins/${encodeURIComponent(origin)}`, { rights });

  it('ends what the site is doing at once, and its login', async () => {
    const [first] = await known();
    const site = 'https://busy.example';
    person.does({ pair: true, certificate: first?.id ?? '', pin: USER_PIN });
    const { json } = await relayed(site, 'certificates');
    await page(site, 'pairing');
    const good = { credentialId: json.credentialId, algorithm: json.algorithms[0], data: DATA.toString('base64') };
    expect((await page(site, 'sign', good)).status).toBe(200);
    for (const [take, rights] of [
      [() => narrow(site, ['certificates', 'authenticate']), 2],
      [() => revoke(site), 0],
    ] as const) {
      person.does({ pair: true, certificate: first?.id ?? '' });
      await page(site, 'pairing');
      const asked = page(site, 'sign', good);
      const prompt = await person.next();
      expect((await take()).status).toBeLessThan(300);
      expect(code(await asked)).toEqual([403, 'origin_not_paired']);
      expect((await person.end(prompt)).why).toBe('gone');
      expect((await page(site, 'status')).json.rights).toHaveLength(rights);
    }
    expect(code(await page(site, 'sign', good))).toEqual([403, 'origin_not_paired']);
  });
});
