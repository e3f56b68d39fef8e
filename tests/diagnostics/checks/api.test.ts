import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiSocket } from '../../../src/diagnostics/checks/api-files.ts';
import { listenerOn } from '../../../src/diagnostics/checks/api-listener.ts';
import { apiPortFree, apiPortIsUs, apiVersionSkew } from '../../../src/diagnostics/checks/api-port.ts';
import { type Machine, type ProgramAnswer, thisMachine } from '../../../src/diagnostics/index.ts';
import { spawnDaemon, startTestDaemon, until, writeConfig } from '../../fixture/index.ts';
import { doctor } from './doctor.ts';
import { one, run, view } from './world.ts';

let home: string;
const cleanUps: (() => unknown)[] = [];
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signet-doors-'));
  cleanUps.push(() => rmSync(home, { recursive: true, force: true }));
});
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** Lets a server listen on a loopback port of the system's choice, or on `place`. */
async function listening(server: Server | HttpServer, place: number | string = 0): Promise<number> {
  await new Promise<void>((resolve) =>
    typeof place === 'string' ? server.listen(place, resolve) : server.listen(place, '127.0.0.1', resolve),
  );
  cleanUps.push(() => new Promise((resolve) => server.close(resolve)));
  return typeof place === 'string' ? 0 : (server.address() as AddressInfo).port;
}

/** Takes connections and never says a word. */
async function mute(): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    cleanUps.push(() => socket.destroy());
  });
  return listening(server);
}

async function web(body: string): Promise<number> {
  return listening(createHttp((_request, response) => response.end(body)));
}

const at = (port: number) => view({ settings: { port, runtimeDir: join(home, 'run') } });

const NOT_NEEDED = { result: 'skip', skippedBecause: 'not_needed' };

describe('the port', () => {
  it.each([
    ['says nothing', mute],
    ['is a web server', () => web('<h1>It works</h1>')],
    ['answers JSON of its own', () => web('{"name":"signature service","status":"up"}')],
    ['answers no object', () => web('null')],
  ] as const)('taken by a program that %s is told with its name, and the rest left out', async (_how, start) => {
    const port = await start();
    writeConfig(home, [], { port });
    const { failed, of, exit } = await doctor(home, {
      ids: ['api.port-free', 'api.port-is-us', 'api.version-skew', 'daemon.running'],
    });
    expect(failed).toEqual(['api.port-free']);
    expect(exit).toBe(1);
    const [taken] = of('api.port-free');
    expect(taken?.evidence).toMatchObject({ port, pid: process.pid, own: true });
    expect(taken?.found).toMatch(/^The program .+ uses port \d+/);
    for (const id of ['api.port-is-us', 'api.version-skew', 'daemon.running']) {
      expect(of(id), id).toMatchObject([{ result: 'skip', skippedBecause: 'depends:api.port-free' }]);
    }
  });

  it('that is free, or for the system to choose, is no cause for complaint', async () => {
    const port = await mute();
    await cleanUps.pop()?.();
    expect(await one(apiPortFree, at(port))).toMatchObject({ result: 'pass' });
    expect(await one(apiPortFree, at(0))).toMatchObject({ result: 'pass' });
  });

  it('of a daemon of ours passes, and its version is compared', async () => {
    const daemon = await startTestDaemon();
    cleanUps.push(() => daemon.dispose());
    const seen = view({ settings: { port: daemon.port, runtimeDir: daemon.runtimeDir } });
    const { checks } = await run([apiPortFree, apiPortIsUs, apiVersionSkew], seen);
    expect(checks.map(({ id, result }) => [id, result])).toEqual([
      ['api.port-free', 'pass'],
      ['api.port-is-us', 'pass'],
      ['api.version-skew', 'warn'],
    ]);
    expect(checks[2]?.found).toContain('but 1.2.3 is installed');
  });

  it('taken by another does not matter to a Signet that runs on one of its own', async () => {
    const daemon = await startTestDaemon({ home });
    cleanUps.push(() => daemon.stop());
    const port = await web('something else');
    const { checks } = await run([apiPortFree, apiPortIsUs], view({ settings: { port, runtimeDir: daemon.runtimeDir } }));
    expect(checks).toMatchObject([{ result: 'pass', found: expect.stringContaining('a port of its own') }, NOT_NEEDED]);
  });

  it('that nobody has is nobody to tell apart', async () => {
    const port = await web('');
    await cleanUps.pop()?.();
    const { checks } = await run([apiPortFree, apiPortIsUs, apiVersionSkew], view({ settings: { port } }));
    expect(checks).toMatchObject([{ result: 'pass' }, NOT_NEEDED, NOT_NEEDED]);
  });

  it('of a Signet that hangs is not put down to another program', async () => {
    const port = await web('');
    await cleanUps.pop()?.();
    const daemon = await startTestDaemon({ child: true, home, settings: { port } });
    cleanUps.push(() => daemon.kill9());
    process.kill(daemon.pid ?? 0, 'SIGSTOP');
    const { failed, of, exit } = await doctor(home);
    expect(failed.filter((id) => /^(api|daemon)\./.test(id))).toEqual(['daemon.running']);
    expect(of('daemon.running')[0]?.found).toContain('does not answer');
    expect(exit).toBe(1);
  });

  it('of a Signet with other folders is not ours', async () => {
    const daemon = await startTestDaemon();
    cleanUps.push(() => daemon.dispose());
    const { checks } = await run([apiPortFree, apiPortIsUs, apiVersionSkew], at(daemon.port));
    expect(checks.map(({ id, result }) => [id, result])).toEqual([
      ['api.port-free', 'pass'],
      ['api.port-is-us', 'fail'],
      ['api.version-skew', 'skip'],
    ]);
    expect(checks[1]?.fix).toContain('--runtime-dir');
  });

  it('of another person says so', async () => {
    const daemon = await startTestDaemon();
    cleanUps.push(() => daemon.dispose());
    const real = thisMachine({});
    // The kernel's table names the owner by number: here it is made to be somebody else.
    const read: Machine['read'] = (path, limit) =>
      path === '/proc/self/status' ? Buffer.from('Uid:\t4242\t4242\n') : real.read(path, limit);
    const seen = view({ machine: { read }, settings: { port: daemon.port, runtimeDir: join(home, 'run') } });
    expect(await one(apiPortIsUs, seen)).toMatchObject({
      result: 'fail',
      found: expect.stringContaining("Another person's Signet"),
    });
  });
});

