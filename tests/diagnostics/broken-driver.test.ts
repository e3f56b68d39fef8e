import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { examine, expectRootCause, failureOf, folder, library, resultOf } from './broken.ts';

/** What lies behind a driver that does not come up. */
const BEHIND = ['driver.initialises', 'token.present', 'pin.locked', 'cert.found', 'cert.validity'];

let token: SoftHsm;

beforeAll(async () => {
  token = await createSoftHsm();
});
afterAll(() => token.dispose());

describe('a driver that is broken for real', () => {
  it('is well to begin with', async () => {
    using home = folder();
    const report = await examine(home.path, [{ path: token.library, environment: token.env }]);
    for (const id of ['driver.found', 'os.arch', 'driver.loads', 'driver.initialises', 'token.present', 'pin.locked']) {
      expect(resultOf(report, id), id).toEqual(['pass']);
    }
    // No driver is for cards: nothing about readers matters, and nothing is left out because of it.
    expect(resultOf(report, 'pcsc.service')).toEqual(['skip']);
    expect(report.end).toBe(true);
  });

  it('is not where the settings say', async () => {
    using home = folder();
    const report = await examine(home.path, [{ path: join(home.path, 'gone', 'libsomething.so') }]);
    expectRootCause(report, 'driver.found', ['os.arch', 'driver.loads', ...BEHIND]);
    expect(failureOf(report, 'driver.found').found).toContain('libsomething.so');
  });

  it('is a folder', async () => {
    using home = folder();
    const report = await examine(home.path, [{ path: home.path }]);
    expectRootCause(report, 'driver.found', ['os.arch', 'driver.loads', ...BEHIND]);
    expect(failureOf(report, 'driver.found').found).toMatch(/folder/);
  });

  it('is a 32-bit library', async () => {
    using home = folder();
    const path = join(home.path, 'libold.so');
    writeFileSync(path, elf32());
    const report = await examine(home.path, [{ path }]);
    expectRootCause(report, 'os.arch', ['driver.loads', ...BEHIND]);
    expect(failureOf(report, 'os.arch').found).toMatch(/32-bit.*64-bit/);
  });

  it('is a text', async () => {
    using home = folder();
    const path = join(home.path, 'libtext.so');
    writeFileSync(path, 'INPUT ( libsofthsm2.so )\n');
    expectRootCause(await examine(home.path, [{ path }]), 'os.arch', ['driver.loads', ...BEHIND]);
  });

  it('is no PKCS#11 library', async () => {
    using home = folder();
    const path = await library(join(home.path, 'libother.so'), 'int other(void) { return 1; }');
    expectRootCause(await examine(home.path, [{ path }]), 'driver.loads', BEHIND);
  });

  it('needs another library that is gone', async () => {
    using home = folder();
    const needed = await library(join(home.path, 'libneeded.so'), 'int needed(void) { return 1; }');
    const flags = [`-L${home.path}`, '-Wl,--no-as-needed', '-lneeded'];
    const path = await library(join(home.path, 'libneeds.so'), 'int C_GetFunctionList(void **list) { return 0; }', flags);
    rmSync(needed);
    const report = await examine(home.path, [{ path }]);
    expectRootCause(report, 'driver.loads', BEHIND);
    expect(failureOf(report, 'driver.loads').found).toContain('libneeded.so');
  });

  it('crashes when it is loaded', async () => {
    using home = folder();
    const source = '#include <signal.h>\n__attribute__((constructor)) static void go(void) { raise(SIGSEGV); }';
    const report = await examine(home.path, [{ path: await library(join(home.path, 'libcrash.so'), source) }]);
    expectRootCause(report, 'driver.loads', BEHIND);
    expect(failureOf(report, 'driver.loads').found).toMatch(/crashes.*SIGSEGV/);
  });

  it('ends its process when it is loaded, without a sound', async () => {
    using home = folder();
    const source = '#include <stdlib.h>\n__attribute__((constructor)) static void go(void) { _Exit(0); }';
    const report = await examine(home.path, [{ path: await library(join(home.path, 'libexit.so'), source) }]);
    expectRootCause(report, 'driver.loads', BEHIND);
    expect(failureOf(report, 'driver.loads').found).toContain('exit 0');
  });

  it('hangs when it is loaded, and holds up no other', async () => {
    using home = folder();
    const source = '#include <unistd.h>\n__attribute__((constructor)) static void go(void) { for (;;) sleep(1000); }';
    const hanging = await library(join(home.path, 'libhang.so'), source);
    const alone = await examine(home.path, [{ path: hanging }]);
    expectRootCause(alone, 'driver.loads', BEHIND);
    expect(failureOf(alone, 'driver.loads').found).toMatch(/hangs/);
    const beside = await examine(home.path, [{ path: hanging }, { path: token.library, environment: token.env }]);
    expectRootCause(beside, 'driver.loads', []);
    expect(resultOf(beside, 'driver.initialises')).toEqual(['pass', 'skip']);
    expect(resultOf(beside, 'token.present')).toEqual(['pass']);
    expect(resultOf(beside, 'pin.locked')).toEqual(['pass']);
  });

  it.each([
    ['is not there', () => undefined, /is not there/],
    ['is a folder', (path: string) => mkdirSync(path), /cannot read/],
    [
      'names a folder of tokens that is gone',
      (path: string) => writeFileSync(path, 'directories.tokendir = /nowhere/tokens\n'),
      /not there/,
    ],
    [
      'names a file as the folder of tokens',
      (path: string) => writeFileSync(path, `directories.tokendir = ${path}\n`),
      /not there/,
    ],
  ])('has a configuration that %s', async (_what, make, says) => {
    using home = folder();
    const path = join(home.path, 'softhsm2.conf');
    make(path);
    const report = await examine(home.path, [{ path: token.library, environment: { SOFTHSM2_CONF: path } }]);
    expectRootCause(report, 'driver.configuration', BEHIND);
    expect(failureOf(report, 'driver.configuration').found).toMatch(says);
    expect(resultOf(report, 'driver.loads')).toEqual(['pass']);
  });

  it('was only found installed, while tokens show: it is a warning, and its consequences are left out all the same', async () => {
    using home = folder();
    const drivers = [{ path: token.library, environment: token.env }];
    // Whatever the catalogue finds on this machine has neither its service nor a reader.
    const report = await examine(home.path, drivers, { catalogue: true });
    const about = report.checks.filter(({ id }) => /^(os\.arch|driver)\./.test(id));
    expect(about.filter(({ result }) => result === 'fail')).toEqual([]);
    expect(resultOf(report, 'token.present')).toEqual(['pass']);
    expect(resultOf(report, 'pin.locked')).toEqual(['pass']);
  });

  it('shows a token that another driver shows too', async () => {
    using home = folder();
    const drivers = ['one', 'two'].map((name) => {
      mkdirSync(join(home.path, name));
      const path = join(home.path, name, 'libsofthsm2.so');
      copyFileSync(token.library, path);
      return { path, environment: token.env };
    });
    const report = await examine(home.path, drivers);
    expectRootCause(report, 'driver.duplicate', []);
    expect(failureOf(report, 'driver.duplicate').found).toMatch(/softhsm2\).*softhsm2-2\)/);
    expect(resultOf(report, 'token.present')).toEqual(['pass']);
  });
});

/** The header of a shared library for a 32-bit x86 processor (System V ABI): the loader refuses it by its class. */
function elf32(): Buffer {
  const header = Buffer.alloc(52);
  header.write('\x7fELF', 'latin1');
  header.set([1, 1, 1], 4);
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(3, 18);
  header.writeUInt32LE(1, 20);
  header.writeUInt16LE(52, 40);
  return header;
}
