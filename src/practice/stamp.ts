import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PracticeLayout, softhsmConf } from './layout.ts';
import { CREDENTIALS, LIFETIME } from './values.ts';
import { damaged } from './whole.ts';

/** What `practice.json` remembers of a finished practice token. */
export interface Stamp {
  readonly version: 1;
  readonly createdAt: string;
  /** Serial number of the token, 16 hex digits. */
  readonly serial: string;
  /** Files below `tokens/` that hold the token and its keys. */
  readonly keyFiles: readonly string[];
  /** Files below `tokens/` that hold the certificates. */
  readonly certificateFiles: readonly string[];
  readonly credentials: readonly StampedCredential[];
  /** When the practice authority and its CRL end, ISO 8601. */
  readonly authorityNotAfter: string;
  readonly crlNextUpdate: string;
}

/** A credential of the finished token. */
export interface StampedCredential {
  readonly id: string;
  readonly label: string;
  readonly kind: string;
  /** Serial number of its certificate, hex, and when that ends, ISO 8601. */
  readonly certificateSerial: string;
  readonly notAfter: string;
}

/** What a practice folder needs: nothing, new certificates, a new CRL, or to be made again. */
export type Need = 'nothing' | 'certificates' | 'crl' | 'everything';

/** Reads `practice.json`; undefined when it is missing or is not one of ours. */
export function readStamp(layout: PracticeLayout): Stamp | undefined {
  try {
    const stamp: Partial<Stamp> = JSON.parse(readFileSync(layout.stamp, 'utf8'));
    const whole = stamp.version === 1 && typeof stamp.serial === 'string' && Array.isArray(stamp.keyFiles);
    const listed = Array.isArray(stamp.certificateFiles) && stamp.credentials?.length === CREDENTIALS.length;
    return whole && listed ? (stamp as Stamp) : undefined;
  } catch {
    return undefined;
  }
}

/** Says what a practice folder needs at `now`, from files alone: no driver is loaded and no PIN is presented. */
export function assess(layout: PracticeLayout, stamp: Stamp | undefined, now: Date): Need {
  if (!stamp || !existsSync(layout.caKey) || !existsSync(layout.caCertificate) || !existsSync(layout.index)) return 'everything';
  const due = (end: string) => !(Date.parse(end) - now.getTime() > LIFETIME.renewBefore);
  const lost = (file: string) => damaged(join(layout.tokens, file));
  if (due(stamp.authorityNotAfter) || stamp.keyFiles.some(lost)) return 'everything';
  const unissued = stamp.credentials.some(
    (c) => due(c.notAfter) || !existsSync(join(layout.issued, `${c.certificateSerial}.pem`)),
  );
  if (unissued || stamp.certificateFiles.some(lost)) return 'certificates';
  return due(stamp.crlNextUpdate) || !existsSync(layout.crlDer) || !existsSync(layout.crlPem) ? 'crl' : 'nothing';
}

/** Whether `softhsm2.conf` is there and names the token folder where it lies now. */
export function confCurrent(layout: PracticeLayout): boolean {
  try {
    return readFileSync(layout.conf, 'utf8') === softhsmConf(layout.tokens);
  } catch {
    return false;
  }
}

/** Names of SoftHSM2's object files below `tokens/`, sorted, with `/` between folder and file. */
export function objectFiles(layout: PracticeLayout): string[] {
  const files: string[] = [];
  for (const folder of readdirSync(layout.tokens)) {
    for (const file of readdirSync(join(layout.tokens, folder))) if (file.endsWith('.object')) files.push(`${folder}/${file}`);
  }
  return files.sort();
}
