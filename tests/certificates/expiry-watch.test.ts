import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Ending, ExpiryWatch } from '../../src/certificates/index.ts';
import { Database, ExpiryNotices } from '../../src/store/index.ts';
import { EventHub } from '../../src/tokens/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-expiry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const certificate: Ending = {
  tokenId: 'tok1',
  label: 'Ana',
  sha256: 'ab',
  subject: 'CN=Ana',
  issuer: 'CN=CA',
  notAfter: '2026-03-01T00:00:00.000Z',
};

/** A watch on a database; returns what it tells when it looks at a moment. */
function watch(path = ':memory:', window: number | null = null) {
  const database = Database.open(path);
  const events = new EventHub();
  const told: unknown[] = [];
  events.listen(({ event, data }) => told.push(`${event} ${data.threshold} ${data.daysLeft} ${data.sha256}`));
  let now = new Date(0);
  const expiry = new ExpiryWatch({
    notices: new ExpiryNotices(database),
    events,
    renewalOpens: () => window,
    now: () => now,
  });
  return {
    database,
    at: (moment: string, ...certificates: Ending[]) => {
      now = new Date(moment);
      expiry.look(certificates.length === 0 ? [certificate] : certificates);
      return told.splice(0);
    },
  };
}

describe('the end of a certificate', () => {
  it('is told at each threshold, once, over restarts', () => {
    const path = join(folder, 'told.db');
    const seen: unknown[] = [];
    for (const moment of [
      '2026-01-29T23:00:00Z',
      '2026-01-30T01:00:00Z',
      '2026-02-10T00:00:00Z',
      '2026-02-22T00:00:00Z',
      '2026-02-27T00:00:00Z',
      '2026-02-28T12:00:00Z',
      '2026-03-01T00:00:00Z',
      '2026-03-05T00:00:00Z',
    ]) {
      const { at, database } = watch(path);
      seen.push(...at(moment), ...at(moment));
      database.close();
    }
    expect(seen).toEqual([
      'certificate.expiring window_open 29 ab',
      'certificate.expiring seven_days 7 ab',
      'certificate.expiring one_day 0 ab',
      'certificate.expiring expired 0 ab',
    ]);
  });

  it('that is first seen late is told of once', () => {
    const { at } = watch();
    expect(at('2026-02-28T12:00:00Z')).toEqual(['certificate.expiring one_day 0 ab']);
    expect(at('2026-02-28T13:00:00Z')).toEqual([]);
    expect(at('2026-04-01T00:00:00Z')).toEqual(['certificate.expiring expired -31 ab']);
  });

  it('follows the window of its issuer, also one shorter than a week', () => {
    expect(watch(':memory:', 90).at('2025-12-15T00:00:00Z')).toEqual(['certificate.expiring window_open 76 ab']);
    const short = watch(':memory:', 3);
    expect(short.at('2026-02-20T00:00:00Z')).toEqual([]);
    expect(short.at('2026-02-23T00:00:00Z')).toEqual(['certificate.expiring seven_days 6 ab']);
    expect(short.at('2026-02-26T12:00:00Z')).toEqual(['certificate.expiring window_open 2 ab']);
  });

  it('is not told when the next certificate is there', () => {
    const next = { ...certificate, sha256: 'cd', notAfter: '2029-03-01T00:00:00.000Z' };
    expect(watch().at('2026-03-05T00:00:00Z', certificate, next)).toEqual([]);
    const foreign = { ...next, subject: 'CN=Bea' };
    expect(watch().at('2026-03-05T00:00:00Z', certificate, foreign)).toHaveLength(1);
  });

  it('is told anew of each certificate', () => {
    const { at } = watch();
    const other = { ...certificate, sha256: 'ef', subject: 'CN=Bea' };
    expect(at('2026-03-05T00:00:00Z', certificate, other)).toHaveLength(2);
  });
});
