import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createNetServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, it } from 'vitest';
import { type DaemonEnd, spawnDaemon, startTestDaemon, type TestDaemon, writeConfig } from '../fixture/index.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

function home(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signet-start-'));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function started(options: Parameters<typeof startTestDaemon>[0] = {}): Promise<TestDaemon> {
  const daemon = await startTestDaemon(options);
  cleanUps.push(() => daemon.dispose());
  return daemon;
}

/** What a daemon with this configuration says and how it ends. */
const fate = (settings: Record<string, unknown>, folder = home(), drivers = [] as { path: string }[]): Promise<DaemonEnd> =>
  spawnDaemon(writeConfig(folder, drivers, settings)).ended;

const listening = async (server: Server): Promise<number> => {
  const open = new Set<Socket>();
  server.on('connection', (socket) => open.add(socket)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  cleanUps.push(() => {
    for (const socket of open) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
};

const digest = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('a start', () => {
  it('prints where it is, and has the port that it prints', async () => {
    const daemon = await started({ child: true });
    const { stdout, code, stderr } = await daemon.stop('SIGTERM');
    expect(stdout).toContain(`http://127.0.0.1:${daemon.port}`);
    expect(stdout).toContain(daemon.socket);
    expect(stdout).not.toContain(daemon.token);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('listens within a second', async () => {
    const started = performance.now();
    const { signal, stdout, ended, output } = spawnDaemon(writeConfig(home()));
    await new Promise<void>((resolve) => stdout.on('data', () => output().stdout.includes('http://') && resolve()));
    const took = performance.now() - started;
    signal('SIGTERM');
    await ended;
    // The promise is one second on an idle machine; the other tests use this one at the same time.
    expect(took).toBeLessThan(3_000);
  });
});

describe('a wrong setting', () => {
  it.each([
    [{ port: 'x' }, 'port'],
    [{ prot: 1 }, 'prot'],
    [{ logLevel: 'loud' }, 'logLevel'],
  ])('%j is named, with exit code 2', async (settings, key) => {
    const folder = home();
    const end = await fate(settings, folder);
    expect(end).toMatchObject({ code: 2, stdout: '' });
    expect(end.stderr).toContain(key);
    expect(end.stderr).toContain('config.toml');
    expect(end.stderr).not.toContain('    at ');
    expect(existsSync(join(folder, 'state'))).toBe(false);
  });

  it('a driver that does not exist is one', async () => {
    const end = await fate({}, home(), [{ path: '/nowhere/lib.so' }]);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain('/nowhere/lib.so');
  });

  it('a driver that is no library is not: the others must work', async () => {
    const folder = home();
    const path = join(folder, 'not-a-library.so');
    writeFileSync(path, 'not an ELF file');
    const daemon = await started({ drivers: [{ path }], tokens: 0 });
    const state = async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0];
    for (let tries = 0; (await state()).state === 'starting' && tries < 200; tries += 1)
      await new Promise((r) => setTimeout(r, 20));
    expect(await state()).toMatchObject({ state: expect.stringMatching(/failed|restarting/), lastError: expect.any(String) });
  });
});

describe('a port in use', () => {
  it('by another program is said, with exit code 3, and nothing is left behind', async () => {
    const port = await listening(createNetServer((socket) => socket.end('220 hello\r\n')));
    const folder = home();
    const end = await fate({ port }, folder);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(String(port));
    expect(end.stderr).not.toContain('    at ');
    expect(readdirSync(join(folder, 'run'))).toEqual([]);
  });

  it('by a program that answers nothing does not hold us up for long', async () => {
    const port = await listening(createNetServer(() => undefined));
    expect((await fate({ port })).code).toBe(3);
  });

  it('by a Signet is said to be one; by another web server not', async () => {
    const daemon = await started();
    const web = await listening(createServer((_request, response) => response.end('{"name":"other"}')));
    const [signet, other] = await Promise.all([fate({ port: daemon.port }), fate({ port: web })]);
    expect([signet.code, other.code]).toEqual([3, 3]);
    expect(signet.stderr.replaceAll(String(daemon.port), '')).not.toBe(other.stderr.replaceAll(String(web), ''));
  });
});

describe('two daemons', () => {
  it('on one state directory: the second goes, the first does not notice', async () => {
    const first = await started();
    const second = await fate({ stateDir: first.stateDir });
    expect(second).toMatchObject({ code: 3, stdout: '' });
    expect(second.stderr).toContain(first.stateDir);
    expect((await first.call('GET', '/v1/audit')).json.sound).toBe(true);
  });

  it('on one runtime directory: the second goes and leaves socket and token as they are', async () => {
    const first = await started();
    const second = await fate({ runtimeDir: first.runtimeDir });
    expect(second.code).toBe(3);
    expect(readFileSync(first.tokenFile, 'utf8').trim()).toBe(first.token);
    expect(existsSync(first.socket)).toBe(true);
    expect((await first.call('GET', '/v1/tokens')).status).toBe(200);
  });

  it('started at the same moment: one of them runs', async () => {
    const folder = home();
    const config = writeConfig(folder);
    const both = [spawnDaemon(config), spawnDaemon(config)];
    const loser = await Promise.race(both.map(({ ended }, index) => ended.then((end) => ({ end, index }))));
    expect(loser.end.code).toBe(3);
    const winner = both[1 - loser.index];
    winner?.signal('SIGTERM');
    expect((await winner?.ended)?.code).toBe(0);
  });
});

describe('a database', () => {
  /** A state directory with a database in it that has been used. */
  async function used(): Promise<string> {
    const folder = home();
    const daemon = await startTestDaemon({ home: folder });
    for (let index = 0; index < 200; index += 1) await daemon.client(`client-${index}`, 'status');
    await daemon.stop();
    return folder;
  }

  it.each([
    ['is no database', (path: string) => writeFileSync(path, 'this is no database at all, only words\n'.repeat(100))],
    ['has lost its middle', (path: string) => writeFileSync(path, overwrite(readFileSync(path), 4_096, 12_000))],
    ['is cut off', (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 6_000))],
    ['has a broken header', (path: string) => writeFileSync(path, overwrite(readFileSync(path), 0, 60))],
  ])('that %s is left as it is, with exit code 3', async (_name, harm) => {
    const folder = await used();
    const path = join(folder, 'state', 'signet.db');
    harm(path);
    const before = digest(path);
    const end = await fate({}, folder);
    expect(end).toMatchObject({ code: 3, stdout: '' });
    expect(end.stderr).toContain(path);
    expect(end.stderr).not.toContain('    at ');
    expect(digest(path)).toBe(before);
    expect(readdirSync(join(folder, 'state')).filter((name) => name.startsWith('signet.db'))).toContain('signet.db');
  });

  it('of a later version is not touched', async () => {
    const folder = await used();
    const path = join(folder, 'state', 'signet.db');
    const database = new DatabaseSync(path);
    database.exec('PRAGMA user_version = 99');
    database.close();
    const before = digest(path);
    expect((await fate({}, folder)).code).toBe(3);
    expect(digest(path)).toBe(before);
  });

  it('whose audit trail was altered still opens, and the break is told', async () => {
    const folder = await used();
    const database = new DatabaseSync(join(folder, 'state', 'signet.db'));
    database.exec("UPDATE audit SET caller = 'somebody else' WHERE seq = 7");
    database.close();
    const daemon = await started({ home: folder });
    expect((await daemon.call('GET', '/v1/audit')).json.sound).toBe(false);
  });
});

describe('a folder', () => {
  it.each(['stateDir', 'runtimeDir'])('that is a file is said: %s', async (key) => {
    const folder = home();
    const path = join(folder, 'a-file');
    writeFileSync(path, 'x');
    const end = await fate({ [key]: path }, folder);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain(path);
    expect(end.stderr).not.toContain('    at ');
  });

  it('for sockets that others may enter is closed to them', async () => {
    const folder = home();
    const run = join(folder, 'run');
    mkdirSync(run, { mode: 0o755 });
    chmodSync(run, 0o777);
    const daemon = await started({ home: folder });
    expect(statSync(daemon.runtimeDir).mode & 0o777).toBe(0o700);
  });

  it.each(['file', 'folder'] as const)('with a %s where the socket should be is said, and it stays', async (kind) => {
    const folder = home();
    const socket = join(folder, 'run', 'signet.sock');
    mkdirSync(kind === 'folder' ? socket : join(folder, 'run'), { recursive: true });
    if (kind === 'file') writeFileSync(socket, 'somebody’s');
    const end = await fate({ runtimeDir: join(folder, 'run') }, folder);
    expect(end.code).toBe(3);
    expect(end.stderr).toContain('no socket');
    expect(end.stderr).not.toContain('    at ');
    expect(statSync(socket).isDirectory()).toBe(kind === 'folder');
  });

  it('for sockets whose path is too long for one is said', async () => {
    const folder = home();
    const end = await fate({ runtimeDir: join(folder, 'x'.repeat(120)) }, folder);
    expect(end.code).toBe(3);
    expect(end.stderr).not.toContain('    at ');
  });
});

function overwrite(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes).fill(0xa5, from, Math.min(to, bytes.length));
}
