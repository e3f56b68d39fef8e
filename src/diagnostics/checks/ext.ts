import { posix } from 'node:path';
import { type Browser, browsers, HOSTS } from '../../install/index.ts';
import type { Check, Finding } from '../check.ts';
import type { Machine, View } from '../view.ts';
import { faultOf } from './ext-manifest.ts';
import { shownPath } from './shown.ts';

/** A manifest that was found for a browser; `stray`: where that browser does not look. */
export interface Found {
  browser: Browser;
  /** Further browsers that read the same one: on Windows all of a family may. */
  others: Browser[];
  host: string;
  path: string;
  stray: boolean;
}

/**
 * Whether the browsers of this person have a native messaging manifest through which a page's request could reach a signing
 * program. `signet install` writes them, for those who want it: their absence is a hint, not a fault.
 */
export const extConnected: Check = {
  id: 'ext.connected',
  severity: 'notice',
  dependsOn: [],
  timeout: 5_000,
  async run(view, signal) {
    const present = installed(view.machine);
    const evidence = { browsers: present.map(({ id }) => id).join(' ') };
    if (present.length === 0) return { result: 'pass', variant: 'no_browser', evidence };
    const found = (await manifests(view.machine, signal)).filter(({ stray }) => !stray);
    const without = present.filter(({ id }) => !found.some(({ browser }) => browser.id === id));
    const named = (without.length > 0 ? without : present).map(({ name }) => name).join(', ');
    const about = { params: { browser: named }, evidence };
    return without.length > 0
      ? { ...about, result: 'warn', variant: 'missing' }
      : { ...about, result: 'pass', variant: 'present' };
  },
};

/** Each manifest that is there must be one that its browser accepts: a browser says no more than "host not found". */
export const extNativeManifest: Check = {
  id: 'ext.native-manifest',
  severity: 'warning',
  dependsOn: [],
  timeout: 5_000,
  run: async (view, signal) => (await manifests(view.machine, signal)).map((found) => judge(view, found)),
};

function judge(view: View, { browser, host, path, stray }: Found): Finding {
  const about = { subject: `${browser.id}/${host}`, evidence: { browser: browser.id, host } };
  const params = { browser: browser.name, path: shownPath(view, path), host };
  if (stray) {
    const [expected = ''] = browser.folders.filter((folder) => posix.dirname(folder) === posix.dirname(posix.dirname(path)));
    return { ...about, result: 'fail', variant: 'misplaced', params: { ...params, expected: shownPath(view, expected) } };
  }
  const fault = faultOf(view.machine, path, host, browser.family);
  if (fault === null) return { ...about, result: 'pass', params };
  return { ...about, result: 'fail', variant: fault.variant, params: { ...params, ...fault.params } };
}

function installed(machine: Machine): Browser[] {
  return browsers(machine).filter(({ traces }) => traces.some((path) => machine.file(path).kind !== null));
}

/** Every manifest of a host that Signet may stand behind, each once: browsers of one family share the system's folder. */
export async function manifests(machine: Machine, signal: AbortSignal): Promise<Found[]> {
  const found = new Map<string, Found>();
  for (const browser of browsers(machine)) {
    const own = machine.platform === 'win32' ? await fromRegistry(machine, browser, signal) : fromFolders(machine, browser);
    for (const one of own) {
      const before = found.get(one.path);
      if (before === undefined) found.set(one.path, one);
      else if (before.browser !== browser) before.others.push(browser);
    }
  }
  return [...found.values()];
}

function fromFolders(machine: Machine, browser: Browser): Found[] {
  return browser.folders.flatMap((folder) => {
    const parent = posix.dirname(folder);
    const right = posix.basename(folder);
    // Chromium's folder is spelled NativeMessagingHosts for a person and native-messaging-hosts for a system; either is easily taken for the other.
    const spellings = machine.folder(parent).filter((name) => plain(name) === plain(right));
    return spellings.flatMap((spelling) =>
      HOSTS.flatMap((host): Found[] => {
        const path = posix.join(parent, spelling, `${host}.json`);
        if (machine.file(path).kind === null) return [];
        // Some file systems take one spelling for the other: what counts is what the browser finds.
        return [{ browser, others: [], host, path, stray: machine.file(posix.join(folder, `${host}.json`)).kind === null }];
      }),
    );
  });
}

function plain(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}

/** `reg query KEY /ve` prints the default value, whose name is in the system's language, after its type. */
async function fromRegistry(machine: Machine, browser: Browser, signal: AbortSignal): Promise<Found[]> {
  const found: Found[] = [];
  for (const key of browser.keys) {
    for (const host of HOSTS) {
      const { code, stdout } = await machine.run('reg', ['query', `${key}\\${host}`, '/ve'], signal);
      const path = /\bREG_SZ\s+(\S.*?)\s*$/m.exec(stdout)?.[1];
      if (code === 0 && path !== undefined) found.push({ browser, others: [], host, path, stray: false });
    }
  }
  return found;
}
