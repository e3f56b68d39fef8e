import { posix, win32 } from 'node:path';
import type { Catalogue } from './catalogue.ts';
import type { UnblockStyle } from './driver.ts';
import { expand } from './expand.ts';

/** Wrong entries in a row after which a PIN is blocked, per kind of PIN; an absent kind is unknown. */
export interface TryLimit {
  readonly user?: number;
  readonly so?: number;
  readonly puk?: number;
}

/** How the user PIN is unblocked; `opensc-conf` means that OpenSC's own `user_pin_unblock_style` says which style it is. */
export type Unblock = UnblockStyle | 'opensc-conf' | 'none' | 'unknown';

/** Whether the driver's PIN flags tell the truth; `none` means that it never sets one. */
export type FlagsTrust = 'reliable' | 'unreliable' | 'unproven' | 'none';

/** How a driver treats PINs, sessions and slots. Each field is described in `native-config/drivers.schema.json`. */
export interface Quirks {
  readonly concurrent: boolean;
  readonly locksItself: boolean;
  readonly unblock: Unblock;
  readonly flags: FlagsTrust;
  readonly flagsStale: boolean;
  readonly successResets: boolean;
  readonly healsByTime: boolean;
  readonly wrongPinAnswers: readonly string[];
  readonly listsTokensOnlyAtInitialise: boolean;
  readonly sharedPinSlots: boolean;
  readonly asksPinItself: boolean;
  readonly libraryParameters?: string;
  readonly note?: string;
}

/** What the rest of Signet needs to know about a driver. Unknown libraries share the id `generic`; their path tells them apart. */
export interface DriverProfile {
  readonly id: string;
  readonly vendor: string | null;
  readonly name: string;
  readonly tryLimit: TryLimit | null;
  readonly quirks: Quirks;
}

/** What is assumed where nothing is known: a card that blocks itself, one call at a time, flags not yet seen to move. */
export const conservativeQuirks: Quirks = {
  concurrent: false,
  locksItself: true,
  unblock: 'unknown',
  flags: 'unproven',
  flagsStale: false,
  successResets: true,
  healsByTime: false,
  wrongPinAnswers: [],
  listsTokensOnlyAtInitialise: false,
  sharedPinSlots: false,
  asksPinItself: false,
};

/** Last part of a path of any platform, in lower case and without an ELF version (`libykcs11.so.2` → `libykcs11.so`). */
function libraryName(path: string): string {
  const base = path.includes('\\') ? win32.basename(path) : posix.basename(path);
  return base.toLowerCase().replace(/\.so(\.\d+)+$/, '.so');
}

/** The profile of a library that no catalogue entry names; the file's name is its name. */
export function genericProfile(path: string): DriverProfile {
  const name = path.includes('\\') ? win32.basename(path) : posix.basename(path);
  return { id: 'generic', vendor: null, name, tryLimit: null, quirks: conservativeQuirks };
}

/** The profile with the `%NAME%` variables of its library parameters filled in, or null when one of them is unset. */
export function fillParameters<Profile extends DriverProfile>(profile: Profile, env: NodeJS.ProcessEnv): Profile | null {
  const { libraryParameters: template, ...quirks } = profile.quirks;
  if (template === undefined) return profile;
  const libraryParameters = expand(template, env);
  return libraryParameters === null ? null : { ...profile, quirks: { ...quirks, libraryParameters } };
}

/** The profile for use, without library parameters when their variables are unset: the library then refuses to initialise. */
function usable(profile: DriverProfile, env: NodeJS.ProcessEnv): DriverProfile {
  const { libraryParameters: _unusable, ...quirks } = profile.quirks;
  return fillParameters(profile, env) ?? { ...profile, quirks };
}

/**
 * The profile for a library named by the person (`--driver PATH`): the entry that lists this very path, else the first that lists
 * a file of this name, else the conservative one. Reads nothing from disk and never throws.
 */
export function profileFor(path: string, catalogue: Catalogue, env: NodeJS.ProcessEnv = process.env): DriverProfile {
  const name = libraryName(path);
  let named: DriverProfile | undefined;
  for (const entry of catalogue.drivers) {
    const { linux, darwin, win32: windows } = entry.libraries;
    for (const candidate of [...linux, ...darwin, ...windows]) {
      if (expand(candidate, env) === path) return usable(entry, env);
      if (libraryName(candidate) === name) named ??= entry;
    }
  }
  return named === undefined ? genericProfile(path) : usable(named, env);
}
