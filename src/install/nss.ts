import { posix } from 'node:path';
import { type Around, configHome, type Family } from './browsers.ts';

/** Name under which our authorities stand in a database; each installation's has eight hex digits of its own behind it. */
export const AUTHORITY_PREFIX = 'Signet local CA';

/** A certificate database of a browser on Linux (NSS). */
export interface NssDatabase {
  folder: string;
  family: Family;
  /** Whose: a browser's name, with the profile where there may be several. */
  owner: string;
  /** Whether it is there; Chromium's family makes its own when it first needs it. */
  exists: boolean;
}

/** What can be looked up of the file system. */
export interface Look extends Around {
  /** Names in a folder; empty when it cannot be read. */
  folder(path: string): readonly string[];
  /** The file's bytes, or null. */
  read(path: string): Buffer | null;
}

const FILE = 'cert9.db';

/**
 * The databases that decide which authorities this person's browsers trust, those of snap and flatpak browsers among them. One
 * for all of Chromium's family, one for each Firefox profile. None elsewhere than on Linux: there, browsers ask the system.
 */
export function nssDatabases(look: Look): NssDatabase[] {
  if (look.platform !== 'linux') return [];
  const { home } = look;
  const own = posix.join(home, '.pki/nssdb');
  const database = (folder: string, family: Family, owner: string): NssDatabase => ({
    folder,
    family,
    owner,
    exists: look.folder(folder).includes(FILE),
  });
  const inSandbox = [
    database(posix.join(home, 'snap/chromium/current/.pki/nssdb'), 'chromium', 'Chromium (snap)'),
    ...look
      .folder(posix.join(home, '.var/app'))
      .map((id) => database(posix.join(home, '.var/app', id, '.pki/nssdb'), 'chromium', `${id} (flatpak)`)),
  ];
  const firefox = [
    [posix.join(home, '.mozilla/firefox'), 'Firefox'],
    [posix.join(configHome(look), 'mozilla/firefox'), 'Firefox'],
    [posix.join(home, 'snap/firefox/common/.mozilla/firefox'), 'Firefox (snap)'],
    [posix.join(home, '.var/app/org.mozilla.firefox/.mozilla/firefox'), 'Firefox (flatpak)'],
    [posix.join(home, '.var/app/org.mozilla.firefox/config/mozilla/firefox'), 'Firefox (flatpak)'],
  ] as const;
  const profiles = firefox.flatMap(([root, name]) =>
    profileFolders(look, root).map((folder) => database(folder, 'firefox', `${name}: ${posix.basename(folder)}`)),
  );
  return [
    database(own, 'chromium', 'Chromium, Chrome, Edge, Brave, Vivaldi'),
    ...[...inSandbox, ...profiles].filter(({ exists }) => exists),
  ];
}

/** Folders below a root of profiles, and those that `profiles.ini` names elsewhere. */
function profileFolders(look: Look, root: string): string[] {
  const list = look.read(posix.join(root, 'profiles.ini'))?.toString('utf8') ?? '';
  const elsewhere = list
    .split(/^\[/m)
    .filter((section) => /^IsRelative=0\s*$/m.test(section))
    .flatMap((section) => /^Path=(\/.*?)\s*$/m.exec(section)?.[1] ?? []);
  return [...new Set([...look.folder(root).map((name) => posix.join(root, name)), ...elsewhere])];
}

/** Names and trust of our authorities in what `certutil -L` prints of a database. */
export function ourAuthorities(listing: string): { nickname: string; trusted: boolean }[] {
  return listing.split('\n').flatMap((line) => {
    const [, nickname, flags = ''] = /^(Signet local CA [0-9a-f]{8})\s+(\S*)\s*$/.exec(line) ?? [];
    return nickname === undefined ? [] : [{ nickname, trusted: (flags.split(',')[0] ?? '').includes('C') }];
  });
}