describe('who listens', () => {
  const answer = (stdout: string, code = 0): ProgramAnswer => ({ code, signal: null, stdout, stderr: '', error: null });
  const ask = (machine: Partial<Machine>) => listenerOn({ ...thisMachine({}), ...machine }, 9711, new AbortController().signal);

  it('is read from lsof on macOS', async () => {
    expect(await ask({ platform: 'darwin', run: async () => answer('p812\ncpython3.12\nf5\n') })).toEqual({
      pid: 812,
      program: 'python3.12',
      own: true,
    });
    expect(await ask({ platform: 'darwin', run: async () => answer('', 1) })).toBeNull();
  });

  it('is read from netstat and tasklist on Windows, in any language', async () => {
    const table = [
      '  TCP    127.0.0.1:9711         127.0.0.1:50111        HERGESTELLT     77',
      '  TCP    0.0.0.0:19711          0.0.0.0:0              ABHÖREN         78',
      '  TCP    127.0.0.1:9711         0.0.0.0:0              ABHÖREN         4120',
    ].join('\r\n');
    const run: Machine['run'] = async (program) =>
      answer(program === 'netstat' ? table : '"httpd.exe","4120","Services","0","9.876 K"\r\n');
    expect(await ask({ platform: 'win32', run })).toEqual({ pid: 4120, program: 'httpd.exe', own: null });
    expect(await ask({ platform: 'win32', run: async () => answer('') })).toBeNull();
  });

  it('is nobody on a free port of Linux', async () => {
    expect(await ask({ platform: 'linux', read: () => Buffer.from('  sl  local_address rem_address   st\n') })).toBeNull();
  });
});

describe('the token file', () => {
  it.each([
    ['644', '700', 'mode 644'],
    ['660', '700', 'mode 660'],
    ['600', '777', 'mode 777'],
  ])('of mode %s in a folder of mode %s is told', async (mode, folderMode, found) => {
    const daemon = await startTestDaemon({ child: true, home });
    cleanUps.push(() => daemon.stop());
    chmodSync(daemon.tokenFile, Number.parseInt(mode, 8));
    chmodSync(daemon.runtimeDir, Number.parseInt(folderMode, 8));
    const { failed, of } = await doctor(home, { ids: ['api.token-file-permissions', 'api.socket'] });
    expect(failed).toEqual(['api.token-file-permissions']);
    expect(of('api.token-file-permissions')[0]?.found).toContain(found);
  });

  it('that is gone is told by the daemon that needs it', async () => {
    const daemon = await startTestDaemon({ home });
    cleanUps.push(() => daemon.stop());
    rmSync(daemon.tokenFile);
    const { json } = await daemon.call('GET', '/v1/diagnostics?check=api.token-file-permissions');
    expect(json.checks).toMatchObject([{ result: 'fail', found: expect.stringContaining('is gone') }]);
  });

  it('that is well passes, and its content is not told', async () => {
    const daemon = await startTestDaemon({ home });
    cleanUps.push(() => daemon.stop());
    const { json, text } = await daemon.call('GET', '/v1/diagnostics?check=api.token-file-permissions&check=api.socket');
    expect(json.checks).toMatchObject([{ result: 'pass' }, { result: 'pass' }]);
    expect(text).not.toContain(daemon.token);
  });
});

describe('the socket', () => {
  it('left by a daemon that was killed is stale, and Signet is not running', async () => {
    const child = spawnDaemon(writeConfig(home));
    await until('the socket is there', () => (/127\.0\.0\.1:\d+/.test(child.output().stdout) ? true : undefined));
    child.signal('SIGKILL');
    await child.ended;
    const { of, failed } = await doctor(home);
    expect(failed.filter((id) => /^(api|daemon)\./.test(id))).toEqual([]);
    expect(of('api.socket')).toMatchObject([{ result: 'warn', fix: expect.stringContaining('signet serve') }]);
    expect(of('daemon.running')).toMatchObject([{ result: 'warn' }]);
  });

  it('is told from a file in its place', async () => {
    writeConfig(home);
    mkdirSync(join(home, 'run'));
    writeFileSync(join(home, 'run/signet.sock'), '');
    const { of } = await doctor(home, { ids: ['api.socket'] });
    expect(of('api.socket')).toMatchObject([{ result: 'fail', found: expect.stringContaining('~/run/signet.sock') }]);
  });

  it('that others may reach is told', async () => {
    mkdirSync(join(home, 'run'));
    await listening(createServer(), join(home, 'run/signet.sock'));
    chmodSync(join(home, 'run/signet.sock'), 0o666);
    expect(await one(apiSocket, at(0))).toMatchObject({ result: 'fail', found: expect.stringContaining('mode 666') });
    chmodSync(join(home, 'run/signet.sock'), 0o600);
    expect(await one(apiSocket, at(0))).toMatchObject({ result: 'pass' });
  });
});
