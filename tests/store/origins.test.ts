import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database, OriginStore } from '../../src/store/index.ts';

const SEDE = 'https://sede.example.es';
const HOLDER = 'Zebulon Quartermain';
const ROW = {
  origin: SEDE,
  rights: ['certificates', 'sign'] as ('certificates' | 'sign')[],
  via: 'page',
  pairedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2026-02-01T00:00:00.000Z',
};
const CERTIFICATE = { sha256: 'ab'.repeat(32), holder: HOLDER, until: '2026-01-20T00:00:00.000Z' };

let folder: string;
let db: Database;
let store: OriginStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-store-'));
  db = Database.open(join(folder, 'signet.db'));
  store = new OriginStore(db);
});
afterEach(() => {
  db.close();
  rmSync(folder, { recursive: true });
});

const onDisk = (text: string) => readdirSync(folder).some((file) => readFileSync(join(folder, file)).includes(text));

describe('paired sites', () => {
  it('are there again after the database was closed', () => {
    store.put(ROW);
    store.remember(SEDE, CERTIFICATE);
    store.touch(SEDE, '2026-01-02T00:00:00.000Z');
    db.close();
    db = Database.open(join(folder, 'signet.db'));
    expect(new OriginStore(db).list()).toEqual([{ ...ROW, lastUsedAt: '2026-01-02T00:00:00.000Z', certificates: [CERTIFICATE] }]);
  });

  it('keep their certificates when they are put again', () => {
    store.put(ROW);
    store.remember(SEDE, CERTIFICATE);
    store.put({ ...ROW, rights: ['sign'], expiresAt: '2027-01-01T00:00:00.000Z' });
    expect(store.list()).toMatchObject([{ rights: ['sign'], certificates: [CERTIFICATE] }]);
  });

  it('have no certificates without a site', () => {
    expect(() => store.remember(SEDE, CERTIFICATE)).toThrow();
    expect(store.list()).toEqual([]);
  });

  it('leave no name on the disk once they are removed, or the certificate is forgotten', () => {
    for (const forget of [() => store.forget(SEDE, CERTIFICATE.sha256), () => store.remove(SEDE)]) {
      store.put(ROW);
      store.remember(SEDE, CERTIFICATE);
      expect(onDisk(HOLDER)).toBe(true);
      forget();
      expect(onDisk(HOLDER)).toBe(false);
    }
    expect(store.list()).toEqual([]);
    expect(onDisk(SEDE)).toBe(false);
  });
});
