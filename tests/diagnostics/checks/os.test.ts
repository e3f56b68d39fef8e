import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { osArch } from '../../../src/diagnostics/checks/os-arch.ts';
import { binaryOf } from '../../../src/diagnostics/checks/os-binary.ts';
import { osClock, WRITTEN } from '../../../src/diagnostics/checks/os-clock.ts';
import { osPolkit } from '../../../src/diagnostics/checks/os-polkit.ts';
import { osSandbox } from '../../../src/diagnostics/checks/os-sandbox.ts';
import { osSession } from '../../../src/diagnostics/checks/os-session.ts';
import {
  type DriverView,
  type FileFacts,
  type Machine,
  type ProgramAnswer,
  thisMachine,
} from '../../../src/diagnostics/index.ts';
import { one, run, view } from './world.ts';

const DAY = 86_400_000;

/** What a program printed when all went well. */
function printed(stdout: string): Machine['run'] {
  return async (): Promise<ProgramAnswer> => ({ code: 0, signal: null, stdout, stderr: '', error: null });
}

function facts(path: string, changes: Partial<FileFacts> = {}): FileFacts {
  return { path, kind: null, mode: null, own: null, size: null, code: null, modifiedAt: null, ...changes };
}

const nowhere = { file: (path: string) => facts(path), read: () => null, folder: () => [] };

describe('os.clock', () => {
  const released = Date.parse(WRITTEN);
  const at = (now: number, newestEntry: string | null = null, stdout = '') =>
    one(
      osClock,
      view({
        machine: { platform: 'linux', now: () => now, run: printed(stdout), ...nowhere },
        history: () => ({ auditSound: true, lastCrash: null, newestEntry }),
      }),
    );

  it('is behind when the program was written later, or something was recorded later', async () => {
    expect(await at(released - DAY)).toMatchObject({ result: 'fail', evidence: { from: 'release' } });
    const recorded = new Date(released + 10 * DAY).toISOString();
    expect(await at(released + 9 * DAY, recorded)).toMatchObject({
      result: 'fail',
      evidence: { from: 'records', latestKnown: recorded },
    });
    // A few minutes are no fault.
    expect(await at(released + 10 * DAY - 240_000, recorded)).toMatchObject({ result: 'pass' });
  });

  it('is behind the files of this program, and not when their dates were set back', async () => {
    const dated = (modifiedAt: number) => (path: string) =>
      facts(path, /os-clock\.(?:js|ts)$/.test(path) ? { kind: 'file', modifiedAt } : {});
    const seen = (built: number, now: number) =>
      view({ machine: { platform: 'linux', now: () => now, run: printed(''), file: dated(built) } });
    const built = released + 400 * DAY;
    expect(await one(osClock, seen(built, built - DAY))).toMatchObject({ result: 'fail', evidence: { from: 'release' } });
    expect(await one(osClock, seen(built, built + DAY))).toMatchObject({ result: 'pass' });
    expect(await one(osClock, seen(Date.parse('1985-10-26T08:15:00Z'), built))).toMatchObject({ result: 'pass' });
  });

  it('is behind the last answer of a time server', async () => {
    const heard = released + 20 * DAY;
    const file = (path: string): FileFacts => facts(path, path.includes('timesync') ? { kind: 'file', modifiedAt: heard } : {});
    const seen = view({ machine: { platform: 'linux', now: () => heard - DAY, run: printed(''), file } });
    expect(await one(osClock, seen)).toMatchObject({ result: 'fail', evidence: { from: 'timeserver' } });
  });

  it('is ahead by years, or by more than a date can tell', async () => {
    expect((await at(released + 20 * 365 * DAY)).found).toMatch(/years ahead/);
    expect(await at(9e15)).toMatchObject({ result: 'fail', evidence: { clock: 'impossible' } });
  });

  it('is worth a word when nobody keeps it right', async () => {
    const off = 'NTP=no\nCanNTP=yes\nNTPSynchronized=no\n';
    expect(await at(released + DAY, null, off)).toMatchObject({ result: 'warn' });
    expect(await at(released + DAY, null, off.replace('Synchronized=no', 'Synchronized=yes'))).toMatchObject({ result: 'pass' });
    expect(await at(released + DAY, 'no date', 'CanNTP=no')).toMatchObject({ result: 'pass' });
  });
});

