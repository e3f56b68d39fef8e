import type { DriverStatus } from '../../drivers/index.ts';
import type { AuditRow } from '../../store/index.ts';
import type { CertificateFacts, PinStatus } from '../../tokens/index.ts';

/** A token as the bundle reads it. */
export interface BundleToken {
  id: string;
  /** Under which its tries are counted; in the attempts. */
  identity: string;
  driver: string;
  label: string;
  manufacturer: string;
  model: string;
  serial: string;
  reader: string;
  flags: number;
  pinPad: boolean;
  pin: PinStatus;
  puk: PinStatus;
}

/** A certificate on a token. `ids`: whatever names it elsewhere, such as its fingerprint or its credential's id. */
export interface BundleCertificate {
  ids: readonly string[];
  label: string;
  keyId: string;
  hasKey: boolean | null;
  facts: CertificateFacts | null;
}

/** Attempts at PINs of one token, kind, purpose and outcome (null: not ended), counted. `first` and `last`: when they were begun. */
export interface AttemptCount {
  identity: string;
  kind: string;
  purpose: string;
  outcome: string | null;
  rv: string | null;
  count: number;
  first: string;
  last: string;
}

/** Entries of the audit trail of one day (UTC), action and outcome, counted. */
export interface AuditCount {
  day: string;
  action: string;
  outcome: string;
  count: number;
}

/** A case: what the bundle tells of it, and the personal values in it that are to be taken out everywhere. */
export interface BundleCase {
  procedureId: string;
  state: string;
  personal: readonly string[];
}

/** The machine and who works at it. */
export interface BundleMachine {
  platform: string;
  arch: string;
  /** Name and version of the operating system. */
  system: string;
  release: string;
  /** Versions of what this program is made of, by name. */
  runtime: Readonly<Record<string, string>>;
  /** Packages that matter for cards, with their versions, as far as the system tells. */
  packages: Readonly<Record<string, string>>;
  home: string;
  user: string;
  hostname: string;
  env: Readonly<Record<string, string | undefined>>;
}

/** Everything a bundle is made of, as narrow readings. None of them can present a PIN. */
export interface BundleRooms {
  version: string;
  settings(): object;
  machine(): Promise<BundleMachine> | BundleMachine;
  drivers(): readonly DriverStatus[];
  tokens(): readonly BundleToken[];
  /** Throws when the token cannot be read. */
  certificates(tokenId: string): Promise<readonly BundleCertificate[]>;
  /** The doctor's report (src/diagnostics/report.ts); null when it cannot be made. */
  diagnose(language: string): Promise<object | null>;
  log(): { lines: readonly string[]; dropped: number };
  clients(): readonly string[];
  /** The room may throw when the database cannot be read, as the other rooms of the past may. */
  audit(): { sound: boolean | null; counts: readonly AuditCount[]; newest: readonly AuditRow[] };
  attempts(): readonly AttemptCount[];
  cases(): readonly BundleCase[];
}
