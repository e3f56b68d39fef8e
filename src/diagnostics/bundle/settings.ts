import type { BundleDocument } from './document.ts';
import { loose, type Picker } from './picker.ts';
import type { BundleMachine } from './rooms.ts';

/** Environment variables that matter and hold no more than a word; of all others not even the name is told. */
const NAMED = ['XDG_SESSION_TYPE', 'XDG_CURRENT_DESKTOP', 'SNAP_NAME', 'FLATPAK_ID', 'container'];
const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy'];

/** Settings, each by its name; of the drivers' only how many, because their paths are in their own section. */
export function settingsSection(settings: unknown, { env }: BundleMachine, pick: Picker): BundleDocument['settings'] {
  const { port, catalogue, practice, stateDir, runtimeDir, language, logLevel, watchEvery, lanes, maxQueue, ...others } =
    loose(settings);
  const { list, login, sign, start } = loose(others.deadlines);
  const { idleSeconds, absoluteSeconds } = loose(others.session);
  const found: BundleDocument['settings'] = {
    port: pick.number(port),
    drivers: Array.isArray(others.drivers) ? others.drivers.length : null,
    catalogue: pick.flag(catalogue),
    practice: pick.flag(practice),
    stateDir: pick.path(stateDir),
    runtimeDir: pick.path(runtimeDir),
    language: pick.word(language, ['en', 'fr', 'es']),
    logLevel: pick.word(logLevel, ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']),
    'deadlines.list': pick.number(list),
    'deadlines.login': pick.number(login),
    'deadlines.sign': pick.number(sign),
    'deadlines.start': pick.number(start),
    'session.idleSeconds': pick.number(idleSeconds),
    'session.absoluteSeconds': pick.number(absoluteSeconds),
    watchEvery: pick.number(watchEvery),
    lanes: pick.number(lanes),
    maxQueue: pick.number(maxQueue),
    ...proxy(env),
  };
  for (const name of NAMED) {
    const value = env[name];
    if (value !== undefined && value !== '') found[`env.${name}`] = pick.text(value, 60);
  }
  return found;
}

/** Whether there is a proxy and whether it wants a name and password; never which. */
function proxy(env: BundleMachine['env']): BundleDocument['settings'] {
  const values = PROXIES.flatMap((name) => [env[name], env[name.toUpperCase()]]).filter(
    (value): value is string => value !== undefined && value !== '',
  );
  return { 'proxy.configured': values.length > 0, 'proxy.authenticates': values.some((value) => value.includes('@')) };
}

/** Versions of everything that takes part. */
export function versionsSection(version: unknown, machine: BundleMachine, pick: Picker): BundleDocument['versions'] {
  return {
    signet: pick.text(version, 60),
    system: pick.text(machine.system, 120),
    release: pick.text(machine.release, 120),
    platform: pick.code(machine.platform),
    arch: pick.code(machine.arch, /^[a-z0-9_]{2,20}$/),
    languages: languagesOf(machine.env, pick),
    runtime: versionsOf(machine.runtime, pick),
    packages: versionsOf(machine.packages, pick),
  };
}

function versionsOf(versions: unknown, pick: Picker): Record<string, string> {
  const picked: Record<string, string> = {};
  for (const [name, value] of Object.entries(loose(versions)).slice(0, 60)) {
    // Package names and versions (Debian policy, 5.6.1 and 5.6.12): nothing else fits.
    const version = /^[a-z0-9][a-z0-9+.-]{1,50}$/.test(name) ? pick.code(value, /^[\w.+~:-]{1,60}$/) : null;
    if (version !== null) picked[name] = version;
  }
  return picked;
}

function languagesOf(env: BundleMachine['env'], pick: Picker): string[] {
  const locales = ['LC_ALL', 'LC_MESSAGES', 'LANG', 'LANGUAGE'].flatMap((name) => env[name]?.split(':') ?? []);
  return [
    ...new Set(
      locales.flatMap((locale) => pick.code(locale, /^[A-Za-z]{1,8}(?:[_-][A-Za-z0-9]{2,8})*(?:\.[\w-]{1,20})?$/) ?? []),
    ),
  ];
}
