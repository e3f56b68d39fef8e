import { existsSync, readFileSync } from 'node:fs';
import { writePrivate } from './file.ts';
import type { PracticeLayout } from './layout.ts';

/** One line of the authority's register of issued certificates. */
export interface Issued {
  readonly status: 'valid' | 'revoked';
  /** Serial number, upper-case hex. */
  readonly serial: string;
  readonly notAfter: Date;
  readonly revokedAt?: Date;
  readonly subject: string;
}

const utc = (date: Date) => `${date.toISOString().slice(2, 19).replace(/[-:T]/g, '')}Z`;

function fromUtc(text: string): Date {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) throw new Error('a date in the practice register is not one');
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number);
  return new Date(Date.UTC(2000 + (year ?? 0), (month ?? 1) - 1, day, hour, minute, second));
}

/** Writes the register in the format of `openssl ca` (index.txt): status, end, revocation, serial, file, subject. */
export function writeRegister(layout: PracticeLayout, entries: readonly Issued[]): void {
  const lines = entries.map((entry) => {
    const revoked = entry.revokedAt ? utc(entry.revokedAt) : '';
    return [entry.status === 'valid' ? 'V' : 'R', utc(entry.notAfter), revoked, entry.serial, 'unknown', entry.subject].join(
      '\t',
    );
  });
  writePrivate(layout.index, lines.map((line) => `${line}\n`).join(''));
}

/** Reads the register back; none yet is an empty one. Throws on a line that is not the format's. */
export function readRegister(layout: PracticeLayout): Issued[] {
  if (!existsSync(layout.index)) return [];
  const lines = readFileSync(layout.index, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => {
    const [status, end = '', revoked = '', serial = '', , subject = ''] = line.split('\t');
    const base = { serial, notAfter: fromUtc(end), subject };
    return status === 'R'
      ? { ...base, status: 'revoked', revokedAt: fromUtc(revoked.split(',')[0] ?? '') }
      : { ...base, status: 'valid' };
  });
}