describe('os.session', () => {
  const linux = (env: NodeJS.ProcessEnv, stdout: string) =>
    one(osSession, view({ machine: { platform: 'linux', env, run: printed(stdout) } }));

  it('asks the system about a session that has a number', async () => {
    expect(await linux({ XDG_SESSION_ID: '3' }, 'Remote=no\nActive=yes\nLockedHint=no\n')).toMatchObject({ result: 'pass' });
    expect((await linux({ XDG_SESSION_ID: '3' }, 'Remote=yes\nActive=yes\n')).found).toMatch(/over the network/);
    expect((await linux({ XDG_SESSION_ID: '3' }, 'Remote=no\nLockedHint=yes\n')).found).toMatch(/locked/);
    expect(await linux({ XDG_SESSION_ID: '3' }, '')).toMatchObject({ result: 'pass' });
  });

  it('knows a remote session by its variables', async () => {
    expect(await linux({ SSH_CONNECTION: '192.0.2.1 1 192.0.2.2 22' }, '')).toMatchObject({ result: 'warn' });
    const windows = (SESSIONNAME: string) => one(osSession, view({ machine: { platform: 'win32', env: { SESSIONNAME } } }));
    expect(await windows('RDP-Tcp#3')).toMatchObject({ result: 'warn' });
    expect(await windows('Console')).toMatchObject({ result: 'pass' });
  });

  it('gives nothing that is no number to a program', async () => {
    let asked = false;
    const note: Machine['run'] = (...args) => {
      asked = true;
      return printed('')(...args);
    };
    await one(osSession, view({ machine: { platform: 'linux', env: { XDG_SESSION_ID: '--help' }, run: note } }));
    expect(asked).toBe(false);
  });
});

