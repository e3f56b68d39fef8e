import type { Catalogue, DriverProfile, DriverStatus, SlotLook } from '../drivers/index.ts';
import type { CertificateFacts, PinStatus } from '../tokens/index.ts';
import type { HostAnswer } from './greet.ts';
import type { Reached, ReachOptions } from './reach/reached.ts';

/** A file as the operating system tells of it. `kind` is null when nothing is there; `code` is the error's (`EACCES`) when it cannot be told. */
export interface FileFacts {
  path: string;
  kind: 'file' | 'folder' | 'socket' | 'other' | null;
  mode: number | null;
  own: boolean | null;
  size: number | null;
  code: string | null;
  /** Milliseconds since 1970. */
  modifiedAt?: number | null;
}

/** What a program printed. `code` null: it could not be started (`error` says why) or was ended by `signal`. */
export interface ProgramAnswer {
  code: number | null;
  signal: string | null;
  stdout: string;
  stderr: string;
  error: string | null;
}

/** Programs that a check may run: they read, and none of them talks to a card. */
export type ReadOnlyProgram =
  | 'systemctl'
  | 'ps'
  | 'loginctl'
  | 'timedatectl'
  | 'sc'
  | 'launchctl'
  | 'tasklist'
  | 'snap'
  | 'flatpak'
  | 'lsof'
  | 'netstat'
  | 'reg'
  | 'certutil';

/** The machine, for reading only. Everything is bounded: files to 1 MiB, programs to 64 KiB of output and the check's signal. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  /** `x64`, `arm64`, `ia32`, …: of this process. */
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Milliseconds since 1970 by this machine's clock. */
  now(): number;
  file(path: string): FileFacts;
  /** Names in a folder; empty when it cannot be read. */
  folder(path: string): string[];
  /** Where a symbolic link leads, as it is written in it; null when it is none or cannot be read. */
  link(path: string): string | null;
  /** The file's bytes, at most `limit` of them (1 MiB), or null when it cannot be read. */
  read(path: string, limit?: number): Buffer | null;
  /** Whether this user may do so, asked of the system (root may do everything). */
  may(path: string, what: 'read' | 'write' | 'execute'): boolean;
  /** Bytes free for this user on the file system that holds the path. */
  freeBytes(path: string): number | null;
  run(program: ReadOnlyProgram, args: readonly string[], signal: AbortSignal): Promise<ProgramAnswer>;
  /** Connects to a Unix socket or loopback port and hangs up: null when that worked, else the error's code. */
  connect(place: string | number, signal: AbortSignal): Promise<string | null>;
  /** GET over loopback HTTP, or over a Unix socket or named pipe, without credential; null when nothing answers. `body` is cut at 64 KiB. */
  get(
    url: string,
    signal: AbortSignal,
    socketPath?: string,
  ): Promise<{ status: number; headers: Readonly<Record<string, string>>; body: string } | null>;
  /** Starts this Signet's own native messaging host behind a manifest's script, and no other program; see greet.ts. Never rejects. */
  greet(script: string, signal: AbortSignal): Promise<HostAnswer>;
  /**
   * Asks another machine, which only a check that is opt-in may do: a plain GET by http or https, or an OCSP question; see
   * reach/reach.ts for its bounds. Never rejects.
   */
  reach(url: string, signal: AbortSignal, options?: ReachOptions): Promise<Reached>;
}

/** A driver that Signet hosts or would host. */
export interface DriverView {
  id: string;
  name: string;
  /** Absolute path. */
  library: string;
  /** `configured` by the person, from the `catalogue`, or the `practice` token's. */
  origin: 'configured' | 'catalogue' | 'practice';
  environment: Readonly<Record<string, string>>;
  /** What the catalogue says of it. */
  profile?: DriverProfile;
  /** Null when no host of it runs because the library is not there or the doctor runs without a daemon and was told not to load it. */
  status: DriverStatus | null;
}

/** What a fresh child process saw when it loaded a library, initialised it, listed its slots and ended. Never a PIN, never a session login. */
export interface ProbeAnswer {
  stage: 'load' | 'initialise' | 'list' | 'done';
  outcome: 'ok' | 'error' | 'crashed' | 'hung';
  /** `CKR_…`, `SIGSEGV`, `dlopen`, or the loader's own sentence without private paths. */
  detail: string | null;
  version: string | null;
  slots: number | null;
  tokens: number | null;
  /** Every slot, empty ones too: the card readers, as far as the driver lists them. Null when it got not that far. */
  readers?: readonly SlotLook[] | null;
}

export interface TokenView {
  id: string;
  driverId: string;
  label: string;
  manufacturer: string;
  model: string;
  serial: string;
  reader: string;
  /** CK_TOKEN_INFO flags as read last. */
  flags: number;
  pin: PinStatus;
  puk: PinStatus;
}

export interface CertificateView {
  id: string;
  tokenId: string;
  keyId: string;
  label: string;
  sha256: string;
  der: Buffer;
  /** Null: cannot be parsed. */
  facts: CertificateFacts | null;
  /** A private key that belongs to it: null when the token hides its private keys until login. */
  hasKey: boolean | null;
}

export interface ContentsView {
  certificates: CertificateView[];
  /** CKA_IDs of keys that no certificate belongs to, as far as the token shows them. */
  keysWithoutCertificate: string[];
}

/** A setting that cannot be used, as ConfigError tells it. */
export interface SettingProblem {
  key: string;
  source: string;
  expected: string;
}

/**
 * Everything that a check may see. Readings only: nothing here takes a PIN, a PUK or a consent, and nothing leads to a driver's
 * login, so that a check that spends a try cannot be written.
 */
export interface View {
  readonly machine: Machine;
  readonly version: string;
  /** Whether the doctor runs inside the daemon; otherwise it looks from beside, and the daemon may be down. */
  readonly inDaemon: boolean;
  readonly settings: {
    port: number;
    stateDir: string;
    runtimeDir: string;
    logLevel: string;
    problems: readonly SettingProblem[];
  };
  readonly catalogue: Catalogue;
  drivers(): readonly DriverView[];
  /** Loads the library in a child process of its own and looks at its slots. */
  probe(driver: DriverView, signal: AbortSignal): Promise<ProbeAnswer>;
  tokens(): Promise<readonly TokenView[]>;
  contents(tokenId: string, signal: AbortSignal): Promise<ContentsView>;
  /** Why the database cannot be used (`locked`, `corrupt`, `full`, `readonly`, `newer`, …), or null. */
  database(): string | null;
  /** What the ledger and the audit trail tell of the past; null when the database cannot be read. */
  history(): {
    auditSound: boolean;
    lastCrash: { driver: string; at: string } | null;
    /** ISO 8601: the latest time that the database knows of. Later than now: the clock was set back. */
    newestEntry?: string | null;
  } | null;
  /** Sites that the person has paired, by canonical origin, and the way by which each came; null when the records cannot be read. */
  pairedSites(): readonly { origin: string; via: string }[] | null;
  /** Days before a certificate's end when its issuer's procedure lets it be renewed; null when no procedure tells. */
  renewalOpens(issuerDn: string): number | null;
  /** The procedure for a purpose on a token, if one fits. */
  procedureFor(
    purpose: 'unblock' | 'renew' | 'obtain' | 'revoke',
    token: TokenView | null,
    issuerDn: string | null,
  ): string | null;
}
