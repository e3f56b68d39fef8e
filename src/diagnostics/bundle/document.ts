import type { PinStatus } from '../../tokens/index.ts';

/** A PIN's status without what would not help: as `/v1/tokens` has it. */
export type BundlePin = Pick<PinStatus, 'state' | 'remaining' | 'limit' | 'basis' | 'flagsReliable'> & {
  observedAt: string | null;
};

export interface DriverSection {
  id: string | null;
  name: string | null;
  library: string | null;
  state: string | null;
  version: string | null;
  crashes: number | null;
  lastError: string | null;
  queueLength: number | null;
}

export interface CertificateSection {
  certificate: string;
  /** Types of the subject's attributes with pseudonyms; the country as it is. A CA's subject is public. */
  subject: string | null;
  issuer: string | null;
  serial: string | null;
  key: string | null;
  notBefore: string | null;
  notAfter: string | null;
  keyUsage: string[];
  extendedKeyUsage: string[];
  policies: string[];
  isCa: boolean | null;
  qualified: boolean | null;
  qscd: boolean | null;
  hasKey: boolean | null;
}

export interface TokenSection {
  token: string;
  driver: string | null;
  manufacturer: string | null;
  model: string | null;
  serial: string;
  reader: string | null;
  flags: string | null;
  pinPad: boolean | null;
  pin: BundlePin;
  puk: BundlePin;
  /** Null: they could not be read; `certificatesError` says why. */
  certificates: CertificateSection[] | null;
  certificatesError: string | null;
}

export interface CheckSection {
  id: string | null;
  title: string | null;
  severity: string | null;
  result: string | null;
  subject: string | null;
  found: string | null;
  fix: string | null;
  evidence: Record<string, string | number | boolean | null>;
  procedureId: string | null;
  dependsOn: string[];
  skippedBecause: string | null;
  durationMs: number | null;
}

export interface DiagnosticsSection {
  summary: {
    pass: number | null;
    warn: number | null;
    fail: number | null;
    skip: number | null;
    unknown: number | null;
    startHere: string | null;
  };
  checks: CheckSection[];
  /** False: the report was cut off. */
  complete: boolean;
}

/** A line of the log: only the fields that Signet's own log lines have. */
export type LogLine = Record<string, string | number | string[]>;

export interface LogSection {
  lines: LogLine[];
  /** Lines that the ring no longer had. */
  dropped: number;
  /** Lines of the ring that are not in here: before the last 2,000, or outside the recording. */
  leftOut: number;
  recording: { marker: string; startedAt: string | null; endedAt: string | null } | null;
}

export interface AuditSection {
  sound: boolean | null;
  counts: { day: string; action: string | null; outcome: string | null; count: number | null }[];
  newest: {
    at: string | null;
    caller: string | null;
    action: string | null;
    outcome: string | null;
    token: string | null;
    algorithm: string | null;
    count: number | null;
    rv: string | null;
  }[];
}

/** What a bundle holds: `signet-bundle.json`. */
export interface BundleDocument {
  format: 'signet-bundle';
  formatVersion: 1;
  /** To be read over the phone. */
  id: string;
  createdAt: string;
  language: string;
  /** Whether the daemon made it; else it was looked at from beside. */
  fromDaemon: boolean;
  versions: {
    signet: string | null;
    system: string | null;
    release: string | null;
    platform: string | null;
    arch: string | null;
    languages: string[];
    runtime: Record<string, string>;
    packages: Record<string, string>;
  };
  settings: Record<string, string | number | boolean | null>;
  drivers: DriverSection[];
  tokens: TokenSection[];
  diagnostics: DiagnosticsSection | null;
  attempts: {
    token: string;
    kind: string | null;
    purpose: string | null;
    outcome: string | null;
    rv: string | null;
    count: number | null;
    first: string | null;
    last: string | null;
  }[];
  audit: AuditSection;
  cases: { procedureId: string | null; state: string | null; count: number }[];
  log: LogSection;
}
