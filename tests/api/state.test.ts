import { X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ask, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const at = setStage({ token: shimmed });

const get = (path: string) => at.daemon.call('GET', path);

describe('health', () => {
  it('is told to anyone, and nothing more is', async () => {
    const answer = await ask({ port: at.daemon.port }, { method: 'GET', path: '/health' });
    expect(answer).toMatchObject({ status: 200, json: { name: 'signet', version: expect.stringMatching(/^\d+\.\d+\.\d+/) } });
    expect(Object.keys(answer.json)).toEqual(['name', 'version']);
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});

describe('drivers', () => {
  it('tell library, state, version, crashes, last error and queue', async () => {
    const { status, json } = await get('/v1/drivers');
    expect(status).toBe(200);
    expect(json.drivers).toEqual([
      {
        id: 'opencryptoki',
        name: 'openCryptoki',
        library: at.token.driver.path,
        state: 'running',
        version: expect.any(String),
        crashes: 0,
        lastError: null,
        queueLength: expect.any(Number),
        pid: expect.any(Number),
      },
    ]);
  });
});

describe('tokens', () => {
  it('tell what the contract says', async () => {
    const { tokens } = (await get('/v1/tokens')).json;
    expect(tokens).toEqual([
      {
        id: at.daemon.tokenId,
        label: at.token.token.label,
        manufacturer: 'SoftHSM project',
        model: 'SoftHSM v2',
        serial: at.token.token.serial,
        driver: 'opencryptoki',
        reader: expect.any(String),
        pin: expect.objectContaining({ limit: 3, observedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) }),
        puk: expect.objectContaining({ limit: 3 }),
        pinPad: false,
        minPinLength: 4,
        maxPinLength: 255,
        unblock: true,
        session: null,
      },
    ]);
    for (const key of ['state', 'remaining', 'limit', 'basis', 'flagsReliable', 'observedAt'])
      expect(tokens[0].pin).toHaveProperty(key);
    const { observedAt: _a, ...pin } = tokens[0].pin;
    const one = (await get(`/v1/tokens/${at.daemon.tokenId}`)).json;
    expect(one).toMatchObject({ id: at.daemon.tokenId, label: at.token.token.label, pin });
  });

  it('have ids that are opaque and fit into a URL', () => {
    expect(at.daemon.tokenId).toMatch(/^[A-Za-z0-9_~.-]+$/);
    expect(at.daemon.tokenId).not.toContain(at.token.token.serial);
  });
});

describe('certificates and credentials', () => {
  it('are parsed; DER and PEM come when asked for', async () => {
    const plain = (await get(`/v1/tokens/${at.daemon.tokenId}/certificates`)).json.certificates;
    expect(plain).toHaveLength(3);
    expect(plain[0]).not.toHaveProperty('der');
    const { certificates } = (await get(`/v1/tokens/${at.daemon.tokenId}/certificates?include=der,pem`)).json;
    for (const certificate of certificates) {
      const der = new X509Certificate(Buffer.from(certificate.der, 'base64'));
      expect(new X509Certificate(certificate.pem).fingerprint256).toBe(der.fingerprint256);
      expect(certificate.sha256).toBe(der.fingerprint256.replaceAll(':', '').toLowerCase());
      expect(certificate.commonName).toBe(/CN=([^\n]*)/.exec(der.subject)?.[1]);
      expect(Date.parse(certificate.notAfter)).toBe(Date.parse(der.validTo));
    }
    expect(certificates.map(({ keyType }: { keyType: string }) => keyType).sort()).toEqual(['EC P-256', 'EC P-384', 'RSA 2048']);
  });

  it('pair a certificate with its key, before any login too', async () => {
    const { credentials } = (await get('/v1/credentials')).json;
    expect(credentials).toHaveLength(3);
    const rsa = credentials.find((one: { certificate: { keyType: string } }) => one.certificate.keyType === 'RSA 2048');
    expect(rsa).toMatchObject({
      tokenId: at.daemon.tokenId,
      algorithms: expect.arrayContaining(['RS256', 'PS256', 'RS512']),
      usage: expect.arrayContaining(['digitalSignature']),
      validity: { state: 'valid' },
      issuer: expect.stringContaining('Signet tests'),
    });
    const { json } = await get(`/v1/credentials/${rsa.id}?include=pem`);
    expect(json).toMatchObject({ id: rsa.id, certificate: { pem: expect.stringContaining('BEGIN CERTIFICATE') } });
  });

  it('refuse a form that there is not, and a parameter that there is not', async () => {
    for (const query of ['include=xml', 'include=', 'include=der,', 'includes=der', 'include=der&include=pem']) {
      const answer = await get(`/v1/credentials?${query}`);
      expect({ query, status: answer.status, code: answer.json.code }).toEqual({ query, status: 400, code: 'invalid_request' });
    }
  });
});

describe('the description of the API', () => {
  it('is OpenAPI 3.1 and lists every route', async () => {
    const { json } = await ask({ port: at.daemon.port }, { method: 'GET', path: '/openapi.json' });
    expect(json.openapi).toBe('3.1.0');
    // tests/docs holds the whole list.
    expect(Object.keys(json.paths).sort()).toEqual(
      expect.arrayContaining([
        '/health',
        '/v1/audit',
        '/v1/clients',
        '/v1/clients/{name}',
        '/v1/credentials',
        '/v1/credentials/{credentialId}',
        '/v1/credentials/{credentialId}/sign',
        '/v1/credentials/{credentialId}/sign-batch',
        '/v1/drivers',
        '/v1/events',
        '/v1/tokens',
        '/v1/tokens/{tokenId}',
        '/v1/tokens/{tokenId}/certificates',
        '/v1/tokens/{tokenId}/final-try-consent',
        '/v1/tokens/{tokenId}/login',
        '/v1/tokens/{tokenId}/logout',
        '/v1/tokens/{tokenId}/pin',
        '/v1/tokens/{tokenId}/unblock',
        '/v1/verify',
      ]),
    );
    expect(JSON.stringify(json)).not.toMatch(/123456|12345678/);
  });

  it('names every call once, and a server to send it to', async () => {
    const { json } = await ask({ port: at.daemon.port }, { method: 'GET', path: '/openapi.json' });
    const calls = Object.values(json.paths as Record<string, Record<string, { operationId: string }>>).flatMap(Object.values);
    const ids = calls.map(({ operationId }) => operationId);
    expect(ids).toContain('getTokensCertificatesByTokenId');
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/);
    expect(json.servers).toEqual([expect.objectContaining({ url: '/' })]);
  });

  it('has a page that loads nothing from elsewhere', async () => {
    const page = await ask({ port: at.daemon.port }, { method: 'GET', path: '/docs/static/index.html' });
    const front = await ask({ port: at.daemon.port }, { method: 'GET', path: '/docs/' });
    expect(front.status).toBe(200);
    expect(`${front.text}${page.text}`).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(front.headers['content-security-policy']).toContain("default-src 'none'");
    const [, script = ''] = /src="([^"]*swagger-ui-bundle\.js)"/.exec(front.text) ?? [];
    const loaded = await ask({ port: at.daemon.port }, { method: 'GET', path: new URL(script, 'http://x/docs/').pathname });
    expect(loaded.status).toBe(200);
  });

  it('does not reach outside its folder', async () => {
    for (const path of [
      '/docs/../package.json',
      '/docs/static/../../../package.json',
      '/docs/static/%2e%2e/%2e%2e/package.json',
      '/docs/static/..%5cx',
    ]) {
      const answer = await at.daemon.call('GET', path);
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.json?.code ?? 'none').toMatch(/^(not_found|invalid_request)$/);
    }
  });
});

describe('a restart', () => {
  it('changes neither the ids of tokens nor those of credentials', async () => {
    const ids = async (of: TestDaemon) =>
      (await of.call('GET', '/v1/credentials')).json.credentials.map(({ id }: { id: string }) => id).sort();
    const [tokenId, credentials] = [at.daemon.tokenId, await ids(at.daemon)];
    await at.daemon.stop();
    at.daemon = await startTestDaemon({ home: at.daemon.home, drivers: [at.token.driver] });
    expect([at.daemon.tokenId, await ids(at.daemon)]).toEqual([tokenId, credentials]);
    expect(credentials.every((id: string) => /^[A-Za-z0-9_-]+$/.test(id))).toBe(true);
  });

  it('presented no PIN, nor did any of the routes here', () => {
    expect(at.token.control.trace()).toEqual([]);
  });
});
