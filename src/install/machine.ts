import type { Around, BrowserId } from './browsers.ts';
import type { Look } from './nss.ts';
import type { Places, Scope } from './places.ts';
import type { Program } from './program.ts';
import type { InstallRecord } from './record.ts';

export const PARTS = ['hosts', 'service', 'afirma', 'tls'] as const;
export type Part = (typeof PARTS)[number];

/** What an installation is to contain. */
export interface InstallOptions {
  scope: Scope;
  /** These, installed or not; those that are found here when left out. */
  browsers?: readonly BrowserId[];
  /** Further extensions that may call the hosts, by their ids. */
  extensionIds?: readonly string[];
  /** All but `tls` when left out. */
  only?: readonly Part[];
  /** Also `tls`. */
  localTls?: boolean;
}

/** This machine as far as a plan depends on it. Nothing here changes anything, so that a plan can be made of any machine. */
export interface InstallMachine extends Around, Look {
  /** Null on Windows. */
  readonly uid: number | null;
  readonly account: string | null;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly program: Program;
  readonly scope: Scope;
  readonly stateDir: string;
  readonly places: Places;
  readonly record: InstallRecord;
  /** What lies at a path; a symbolic link is told as such. */
  kind(path: string): 'file' | 'folder' | 'link' | 'other' | null;
  /** Data of registry values (Windows), by key and name with a backslash between; an empty name is the key's own value. */
  readonly registry: ReadonlyMap<string, string>;
  /** Whether a service manager of this person answers, and whether the service is on. */
  readonly manager: { answers: boolean; enabled: boolean };
  /** Whether NSS databases can be changed here. */
  readonly certutil: boolean;
  /** Nicknames of our authorities that a database of NSS trusts, by its folder. */
  readonly trusted: ReadonlyMap<string, readonly string[]>;
}
