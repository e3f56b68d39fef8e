import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer as createHttp, type Server as HttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { thisMachine } from '../../src/diagnostics/index.ts';
import { folder } from './broken.ts';

const machine = thisMachine();
const ever = new AbortController().signal;
const open: (Server | HttpServer)[] = [];

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

async function listening<T extends Server | HttpServer>(server: T, place: string | number): Promise<T> {
  open.push(server);
  await new Promise<void>((resolve) =>
    typeof place === 'number' ? server.listen(place, '127.0.0.1', resolve) : server.listen(place, resolve),
  );
  return server;
}

describe('a file', () => {
  it('is told as it is, and so is its absence', () => {
    using home = folder();
    const path = join(home.path, 'file');
    writeFileSync(path, 'abc', { mode: 0o640 });
    expect(machine.file(path)).toMatchObject({ path, kind: 'file', mode: 0o640, own: true, size: 3, code: null });
    expect(machine.file(home.path).kind).toBe('folder');
    expect(machine.file(join(home.path, 'none'))).toMatchObject({ kind: null, code: null });
    expect(machine.file(join(path, 'below'))).toMatchObject({ kind: null, code: 'ENOTDIR' });
    expect(machine.file('a\0b')).toMatchObject({ kind: null, code: 'ERR_INVALID_ARG_VALUE' });
  });

  it('is read up to a limit, and only when it is one', () => {
    using home = folder();
    const path = join(home.path, 'file');
    writeFileSync(path, Buffer.alloc(2 * 1024 * 1024, 'x'));
    expect(machine.read(path)?.length).toBe(1024 * 1024);
    expect(machine.read(path, 5)?.toString()).toBe('xxxxx');
    expect(machine.read(home.path)).toBeNull();
    // A device would never end.
    expect(machine.read('/dev/zero')).toBeNull();
    expect(machine.read('/proc/self/status')?.toString()).toContain('Uid:');
  });

  it('may be looked for in a folder that is not there', () => {
    using home = folder();
    mkdirSync(join(home.path, 'a'));
    expect(machine.folder(home.path)).toEqual(['a']);
    expect(machine.folder(join(home.path, 'none'))).toEqual([]);
    expect(machine.may(home.path, 'write')).toBe(true);
    expect(machine.may(join(home.path, 'none'), 'read')).toBe(false);
    expect(machine.freeBytes(home.path)).toBeGreaterThan(0);
    expect(machine.freeBytes(join(home.path, 'none'))).toBeNull();
  });
});

describe('a program', () => {
  it('is run from where the system keeps it, whatever the PATH says', async () => {
    using home = folder();
    const fake = join(home.path, 'ps');
    writeFileSync(fake, '#!/bin/sh\necho fake\n', { mode: 0o755 });
    const answer = await thisMachine({ PATH: home.path }).run('ps', ['-o', 'pid=', '-p', String(process.pid)], ever);
    expect(answer).toMatchObject({ code: 0, signal: null, error: null });
    expect(Number(answer.stdout)).toBe(process.pid);
  });

  it('that is not there is told so', async () => {
    expect(await machine.run('launchctl', [], ever)).toMatchObject({ code: null, error: 'ENOENT' });
  });

  it('tells a bad end', async () => {
    expect(await machine.run('ps', ['--no-such-option'], ever)).toMatchObject({ code: 1, error: null });
  });

  it('is ended by the signal', async () => {
    const called = new AbortController();
    called.abort();
    expect(await machine.run('ps', [], called.signal)).toMatchObject({ code: null, error: 'ABORT_ERR' });
  });
});

describe('a connection', () => {
  it('is made and given up at once, or tells why not', async () => {
    using home = folder();
    const socket = join(home.path, 'sock');
    expect(await machine.connect(socket, ever)).toBe('ENOENT');
    await listening(createServer(), socket);
    expect(await machine.connect(socket, ever)).toBeNull();
    const server = await listening(createServer(), 0);
    const { port } = server.address() as AddressInfo;
    expect(await machine.connect(port, ever)).toBeNull();
    await new Promise((resolve) => server.close(resolve));
    expect(await machine.connect(port, ever)).toBe('ECONNREFUSED');
    const called = new AbortController();
    called.abort();
    expect(await machine.connect(socket, called.signal)).toBe('ETIMEDOUT');
  });

  it('over HTTP gets what answers on this machine, cut short, and goes nowhere else', async () => {
    const server = await listening(
      createHttp((_request, response) => response.end('x'.repeat(200_000))),
      0,
    );
    const { port } = server.address() as AddressInfo;
    const answer = await machine.get(`http://127.0.0.1:${port}/`, ever);
    expect(answer?.status).toBe(200);
    expect(answer?.body.length).toBe(64 * 1024);
    for (const url of ['http://192.0.2.1/', 'http://signet.example/', 'https://127.0.0.1/', 'file:///etc/passwd', 'no url'])
      expect(await machine.get(url, ever)).toBeNull();
    await new Promise((resolve) => server.close(resolve));
    expect(await machine.get(`http://127.0.0.1:${port}/`, ever)).toBeNull();
  });
});
