import type { Action } from './action.ts';
import { type Browser, type BrowserId, browsers, type Family, HOSTS, type HostName } from './browsers.ts';
import { type Allowed, familyOf, hostScript, manifest } from './hosts.ts';
import type { InstallMachine, InstallOptions } from './machine.ts';
import { pathOf } from './places.ts';
import { planFile, planKey } from './plan.ts';
import { sandboxedBrowsers } from './sandboxed.ts';

/** The browsers that an installation is for: those named, else those that are installed or were used here. */
export function chosenBrowsers(machine: InstallMachine, { browsers: named }: InstallOptions): Browser[] {
  return browsers(machine).filter(({ id, traces }) =>
    named === undefined ? traces.some((path) => machine.kind(path) !== null) : named.includes(id),
  );
}

/** Scripts and manifests through which browsers start the native messaging hosts. */
export function planHosts(machine: InstallMachine, options: InstallOptions): Action[] {
  const chosen = chosenBrowsers(machine, options);
  const notes = sandboxedBrowsers(machine).map(
    ({ name, shop, portal }): Action => ({
      do: 'tell',
      note: portal ? 'sandboxed_portal' : 'sandboxed',
      params: { name, shop },
    }),
  );
  if (chosen.length === 0) return [{ do: 'tell', note: 'no_browser', params: {} }, ...notes];
  const scripts = HOSTS.map((host) =>
    planFile(machine, scriptPath(machine, host), hostScript(host, machine.program, machine.platform), 0o755, {
      for: 'script',
      host,
    }),
  );
  const make = machine.platform === 'win32' ? inRegistry : inFolders;
  const before = options.scope === 'user' ? beforeUs(machine, chosen) : [];
  return [...scripts, ...HOSTS.flatMap((host) => make(machine, options, chosen, host)), ...before, ...notes];
}

/** A person's manifest goes before the system's: who answered until now is told, once. */
function beforeUs(machine: InstallMachine, chosen: readonly Browser[]): Action[] {
  const { join } = pathOf(machine.platform);
  const files = chosen.flatMap(({ folders: [, ...shared] }) => shared.map((folder) => join(folder, 'eu.webeid.json')));
  const keys = chosen.flatMap(({ keys: own }) => own.filter((key) => key.startsWith('HKLM')).map((key) => `${key}\\eu.webeid`));
  const path = files.find((file) => machine.kind(file) !== null) ?? keys.find((key) => machine.registry.has(`${key}\\`));
  return path === undefined ? [] : [{ do: 'tell', note: 'webeid_before', params: { path } }];
}

/** Where the script of a host is. */
export function scriptPath({ platform, places }: InstallMachine, host: HostName): string {
  const name = platform === 'win32' ? `signet-host-${host}.cmd` : `signet-host-${host}`;
  return pathOf(platform).join(places.data, name);
}

function inFolders(machine: InstallMachine, options: InstallOptions, chosen: readonly Browser[], host: HostName): Action[] {
  const { join } = pathOf(machine.platform);
  const folders = grouped(chosen, ({ folders: [own = '', system = ''] }) => (options.scope === 'user' ? own : system));
  return [...folders].map(([folder, { family, ids }]) => {
    const content = manifest(host, family, scriptPath(machine, host), allowed(options));
    // A browser of another person must be able to read the system's.
    const mode = options.scope === 'user' ? 0o600 : 0o644;
    return planFile(machine, join(folder, `${host}.json`), content, mode, { for: 'manifest', host, browsers: ids });
  });
}

/** On Windows a key of the registry leads to the manifest, which lies anywhere: here beside its script, one for each family. */
function inRegistry(machine: InstallMachine, options: InstallOptions, chosen: readonly Browser[], host: HostName): Action[] {
  const { join } = pathOf(machine.platform);
  const file = (family: Family): string => join(machine.places.data, `${host}.${family}.json`);
  const files = [...grouped(chosen, ({ family }) => family)].map(([, { family, ids }]) => {
    const content = manifest(host, family, scriptPath(machine, host), allowed(options));
    return planFile(machine, file(family), content, 0o600, { for: 'manifest', host, browsers: ids });
  });
  const keys = grouped(chosen, ({ keys: [own = '', system = ''] }) => (options.scope === 'user' ? own : system));
  return [
    ...files,
    ...[...keys].map(([key, { family, ids }]) =>
      planKey(machine, `${key}\\${host}`, '', file(family), { for: 'manifest', host, browsers: ids }),
    ),
  ];
}

/** Browsers that look in the same place share what is put there. */
function grouped(chosen: readonly Browser[], place: (browser: Browser) => string) {
  const groups = new Map<string, { family: Family; ids: BrowserId[] }>();
  for (const browser of chosen) {
    const group = groups.get(place(browser)) ?? { family: browser.family, ids: [] };
    group.ids.push(browser.id);
    groups.set(place(browser), group);
  }
  return groups;
}

function allowed({ extensionIds = [] }: InstallOptions): Allowed {
  const of = (family: Family): string[] => extensionIds.filter((id) => familyOf(id) === family);
  return { chromium: of('chromium'), firefox: of('firefox') };
}
