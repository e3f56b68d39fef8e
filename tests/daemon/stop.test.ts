import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Shimmed,
  shimmed,
  spawnDaemon,
  startTestDaemon,
  type TestDaemon,
  USER_PIN,
  until,
  writeConfig,
} from '../fixture/index.ts';

let shim: Shimmed;
let daemon: TestDaemon;

beforeEach(async () => {
  shim = await shimmed();
  // A rule that never strikes has its calls counted all the same.
  shim.control.set('nth 9999 C_Logout rv 0x5', 'nth 9999 C_Finalize rv 0x5');
  daemon = await startTestDaemon({ drivers: [shim.driver], child: true });
});
afterEach(async () => {
  await daemon.dispose();
  shim.dispose();
});

const hostPid = async () => Number((await daemon.call('GET', '/v1/drivers')).json.drivers[0].pid);
const runs = (pid: number) => existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
const login = () => daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN });

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  it('logs out, finalises the library, removes socket and token file, and ends with 0', async () => {
    const host = await hostPid();
    expect((await login()).status).toBe(200);
    const end = await daemon.stop(signal);
    expect({ code: end.code, stderr: end.stderr }).toEqual({ code: 0, stderr: '' });
    expect([shim.calls(0), shim.calls(1)]).toEqual([1, 1]);
    expect(runs(host)).toBe(false);
    expect([existsSync(daemon.socket), existsSync(daemon.tokenFile)]).toEqual([false, false]);
  });
});

describe('an end', () => {
  it('is quick while a driver call hangs, and takes the hanging host along', async () => {
    const host = await hostPid();
    shim.control.set('C_GetTokenInfo hang');
    await until(
      'the driver hangs',
      async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0].queueLength > 0 || undefined,
    );
    const started = performance.now();
    expect((await daemon.stop()).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(runs(host)).toBe(false);
  });

  it('is quick while a signature hangs for a caller who is logged in', async () => {
    const host = await hostPid();
    await login();
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    const { id } = credentials.find(({ algorithms }: { algorithms: string[] }) => algorithms.includes('RS256'));
    shim.control.set('C_Sign hang');
    const body = { algorithm: 'RS256', data: Buffer.from('x').toString('base64') };
    const signing = daemon.call('POST', `/v1/credentials/${id}/sign`, body).catch(() => undefined);
    await until(
      'the signature hangs',
      async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0].queueLength > 0 || undefined,
    );
    const started = performance.now();
    expect((await daemon.stop()).code).toBe(0);
    expect(performance.now() - started).toBeLessThan(6_000);
    expect(runs(host)).toBe(false);
    await signing;
  });

  it('comes with listeners, keep-alive connections and signatures under way', async () => {
    await login();
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    const listener = daemon.listen();
    await listener.ready;
    const [{ id, algorithms }] = credentials;
    const digest = Buffer.alloc(algorithms[0].endsWith('384') ? 48 : 32).toString('base64');
    const busy = Array.from({ length: 20 }, () =>
      daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], digest }).then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      ),
    );
    const end = await daemon.stop();
    expect(end.code).toBe(0);
    await listener.closed;
    for (const outcome of await Promise.all(busy)) expect(outcome).toBeOneOf([200, 503, 502, 401, 'ECONNRESET', 'ECONNREFUSED']);
    const again = await startTestDaemon({ home: daemon.home, drivers: [shim.driver] });
    expect((await again.call('GET', '/v1/audit')).json.sound).toBe(true);
    await again.stop();
  });

  it('by kill -9 takes the driver host along, whatever it does, and the next start cleans up', async () => {
    const host = await hostPid();
    await login();
    shim.control.set('C_GetTokenInfo hang');
    await until(
      'the driver hangs',
      async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0].queueLength > 0 || undefined,
    );
    expect((await daemon.kill9()).signal).toBe('SIGKILL');
    await until('the host is gone', () => (runs(host) ? undefined : true), 5_000);
    expect([existsSync(daemon.socket), existsSync(daemon.tokenFile)]).toEqual([true, true]);
    shim.control.set();
    const again = await startTestDaemon({ home: daemon.home, drivers: [shim.driver], child: true });
    expect((await again.call('GET', `/v1/tokens/${again.tokenId}`)).json.session).toBeNull();
    expect((await again.stop()).code).toBe(0);
  });

  it('while it starts is an end, too', async () => {
    const config = writeConfig(daemon.home, [shim.driver], {
      stateDir: join(daemon.home, 'other'),
      runtimeDir: join(daemon.home, 'other-run'),
    });
    for (const after of [150, 300, 450]) {
      const starting = spawnDaemon(config);
      setTimeout(() => starting.signal('SIGTERM'), after);
      const { code, signal } = await starting.ended;
      expect([0, 'SIGTERM']).toContain(signal ?? code);
    }
  });
});

it('health answers while hundreds ask and sign', async () => {
  await login();
  const [{ id, algorithms }] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
  const digest = Buffer.alloc(algorithms[0].endsWith('384') ? 48 : 32).toString('base64');
  const load = Array.from({ length: 200 }, () =>
    daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], digest }),
  );
  const asked = performance.now();
  expect((await daemon.call('GET', '/health')).status).toBe(200);
  expect(performance.now() - asked).toBeLessThan(2_000);
  expect((await Promise.all(load)).every(({ status }) => status === 200)).toBe(true);
});
