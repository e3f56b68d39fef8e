import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilerMissing } from '../backends/compile.ts';
import { createSoftHsm, type SoftHsm, softHsmMissing } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { runLoad } from './load.ts';
import { runPeer } from './peer.ts';

const missing = softHsmMissing() ?? compilerMissing();

describe.skipIf(missing !== undefined)(`bench ${missing ?? ''}`, () => {
  let token: SoftHsm;
  let daemon: TestDaemon;
  let path: string;
  const body = { algorithm: 'ES256', digest: Buffer.alloc(32).toString('base64') };

  beforeAll(async () => {
    token = await createSoftHsm();
    daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
    await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN });
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    const credential = credentials.find((each: { algorithms: string[] }) => each.algorithms.includes('ES256'));
    path = `/v1/credentials/${credential.id}/sign`;
  });
  afterAll(async () => {
    await daemon.dispose();
    token.dispose();
  });

  it.each(['TCP', 'the Unix socket'])('loads a daemon over %s', async (name) => {
    const place = name === 'TCP' ? daemon.port : daemon.socket;
    const figures = await runLoad({ place, path, token: daemon.token, body, connections: 4, warmUp: 0.1, seconds: 0.3 });
    expect(figures).toMatchObject({ connections: 4, errors: 0 });
    expect(figures.requests).toBeGreaterThanOrEqual(4);
    expect(figures.seconds).toBeGreaterThanOrEqual(0.3);
    expect(figures.perSecond).toBeCloseTo(figures.requests / figures.seconds, 0);
    expect(figures.p50Microseconds).toBeGreaterThan(0);
    expect(figures.p90Microseconds).toBeGreaterThanOrEqual(figures.p50Microseconds);
    expect(figures.p99Microseconds).toBeGreaterThanOrEqual(figures.p90Microseconds);
    expect(figures.maxMicroseconds).toBeGreaterThanOrEqual(figures.p99Microseconds);
  });

  it('stops at a limit', async () => {
    const load = { place: daemon.port, path, token: daemon.token, body, connections: 3, seconds: 30, limit: 10 };
    expect(await runLoad(load)).toMatchObject({ requests: 10 });
  });

  it('sends bodies and reads answers that are longer than a socket holds', async () => {
    const digests = Array.from({ length: 10_000 }, () => body.digest);
    const load = { place: daemon.socket, path: `${path}-batch`, body: { algorithm: 'ES256', digests }, connections: 1 };
    expect(await runLoad({ ...load, seconds: 0.1, limit: 1 })).toMatchObject({ requests: 1, errors: 0 });
  });

  it('asks what needs no token', async () => {
    const load = { place: daemon.port, method: 'GET', path: '/health', connections: 2, seconds: 0.1 } as const;
    expect((await runLoad(load)).errors).toBe(0);
  });

  it('fails when answers do', async () => {
    const load = { place: daemon.port, path, body, connections: 2, seconds: 0.1 };
    await expect(runLoad(load)).rejects.toThrow('the first with status 401');
  });

  it('fails when nobody listens', async () => {
    const load = { place: `${daemon.socket}.none`, path, body, connections: 1, seconds: 0.1 };
    await expect(runLoad(load)).rejects.toThrow('cannot connect');
  });

  it.each([
    ['pkcs11js', 'ec', '02'],
    ['pkcs11js', 'rsa', '01'],
    ['webcrypto', 'ec', '02'],
    ['webcrypto', 'rsa', '01'],
  ] as const)('measures the peer %s with %s', async (peer, mechanism, keyId) => {
    const { library, label, userPin: pin, env } = token;
    const figures = await runPeer(peer, { library, label, keyId, mechanism, seconds: 0.1, pin }, env);
    expect(figures.perSecond).toBeGreaterThan(0);
    expect(figures.p99Microseconds).toBeGreaterThanOrEqual(figures.p50Microseconds);
  });
});
