import { constants, createHash, createVerify, verify, X509Certificate } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { shimmed, USER_PIN } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const DATA = Buffer.from('what the holder agreed to');

const at = setStage({ token: shimmed });
const ids: Record<string, string> = {};
const certificates: Record<string, X509Certificate> = {};

beforeAll(async () => {
  const { credentials } = (await at.daemon.call('GET', '/v1/credentials?include=pem')).json;
  for (const one of credentials) {
    const name = String(one.certificate.keyType).split(' ')[1] ?? '';
    ids[name] = one.id;
    certificates[name] = new X509Certificate(one.certificate.pem);
  }
  await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: USER_PIN });
});

const sign = (key: string, body: unknown) => at.daemon.call('POST', `/v1/credentials/${ids[key]}/sign`, body);
const batch = (key: string, body: unknown) => at.daemon.call('POST', `/v1/credentials/${ids[key]}/sign-batch`, body);
const check = (body: unknown) => at.daemon.call('POST', '/v1/verify', body);
const hash = (name: string, data = DATA) => createHash(name).update(data).digest();

function valid(key: string, algorithm: string, signature: string, data = DATA): boolean {
  const name = `sha${algorithm.slice(2)}`;
  const publicKey = certificates[key]?.publicKey ?? '';
  const bytes = Buffer.from(signature, 'base64');
  if (algorithm.startsWith('ES')) return verify(name, data, { key: publicKey, dsaEncoding: 'ieee-p1363' } as never, bytes);
  const padding = algorithm.startsWith('PS') ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const saltLength = algorithm.startsWith('PS') ? { saltLength: constants.RSA_PSS_SALTLEN_DIGEST } : {};
  return createVerify(name)
    .update(data)
    .verify({ key: publicKey, padding, ...saltLength } as never, bytes);
}

const PAIRS = [
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'].map((algorithm) => ['2048', algorithm] as const),
  ['P-256', 'ES256'] as const,
  ['P-384', 'ES384'] as const,
];

describe.each(PAIRS)('%s %s', (key, algorithm) => {
  it('signs data and digests as other programs verify them', async () => {
    const ofData = await sign(key, { algorithm, data: DATA.toString('base64') });
    expect(ofData).toMatchObject({ status: 200, json: { algorithm, credentialId: ids[key] } });
    expect(valid(key, algorithm, ofData.json.signature)).toBe(true);
    const digest = hash(`sha${algorithm.slice(2)}`).toString('base64');
    const ofDigest = await sign(key, { algorithm, digest });
    expect(valid(key, algorithm, ofDigest.json.signature)).toBe(true);
    const verdict = await check({ algorithm, digest, signature: ofData.json.signature, credentialId: ids[key] });
    expect(verdict).toMatchObject({ status: 200, json: { valid: true } });
    const pem = certificates[key]?.toString();
    expect((await check({ algorithm, data: 'AAAA', signature: ofData.json.signature, certificate: pem })).json).toEqual({
      valid: false,
      reason: 'signature_mismatch',
    });
  });

  it('takes a digest of its own length only', async () => {
    for (const length of [0, 1, 20, 31, 33, 63]) {
      const answer = await sign(key, { algorithm, digest: Buffer.alloc(length).toString('base64') });
      expect({ length, status: answer.status, code: answer.json.code }).toEqual({ length, status: 422, code: 'digest_length' });
    }
  });
});

describe('signing', () => {
  it('gives ECDSA as R‖S, or DER when asked', async () => {
    const body = { algorithm: 'ES256', data: DATA.toString('base64') };
    const raw = Buffer.from((await sign('P-256', body)).json.signature, 'base64');
    expect(raw).toHaveLength(64);
    const der = Buffer.from((await sign('P-256', { ...body, encoding: 'der' })).json.signature, 'base64');
    expect(der[0]).toBe(0x30);
    expect(verify('sha256', DATA, certificates['P-256']?.publicKey ?? '', der)).toBe(true);
    const told = await check({ ...body, signature: der.toString('base64'), encoding: 'der', credentialId: ids['P-256'] });
    expect(told.json).toEqual({ valid: true });
  });

  it('takes base64 without padding, and empty data', async () => {
    const unpadded = Buffer.from('a').toString('base64').replace(/=+$/, '');
    const answer = await sign('P-256', { algorithm: 'ES256', data: unpadded });
    expect(valid('P-256', 'ES256', answer.json.signature, Buffer.from('a'))).toBe(true);
    const empty = await sign('P-256', { algorithm: 'ES256', data: '' });
    expect(valid('P-256', 'ES256', empty.json.signature, Buffer.alloc(0))).toBe(true);
  });

  it('takes megabytes of data', async () => {
    const data = Buffer.alloc(3_000_000, 'pin');
    const answer = await sign('P-256', { algorithm: 'ES256', data: data.toString('base64') });
    expect(valid('P-256', 'ES256', answer.json.signature, data)).toBe(true);
  });

  it.each([
    ['ES256 with an RSA key', '2048', { algorithm: 'ES256', data: 'AAAA' }],
    ['RS256 with an EC key', 'P-256', { algorithm: 'RS256', data: 'AAAA' }],
    ['ES384 with P-256', 'P-256', { algorithm: 'ES384', data: 'AAAA' }],
    ['EdDSA with P-256', 'P-256', { algorithm: 'EdDSA', data: 'AAAA' }],
  ])('refuses %s', async (_name, key, body) => {
    expect(await sign(key, body)).toMatchObject({ status: 422, json: { code: 'algorithm_unsupported' } });
  });

  it('needs a login of this very caller', async () => {
    const token = await at.daemon.client('onlooker', 'status', 'sign');
    const other = at.daemon.as(token);
    const answer = await other('POST', `/v1/credentials/${ids['P-256']}/sign`, { algorithm: 'ES256', data: 'AAAA' });
    expect(answer).toMatchObject({ status: 401, json: { code: 'pin_required', pin: { limit: 3 } } });
    expect((await other('GET', `/v1/tokens/${at.daemon.tokenId}`)).json.session).toBeNull();
    expect((await at.daemon.call('GET', `/v1/tokens/${at.daemon.tokenId}`)).json.session).toMatchObject({ idleSeconds: 900 });
  });

  it('needs the scope for PINs to carry one', async () => {
    const other = at.daemon.as(await at.daemon.client('signer', 'sign'));
    const answer = await other('POST', `/v1/credentials/${ids['P-256']}/sign`, {
      algorithm: 'ES256',
      data: 'AAAA',
      pin: '123456',
    });
    expect(answer).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
  });
});

