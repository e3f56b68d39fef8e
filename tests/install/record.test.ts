import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { thisProgram } from '../../src/install/program.ts';
import { NO_RECORD, parseRecord, RecordUnreadable } from '../../src/install/record.ts';

const record = (...entries: unknown[]): Buffer => Buffer.from(JSON.stringify({ version: 1, entries }));
const FILE = { kind: 'file', path: '/home/zoe/.config/a', sha256: 'a'.repeat(64) };
const AUTHORITY = { kind: 'authority', nickname: 'Signet local CA 01234567', sha1: 'A'.repeat(40), madeDatabase: true };
const DEFAULT = { kind: 'default', path: '/a', type: 'x', desktop: 'y', former: null, inserted: null, madeFile: false };

describe('a record', () => {
  it('is none where there is no file', () => {
    expect(parseRecord(null)).toBe(NO_RECORD);
  });

  it.each([
    [FILE],
    [{ kind: 'file', path: 'C:\\Users\\Zoe\\a', sha256: 'a'.repeat(64) }],
    [{ kind: 'folder', path: '/home/zoe/.config' }],
    [{ kind: 'key', key: 'HKCU\\Software\\Classes\\afirma', name: '', data: 'x' }],
    [DEFAULT],
    [{ kind: 'service', manager: 'systemd' }],
    [{ ...AUTHORITY, store: { kind: 'nss', folder: '/home/zoe/.pki/nssdb', owner: 'Chrome', create: true } }],
    [{ ...AUTHORITY, store: { kind: 'keychain', path: '/Users/zoe/k' } }],
    [{ ...AUTHORITY, store: { kind: 'windows' } }],
  ])('has %j', (entry) => {
    expect(parseRecord(record(entry)).entries).toEqual([entry]);
  });

  it.each([
    ['no path', { kind: 'file', sha256: 'a'.repeat(64) }],
    ['a path from wherever one is', { ...FILE, path: 'a/b' }],
    ['a path that climbs', { ...FILE, path: '/home/zoe/../../etc/a' }],
    ['no hash', { ...FILE, sha256: 'a' }],
    ['a folder that climbs', { kind: 'folder', path: '/home/zoe/..' }],
    ['a key elsewhere in the registry', { kind: 'key', key: 'HKCU', name: '', data: 'x' }],
    ['a store of no kind', { ...AUTHORITY, store: { kind: 'other' } }],
    ['a store that climbs', { ...AUTHORITY, store: { kind: 'nss', folder: '/a/../b', owner: 'x', create: true } }],
    ['an authority that is none of ours', { ...AUTHORITY, nickname: 'DigiCert', store: { kind: 'windows' } }],
    ['no store', AUTHORITY],
    ['a default without what was there', { ...DEFAULT, former: 5 }],
    ['an unknown manager', { kind: 'service', manager: 'cron' }],
    ['null', null],
  ])('with an entry that has %s cannot be read: nothing is removed by it', (_what, entry) => {
    expect(() => parseRecord(record(FILE, entry))).toThrow(RecordUnreadable);
  });
});

it('settings that were told from where one stood are kept for programs that stand elsewhere', () => {
  expect(thisProgram({ SIGNET_CONFIG: 'here/signet.toml', SIGNET_STATE_DIR: '/var/x' }).settings).toEqual({
    SIGNET_CONFIG: resolve('here/signet.toml'),
    SIGNET_STATE_DIR: '/var/x',
  });
});
