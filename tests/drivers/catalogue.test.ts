import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix, win32 } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  CatalogueError,
  type DriverEntry,
  installedDrivers,
  loadCatalogue,
  matchAtr,
  profileFor,
} from '../../src/drivers/catalogue.ts';
import { expand } from '../../src/drivers/expand.ts';
import { conservativeQuirks } from '../../src/drivers/profile.ts';

const windows = {
  SystemRoot: 'C:\\Windows',
  ProgramFiles: 'C:\\Program Files',
  'ProgramFiles(x86)': 'C:\\Program Files (x86)',
};
const shipped = loadCatalogue();

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-catalogue-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sample = {
  id: 'sample-card',
  vendor: 'Sample',
  name: 'Sample card',
  cards: [] as { name: string; atrs: string[] }[],
  libraries: { linux: ['/usr/lib/libsample.so'], darwin: [] as string[], win32: [] as string[] },
  tryLimit: null,
  sources: ['made for this test'],
  verified: false,
  quirks: {},
};

function catalogueFile(...drivers: unknown[]): string {
  const file = join(folder, 'drivers.json');
  writeFileSync(file, JSON.stringify({ drivers }));
  return file;
}

function refusal(file: string): CatalogueError {
  try {
    loadCatalogue(file);
  } catch (error) {
    if (error instanceof CatalogueError) return error;
    throw error;
  }
  throw new Error('the catalogue was accepted');
}

function entryOf(id: string): DriverEntry {
  const entry = shipped.drivers.find((candidate) => candidate.id === id);
  if (entry === undefined) throw new Error(`no entry ${id}`);
  return entry;
}

describe('the shipped catalogue', () => {
  it('is valid and knows the drivers of the field', () => {
    const ids = shipped.drivers.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids).toEqual(
      expect.arrayContaining(['softhsm2', 'opencryptoki', 'opensc', 'safenet-etoken', 'yubikey', 'dnie', 'cps']),
    );
  });

  it('gives each ATR to one card', () => {
    for (const entry of shipped.drivers) {
      for (const card of entry.cards) {
        for (const atr of card.atrs) {
          expect(matchAtr(atr.replaceAll('..', '5A').replace(/\/.*/, ''), shipped)).toEqual({ entry, card });
        }
      }
    }
  });

  it('has absolute paths only, and none of a 32-bit Windows folder', () => {
    for (const { id, libraries } of shipped.drivers) {
      for (const path of [...libraries.linux, ...libraries.darwin]) {
        expect(posix.isAbsolute(expand(path, {}) ?? ''), `${id} ${path}`).toBe(true);
      }
      for (const path of libraries.win32) {
        expect(win32.isAbsolute(expand(path, windows) ?? ''), `${id} ${path}`).toBe(true);
        expect(path, id).not.toMatch(/syswow64/i);
      }
    }
  });

  it('tells how the measured drivers treat a PIN', () => {
    expect(entryOf('softhsm2').quirks).toMatchObject({ concurrent: true, locksItself: false, unblock: 'init-pin' });
    expect(entryOf('softhsm2').quirks.listsTokensOnlyAtInitialise).toBe(true);
    expect(entryOf('opencryptoki')).toMatchObject({
      tryLimit: { user: 3, so: 3 },
      quirks: { flags: 'reliable', locksItself: true },
    });
    expect(entryOf('opensc').quirks).toMatchObject({ unblock: 'opensc-conf', flags: 'unreliable', flagsStale: true });
    expect(entryOf('opensc').quirks.wrongPinAnswers).toEqual(['CKR_USER_NOT_LOGGED_IN']);
    expect(entryOf('tpm2-pkcs11').quirks).toMatchObject({ flags: 'none', successResets: false, healsByTime: true });
    expect(shipped.drivers.filter(({ quirks }) => quirks.concurrent).map(({ id }) => id)).toEqual(['softhsm2']);
  });

  it('fills what an entry leaves out with the conservative quirks', () => {
    expect(entryOf('rutoken-ecp').quirks).toEqual(conservativeQuirks);
  });
});