describe('a batch', () => {
  it('keeps the order of thousands', async () => {
    const data = Array.from({ length: 2_000 }, (_, index) => Buffer.from(`document ${index}`));
    const digests = data.map((one) => hash('sha256', one).toString('base64'));
    const { status, json } = await batch('P-256', { algorithm: 'ES256', digests });
    expect([status, json.signatures.length]).toEqual([200, 2_000]);
    for (const index of [0, 1, 31, 32, 33, 999, 1_999])
      expect(valid('P-256', 'ES256', json.signatures[index], data[index])).toBe(true);
  });

  it('takes up to 10,000 digests and not one more', async () => {
    const digest = hash('sha256').toString('base64');
    const most = await batch('P-256', { algorithm: 'ES256', digests: Array.from({ length: 10_000 }, () => digest) });
    expect([most.status, most.json.signatures?.length]).toEqual([200, 10_000]);
    const more = await batch('P-256', { algorithm: 'ES256', digests: Array.from({ length: 10_001 }, () => digest) });
    expect(more).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field: 'body.digests' }] } });
  });

  it('refuses all when one digest is wrong, before anything is signed', async () => {
    const good = hash('sha256').toString('base64');
    for (const [bad, status, code] of [
      ['AAAA', 422, 'digest_length'],
      ['A', 400, 'invalid_request'],
      [7, 400, 'invalid_request'],
    ]) {
      expect(await batch('P-256', { algorithm: 'ES256', digests: [good, bad, good] })).toMatchObject({ status, json: { code } });
    }
  });

  it('says how many were made when the token fails on the way', async () => {
    at.token.control.set('nth 40 C_Sign rv 0x31');
    const digests = Array.from({ length: 200 }, () => hash('sha256').toString('base64'));
    const answer = await batch('P-256', { algorithm: 'ES256', digests });
    at.token.control.set();
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json).toMatchObject({ code: expect.any(String), made: expect.any(Number) });
    expect(answer.json.made).toBeLessThan(200);
  });
});

describe('verification', () => {
  it('tells a signature that is none from a question that is none', async () => {
    const certificate = certificates['P-256']?.toString();
    const common = { algorithm: 'ES256', data: 'AAAA' };
    for (const [signature, reason] of [
      ['', 'signature_length'],
      ['AAAA', 'signature_length'],
      [Buffer.alloc(64).toString('base64'), /mismatch|malformed/],
    ]) {
      const { status, json } = await check({ ...common, signature, certificate });
      expect([status, json.valid]).toEqual([200, false]);
      expect(json.reason).toMatch(reason ?? '');
    }
    const garbage = await check({ ...common, signature: 'AAAA', certificate: 'AAAA' });
    expect(garbage).toMatchObject({ status: 422, json: { code: 'certificate_malformed' } });
    for (const body of [
      { ...common, signature: 'AAAA' },
      { ...common, signature: 'AAAA', certificate, credentialId: ids['P-256'] },
      { algorithm: 'ES256', signature: 'AAAA', certificate },
      { ...common, digest: 'AAAA', signature: 'AAAA', certificate },
    ]) {
      expect(await check(body)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    }
  });

  it('needs neither a token nor a login when it is given the certificate', async () => {
    const other = at.daemon.as(await at.daemon.client('checker', 'status'));
    const body = { algorithm: 'RS256', data: 'AAAA', signature: 'AAAA', certificate: certificates['2048']?.toString() };
    expect(await other('POST', '/v1/verify', body)).toMatchObject({ status: 200, json: { valid: false } });
  });
});

it('one PIN was presented in all of this', () => {
  expect(at.token.control.presentations()).toHaveLength(1);
});