describe('os.sandbox', () => {
  const there = (...paths: string[]) => ({
    platform: 'linux' as const,
    home: '/home/ana',
    env: {},
    file: (path: string) => facts(path, paths.includes(path) ? { kind: path.endsWith('info') ? 'file' : 'folder' } : {}),
  });

  it('keeps Signet from everything', async () => {
    expect((await one(osSandbox, view({ machine: there('/.flatpak-info') }))).found).toMatch(/flatpak/);
    const snap = { ...there(), env: { SNAP: '/snap/signet/1', SNAP_NAME: 'signet' } };
    expect(await one(osSandbox, view({ machine: snap }))).toMatchObject({ result: 'fail' });
  });

  it('may hold browsers', async () => {
    const machine = there('/snap/firefox/current', '/home/ana/.local/share/flatpak/app/com.google.Chrome');
    const { checks } = await run([osSandbox], view({ machine }));
    expect(checks[0]?.fix).toContain('Ubuntu');
    expect(checks[1]?.fix).not.toContain('Ubuntu');
    expect(checks.map(({ result, subject }) => [result, subject])).toEqual([
      ['warn', 'snap:firefox'],
      ['warn', 'flatpak:com.google.Chrome'],
      ['pass', undefined],
    ]);
  });

  describe('with a p11-kit server in the session', () => {
    const FLATPAK = '/var/lib/flatpak/app/org.mozilla.firefox';
    let runtime: string;

    beforeEach(() => {
      runtime = mkdtempSync(join(tmpdir(), 'signet-p11-kit-'));
      mkdirSync(join(runtime, 'p11-kit'));
    });
    afterEach(() => rmSync(runtime, { recursive: true, force: true }));

    const listening = async (name: string): Promise<Server> => {
      const server = createServer((socket) => socket.end()).listen(join(runtime, name));
      await once(server, 'listening');
      return server;
    };
    const browsersOf = async (env: Record<string, string>) => {
      const real = thisMachine({});
      const inside = (path: string) => path.startsWith(runtime);
      const simple = there('/snap/chromium/current', FLATPAK);
      const machine = { ...simple, env, file: (path: string) => (inside(path) ? real.file(path) : simple.file(path)) };
      const { checks } = await run([osSandbox], view({ machine }));
      return checks.filter(({ subject }) => subject !== undefined);
    };

    it.each([
      ['at its usual place', 'p11-kit/pkcs11', () => ({ XDG_RUNTIME_DIR: runtime })],
      [
        'where it says',
        'my own',
        () => ({ P11_KIT_SERVER_ADDRESS: `unix:path=${runtime}/my%20own;x=y`, XDG_RUNTIME_DIR: '/nowhere' }),
      ],
    ])('that answers %s, tells it as a way out of a flatpak', async (_where, name, env) => {
      const server = await listening(name);
      const [snap, flatpak] = await browsersOf(env());
      server.close();
      expect(snap).toMatchObject({ result: 'warn', evidence: { p11kitServer: true } });
      expect(snap?.fix).not.toContain('p11-kit');
      expect(flatpak).toMatchObject({ result: 'warn', evidence: { p11kitServer: true } });
      expect(flatpak?.fix).toMatch(/--filesystem=xdg-run\/p11-kit org\.mozilla\.firefox$/);
    });

    it('that has ended, that is none, or that is nowhere, says nothing of it', async () => {
      const path = join(runtime, 'p11-kit/pkcs11');
      // A server that is killed leaves its socket behind.
      const leave = "require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))";
      expect(spawnSync(process.execPath, ['-e', leave, path]).signal).toBe('SIGKILL');
      expect(thisMachine({}).file(path).kind).toBe('socket');
      writeFileSync(join(runtime, 'file'), '');
      const places: Record<string, string>[] = [
        { XDG_RUNTIME_DIR: runtime },
        { P11_KIT_SERVER_ADDRESS: `unix:path=${runtime}/file` },
        { P11_KIT_SERVER_ADDRESS: `unix:path=${runtime}/%` },
        { P11_KIT_SERVER_ADDRESS: 'vsock:cid=2;port=1' },
        {},
      ];
      for (const env of places) {
        const [, flatpak] = await browsersOf(env);
        expect(flatpak).toMatchObject({ result: 'warn', evidence: { p11kitServer: false } });
        expect(flatpak?.fix).not.toContain('p11-kit');
      }
    });
  });
});

describe('os.polkit', () => {
  const policy = (any: string) => `<defaults><allow_any>${any}</allow_any><allow_active>yes</allow_active></defaults>`;
  const opensc = {
    id: 'opensc',
    name: 'OpenSC',
    library: '/lib/opensc.so',
    origin: 'configured',
    environment: {},
    status: null,
  } as const;
  const seen = (any: string, session: string, slots = 0, uid = 1000) =>
    view({
      machine: {
        platform: 'linux',
        env: { XDG_SESSION_ID: '1' },
        run: printed(session),
        folder: () => [],
        file: (path) => facts(path, { kind: 'file' }),
        read: (path) => Buffer.from(path === '/proc/self/status' ? `Uid:\t${uid}\t${uid}\t${uid}\n` : policy(any)),
      },
      drivers: () => [opensc],
      probe: async () => ({
        stage: 'done',
        outcome: 'ok',
        detail: null,
        version: '0.1',
        slots,
        tokens: 0,
        readers: Array.from({ length: slots }, (_, n) => ({
          name: `Reader ${n}`,
          hardware: true,
          card: false,
          unreadable: null,
        })),
      }),
    });

  it('turns a session away that is not at the machine, and shows no reader', async () => {
    expect(await one(osPolkit, seen('no', 'Remote=yes\nActive=yes\n'))).toMatchObject({ result: 'fail' });
    expect(await one(osPolkit, seen('auth_admin', 'Remote=no\nActive=no\n'))).toMatchObject({ result: 'fail' });
  });

  it('is no matter at the machine, where all are let in, where readers show, and for root', async () => {
    expect(await one(osPolkit, seen('no', 'Remote=no\nActive=yes\n'))).toMatchObject({ result: 'pass' });
    expect(await one(osPolkit, seen('yes', 'Remote=yes\nActive=yes\n'))).toMatchObject({ result: 'pass' });
    expect(await one(osPolkit, seen('no', 'Remote=yes\nActive=yes\n', 1))).toMatchObject({ result: 'pass' });
    expect(await one(osPolkit, seen('no', 'Remote=yes\nActive=yes\n', 0, 0))).toMatchObject({ result: 'pass' });
  });
});