describe('a catalogue that cannot be used', () => {
  const cases: [string, object, string][] = [
    ['a try limit that is no number', { tryLimit: { user: 'three' } }, 'tryLimit.user'],
    ['a try limit of nothing', { tryLimit: { user: 0 } }, 'tryLimit.user'],
    ['an unknown unblock style', { quirks: { unblock: 'guess' } }, 'quirks.unblock'],
    ['an unknown quirk', { quirks: { colour: 'red' } }, 'quirks.colour'],
    ['a CKR name that is none', { quirks: { wrongPinAnswers: ['0xA0'] } }, 'quirks.wrongPinAnswers.0'],
    ['a missing field', { sources: undefined }, 'sources'],
    ['a relative path', { libraries: { ...sample.libraries, linux: ['libsample.so'] } }, 'libraries.linux.0'],
    ['a bare Windows name', { libraries: { ...sample.libraries, win32: ['sample.dll'] } }, 'libraries.win32.0'],
    [
      'a 32-bit Windows folder',
      { libraries: { ...sample.libraries, win32: ['%SYSTEMROOT%\\SysWOW64\\sample.dll'] } },
      'libraries.win32.0',
    ],
    ['an ATR in lower case', { cards: [{ name: 'x', atrs: ['3b7f96'] }] }, 'cards.0.atrs.0'],
    ['a mask of another length', { cards: [{ name: 'x', atrs: ['3B7F96/FFFF'] }] }, 'cards.0.atrs.0'],
    ['one ATR twice', { cards: [{ name: 'x', atrs: ['3B7F96', '3B7F96'] }] }, 'cards.0.atrs.1'],
  ];
  it.each(cases)('%s is refused by entry and field', (_title, change, field) => {
    const error = refusal(catalogueFile({ ...sample, id: 'good' }, { ...sample, ...change }));
    expect(error).toMatchObject({ entryId: 'sample-card', field });
    expect(error.message).toContain('sample-card');
    expect(error.message).toContain(field);
  });

  it('an entry without id is named by its place', () => {
    expect(refusal(catalogueFile({ ...sample, id: undefined }))).toMatchObject({ entryId: '#0', field: 'id' });
  });

  it('an id used twice is refused', () => {
    expect(refusal(catalogueFile(sample, sample))).toMatchObject({ entryId: 'sample-card', field: 'id' });
  });

  it.each([
    ['3B7F960011', '3B7F960011'],
    ['3B7F96..11', '3B7F960011'],
    ['3B7F96..11', '3B7F9600..'],
    ['3B7F960011/FFFFFFF0FF', '3B7F960F11'],
  ])('an ATR that two entries claim is refused: %s and %s', (one, other) => {
    const first = { ...sample, id: 'first', cards: [{ name: 'x', atrs: [one] }] };
    const error = refusal(catalogueFile(first, { ...sample, cards: [{ name: 'y', atrs: [other] }] }));
    expect(error).toMatchObject({ entryId: 'sample-card', field: 'cards.0.atrs.0' });
    expect(error.message).toContain('"first"');
  });

  it('a file that is missing, no JSON, or no catalogue is refused', () => {
    expect(refusal(join(folder, 'absent.json')).message).toContain('cannot be read');
    const file = join(folder, 'broken.json');
    writeFileSync(file, '{"drivers": [');
    expect(refusal(file).message).toContain('is not JSON');
    for (const content of ['null', '[]', '{}', '{"drivers":{}}', '{"drivers":[null]}', '{"drivers":[],"extra":1}']) {
      writeFileSync(file, content);
      expect(refusal(file)).toBeInstanceOf(CatalogueError);
    }
  });
});

describe('installedDrivers', () => {
  const links = ['/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so', '/usr/lib/softhsm/libsofthsm2.so'];

  it('finds the SoftHSM2 of this machine once', () => {
    const found = installedDrivers(shipped).filter(({ entry }) => entry.id === 'softhsm2');
    expect(found).toHaveLength(1);
    expect(existsSync(found[0]?.path ?? '')).toBe(true);
  });

  it('lists a file once, however many links and entries lead to it', () => {
    const target = join(folder, 'libreal.so');
    const link = join(folder, 'liblink.so');
    writeFileSync(target, '');
    symlinkSync(target, link);
    const of = (path: string) => ({ ...sample.libraries, linux: [path] });
    const catalogue = loadCatalogue(
      catalogueFile({ ...sample, id: 'first', libraries: of(link) }, { ...sample, id: 'second', libraries: of(target) }),
    );
    expect(installedDrivers(catalogue, 'linux').map(({ entry, path }) => [entry.id, path])).toEqual([['first', link]]);
  });

  it('takes the first candidate that exists', () => {
    const softhsm = { drivers: [entryOf('softhsm2')] };
    for (const only of links) {
      const expected = process.arch === 'x64' || only === links[1] ? [only] : [];
      expect(installedDrivers(softhsm, 'linux', (path) => path === only, {}).map(({ path }) => path)).toEqual(expected);
    }
  });

  it('loads one driver of a family, and none on a platform that nobody listed', () => {
    const everything = installedDrivers(shipped, 'linux', () => true, {}).map(({ entry }) => entry.id);
    expect(everything).toContain('opensc');
    expect(everything).not.toContain('estonian-eid');
    const onlyOnePin = installedDrivers(shipped, 'linux', (path) => path.includes('onepin'), {});
    expect(onlyOnePin.map(({ entry }) => entry.id)).toEqual(['estonian-eid']);
    expect(installedDrivers(shipped, 'freebsd', () => true, {})).toEqual([]);
    expect(installedDrivers(shipped, 'linux', () => false, {})).toEqual([]);
  });

  it('expands Windows variables in any case, and skips a candidate whose variable is unset', () => {
    const yubikey = { drivers: [entryOf('yubikey')] };
    const path = 'C:\\Program Files\\Yubico\\Yubico PIV Tool\\bin\\libykcs11.dll';
    expect(installedDrivers(yubikey, 'win32', () => true, windows)).toEqual([{ entry: entryOf('yubikey'), path }]);
    expect(installedDrivers(yubikey, 'win32', () => true, {})).toEqual([]);
    expect(installedDrivers(yubikey, 'win32', () => true, { PROGRAMFILES: 'relative' })).toEqual([]);
  });

  it('never expands to a 32-bit folder or a relative path', () => {
    for (const { path } of installedDrivers(shipped, 'win32', () => true, windows)) {
      expect(win32.isAbsolute(path)).toBe(true);
      expect(path).not.toMatch(/%|syswow64/i);
    }
  });

  it('leaves a driver out until the variables of its library parameters are set', () => {
    const nss = { drivers: [entryOf('nss-softokn')] };
    expect(installedDrivers(nss, 'linux', () => true, {})).toEqual([]);
    const [found] = installedDrivers(nss, 'linux', () => true, { NSS_CONFIG_DIR: '/home/a/nss' });
    expect(found?.entry.quirks.libraryParameters).toContain("configdir='sql:/home/a/nss'");
    const named = (env: NodeJS.ProcessEnv) => profileFor('/opt/libsoftokn3.so', shipped, env).quirks.libraryParameters;
    expect(named({ NSS_CONFIG_DIR: '/home/a/nss' })).toBe(found?.entry.quirks.libraryParameters);
    expect(named({})).toBeUndefined();
  });
});

