import { posix, win32 } from 'node:path';
import type { Browser, BrowserId } from '../../install/index.ts';
import type { Machine } from '../view.ts';

/** Whether one of some extensions is in a profile; `unread`: the profile's list cannot be read. Nothing else is taken from it. */
export type Presence = 'on' | 'off' | 'absent' | 'unread';

const MOST_PROFILES = 20;
const LARGEST = 1024 * 1024;
/** Below `%LOCALAPPDATA%`, as each maker documents its user data directory. */
const ON_WINDOWS: Partial<Record<BrowserId, string>> = {
  chrome: 'Google\\Chrome\\User Data',
  chromium: 'Chromium\\User Data',
  edge: 'Microsoft\\Edge\\User Data',
  brave: 'BraveSoftware\\Brave-Browser\\User Data',
  vivaldi: 'Vivaldi\\User Data',
};

/** How each profile of a browser stands to the extensions with these ids; empty where there is no profile. */
export function presences(machine: Machine, browser: Browser, ids: readonly string[]): Presence[] {
  return browser.family === 'firefox' ? inFirefox(machine, ids) : inChromium(machine, browser, ids);
}

/** `Preferences` of each profile of a browser of Chromium's family; empty for one that was never used. */
export function preferencesOf(machine: Machine, browser: Browser): string[] {
  const { join } = pathOf(machine);
  return listed(
    machine,
    profilesOf(machine, browser).map((profile) => join(profile, 'Preferences')),
  );
}

/** Each profile lists its add-ons in `extensions.json`. */
function inFirefox(machine: Machine, ids: readonly string[]): Presence[] {
  const { join } = pathOf(machine);
  const files = firefoxRoots(machine).flatMap((root) => machine.folder(root).map((name) => join(root, name, 'extensions.json')));
  return listed(machine, files).map((path) => {
    const addons = json(machine, path)?.addons;
    if (!Array.isArray(addons)) return 'unread';
    const ours = addons.map(fields).filter(({ id }) => ids.includes(String(id)));
    if (ours.length === 0) return 'absent';
    return ours.some(({ active }) => active === true) ? 'on' : 'off';
  });
}

function firefoxRoots({ home, env, platform }: Machine): string[] {
  if (platform === 'win32') return env.APPDATA ? [win32.join(env.APPDATA, 'Mozilla\\Firefox\\Profiles')] : [];
  if (platform === 'darwin') return [posix.join(home, 'Library/Application Support/Firefox/Profiles')];
  return [
    posix.join(home, '.mozilla/firefox'),
    posix.join(env.XDG_CONFIG_HOME || posix.join(home, '.config'), 'mozilla/firefox'),
  ];
}

/** Chromium keeps the list in `Preferences`, or in `Secure Preferences` where it is signed. */
function inChromium(machine: Machine, browser: Browser, ids: readonly string[]): Presence[] {
  const { join } = pathOf(machine);
  return profilesOf(machine, browser).flatMap((profile): Presence[] => {
    const files = listed(
      machine,
      ['Preferences', 'Secure Preferences'].map((file) => join(profile, file)),
    );
    const read = files.map((path) => json(machine, path));
    if (files.length === 0) return [];
    const states = read.flatMap((preferences) => {
      const settings = fields(fields(preferences?.extensions).settings);
      return ids.flatMap((id) => (Object.hasOwn(settings, id) ? [stateOf(fields(settings[id]))] : []));
    });
    if (states.includes('on')) return ['on'];
    if (read.includes(null)) return ['unread'];
    return [states.includes('off') ? 'off' : 'absent'];
  });
}

function profilesOf(machine: Machine, browser: Browser): string[] {
  const root = rootOf(machine, browser);
  if (root === null) return [];
  const profiles = machine.folder(root).filter((name) => /^(Default|Profile \d+)$/.test(name));
  return profiles.slice(0, MOST_PROFILES).map((name) => pathOf(machine).join(root, name));
}

/** Where Chromium's family looks for a person's manifests, there its profiles are too; but on Windows those are in the registry. */
function rootOf({ env, platform }: Machine, { id, folders: [own] }: Browser): string | null {
  if (platform !== 'win32') return own === undefined ? null : posix.dirname(own);
  const below = ON_WINDOWS[id];
  return below === undefined || !env.LOCALAPPDATA ? null : win32.join(env.LOCALAPPDATA, below);
}

/** `state` 2 marks one that was removed; newer versions keep only the reasons for which one is off. */
function stateOf({ state, disable_reasons: reasons }: Readonly<Record<string, unknown>>): Presence {
  if (state === 2) return 'absent';
  const held = Array.isArray(reasons) ? reasons.length > 0 : typeof reasons === 'number' && reasons > 0;
  return held || state === 0 ? 'off' : 'on';
}

function listed(machine: Machine, files: readonly string[]): string[] {
  return files.filter((path) => machine.file(path).kind === 'file').slice(0, MOST_PROFILES);
}

function pathOf({ platform }: Machine): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** An object in a JSON file of a browser; null when it cannot be read, is larger than 1 MiB or is no JSON. */
export function json(machine: Machine, path: string): Readonly<Record<string, unknown>> | null {
  const bytes = machine.read(path, LARGEST);
  if (bytes === null || bytes.length === LARGEST) return null;
  try {
    return fields(JSON.parse(bytes.toString('utf8')));
  } catch {
    return null;
  }
}

/** The members of an object; none of anything else. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return value instanceof Object ? { ...value } : {};
}