describe('os.arch', () => {
  const driver: DriverView = { id: 'd', name: 'Driver', library: '/d', origin: 'configured', environment: {}, status: null };
  const look = (platform: NodeJS.Platform, arch: string, bytes: Buffer) =>
    one(osArch, view({ machine: { platform, arch, read: () => bytes }, drivers: () => [driver] }));

  it('tells a 32-bit library, another processor and another system apart', async () => {
    expect((await look('win32', 'x64', pe(0x14c, 0x10b))).found).toMatch(/32-bit/);
    expect((await look('darwin', 'arm64', mach(0x01000007))).found).toMatch(/another processor \(x64\)/);
    expect((await look('linux', 'arm64', pe(0xaa64, 0x20b))).found).toMatch(/another operating system/);
    expect(await look('win32', 'x64', pe(0x8664, 0x20b))).toMatchObject({ result: 'pass' });
    expect(await look('darwin', 'arm64', universal(0x01000007, 0x0100000c))).toMatchObject({ result: 'pass' });
  });
});

describe('a header', () => {
  it.each([
    ['a 32-bit Windows library', pe(0x14c, 0x10b), { format: 'PE', bits: 32, arches: ['ia32'] }],
    ['a Mac library', mach(0x0100000c), { format: 'Mach-O', bits: 64, arches: ['arm64'] }],
    ['a Mac library for two', universal(7, 0x0100000c), { format: 'Mach-O', bits: 64, arches: ['ia32', 'arm64'] }],
    ['a Java class', Buffer.from('cafebabe00000041', 'hex'), null],
    ['an empty file', Buffer.alloc(0), null],
    ['half of an ELF header', Buffer.from('\x7fELF\x02', 'latin1'), null],
    ['a DOS program', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(100)]), null],
    [
      'a PE header that points beyond the end',
      Buffer.concat([Buffer.from('MZ'), Buffer.alloc(58), Buffer.from('ffffff7f', 'hex')]),
      null,
    ],
    ['a text', Buffer.from('#!/bin/sh\n'), null],
  ])('of %s is read', (_what, bytes, expected) => {
    expect(binaryOf(bytes)).toEqual(expected);
  });
});

function pe(machine: number, magic: number): Buffer {
  const bytes = Buffer.alloc(256);
  bytes.write('MZ');
  bytes.writeUInt32LE(0x80, 0x3c);
  bytes.write('PE\0\0', 0x80, 'latin1');
  bytes.writeUInt16LE(machine, 0x84);
  bytes.writeUInt16LE(magic, 0x98);
  return bytes;
}

function mach(type: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes.writeUInt32LE(0xfeedfacf, 0);
  bytes.writeUInt32LE(type, 4);
  return bytes;
}

function universal(...types: number[]): Buffer {
  const bytes = Buffer.alloc(8 + types.length * 20);
  bytes.writeUInt32BE(0xcafebabe, 0);
  bytes.writeUInt32BE(types.length, 4);
  for (const [index, type] of types.entries()) bytes.writeUInt32BE(type, 8 + index * 20);
  return bytes;
}