describe('profileFor', () => {
  it('knows a library by its path, its name, and its name with a version', () => {
    expect(profileFor('/usr/lib/softhsm/libsofthsm2.so', shipped).id).toBe('softhsm2');
    expect(profileFor('/opt/built/libsofthsm2.so', shipped).id).toBe('softhsm2');
    expect(profileFor('/opt/lib/libykcs11.so.2.3.1', shipped).id).toBe('yubikey');
    expect(profileFor('D:\\Drivers\\ETPKCS11.DLL', shipped).id).toBe('safenet-etoken');
  });

  it('prefers the entry that lists this very path over one that lists the name', () => {
    expect(profileFor('/opt/FNMTpkcs11dnie/lib/libpkcs11-dnie.so', shipped).id).toBe('fnmt-ceres');
    expect(profileFor('/somewhere/libpkcs11-dnie.so', shipped).id).toBe('dnie');
  });

  it('assumes the worst of a library that it does not know', () => {
    expect(profileFor('/opt/vendor/libunheardof.so', shipped)).toEqual({
      id: 'generic',
      vendor: null,
      name: 'libunheardof.so',
      tryLimit: null,
      quirks: conservativeQuirks,
    });
    expect(conservativeQuirks).toMatchObject({ locksItself: true, concurrent: false, unblock: 'unknown', flags: 'unproven' });
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string(), (path) => profileFor(path, shipped).quirks !== undefined));
  });
});

describe('matchAtr', () => {
  it('reads an ATR as tools print it', () => {
    const plain = '3BF81300008131FE15597562696B657934D4';
    const spaced = (plain.match(/../g) ?? []).join(' ');
    for (const atr of [plain, plain.toLowerCase(), spaced, spaced.replaceAll(' ', ':')]) {
      expect(matchAtr(atr, shipped)?.entry.id).toBe('yubikey');
    }
  });

  it('lets .. stand for any byte, and only for a byte', () => {
    const portugal = (middle: string) => matchAtr(`3B7D95000080318065B08311${middle}83009000`, shipped)?.entry.id;
    expect(portugal('C0A9')).toBe('portugal-cc');
    expect(portugal('0000')).toBe('portugal-cc');
    expect(portugal('00')).toBeUndefined();
    expect(portugal('000000')).toBeUndefined();
  });

  it('compares only the bits of a mask', () => {
    const card = { name: 'masked', atrs: ['3B7F960010/FFFFFF00F0'] };
    const catalogue = loadCatalogue(catalogueFile({ ...sample, cards: [card] }));
    expect(matchAtr('3B7F96FF1F', catalogue)?.card).toEqual(card);
    expect(matchAtr('3B7F96FF2F', catalogue)).toBeNull();
    expect(matchAtr('3B7F97FF1F', catalogue)).toBeNull();
    expect(matchAtr('3B7F96FF1F00', catalogue)).toBeNull();
  });

  it('gives null for what is no ATR', () => {
    for (const text of ['', '3', '3B', '3BZZ', '..', '3B7D95..', 'zz'.repeat(20), '3B'.repeat(34)]) {
      expect(matchAtr(text, shipped)).toBeNull();
    }
  });

  it('never throws', () => {
    const hex = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes).toString('hex'));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), hex, fc.constantFrom('3B', '..', '/', '%')), (atr) => {
        const match = matchAtr(atr, shipped);
        expect(match === null || match.entry.cards.includes(match.card)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
