import { posix } from 'node:path';
import { type Browser, type BrowserId, browsers } from '../../install/index.ts';
import type { Check, Finding } from '../check.ts';
import type { Machine, View } from '../view.ts';
import { fields, json, preferencesOf } from './ext-profiles.ts';
import { blocked, type Rule } from './site-pattern.ts';

/** Ways by which no request of a page reaches this machine: the browser starts a program. */
const BY_PROGRAM: ReadonlySet<string> = new Set(['extension', 'webeid']);
/** Pages from this machine may reach this machine: no browser asks about them. */
const HERE = new Set(['localhost', '127.0.0.1', '[::1]']);
/** Where the makers document the policies that an administrator sets on Linux. */
const POLICIES: Partial<Record<BrowserId, string>> = {
  chrome: '/etc/opt/chrome/policies/managed',
  chromium: '/etc/chromium/policies/managed',
  edge: '/etc/opt/edge/policies/managed',
  brave: '/etc/brave/policies/managed',
};
/** The first of each pair is older, and means other machines of the network as well. */
const BLOCKING = ['LocalNetworkAccessBlockedForUrls', 'LoopbackNetworkBlockedForUrls'];
const ALLOWING = ['LocalNetworkAccessAllowedForUrls', 'LoopbackNetworkAllowedForUrls'];
const MOST_FILES = 50;
/** CONTENT_SETTING_BLOCK. */
const BLOCK = 2;
/** A question that was closed three times without an answer is not asked for this long, in milliseconds. */
const SILENCE = 7 * 86_400_000;
/** Microseconds from 1601, where the browser's time begins, to 1970. */
const EPOCH = 11_644_473_600_000_000;

/**
 * Whether a browser itself keeps a site that the person has paired from this machine (Local Network Access, from Chromium 142 on):
 * the site cannot tell that from no Signet at all. Looks for paired sites only, and takes nothing else from a profile.
 */
export const apiLnaPermission: Check = {
  id: 'api.lna-permission',
  severity: 'warning',
  dependsOn: [],
  timeout: 5_000,
  async run(view) {
    const paired = view.pairedSites();
    if (paired === null) return { result: 'unknown', variant: 'no_records' };
    const sites = paired.filter(({ origin, via }) => !BY_PROGRAM.has(via) && !HERE.has(new URL(origin).hostname));
    if (sites.length === 0) return { result: 'pass', variant: 'none', notNeeded: true };
    const origins = sites.map(({ origin }) => origin);
    const told = browsers(view.machine).flatMap((browser) => judge(view, browser, origins));
    return told.length === 0 ? { result: 'pass', variant: 'no_browser', notNeeded: true } : told;
  },
};

function judge({ machine }: View, browser: Browser, origins: readonly string[]): Finding[] {
  const profiles = browser.family === 'chromium' ? preferencesOf(machine, browser) : [];
  if (profiles.length === 0) return [];
  const orders = rulesOfPolicy(machine, browser.id);
  const kept = origins.filter((origin) => blocked(orders, origin) === true);
  const open = origins.filter((origin) => blocked(orders, origin) === null);
  const read = profiles.map((path) => json(machine, path));
  const by = (word: ReturnType<typeof wordOn>): string[] =>
    open.filter((origin) => read.some((profile) => wordOn(profile ?? {}, origin, machine.now()) === word));
  const [denied, dismissed] = [by('denied'), by('dismissed')];
  const found = (sites: readonly string[]) => ({
    subject: browser.id,
    params: { browser: browser.name, site: sites.join(', ') },
    evidence: { browser: browser.id, profiles: profiles.length, sites: sites.length },
  });
  if (kept.length > 0) return [{ ...found(kept), result: 'warn', variant: 'policy' }];
  if (denied.length > 0) return [{ ...found(denied), result: 'warn', variant: 'denied' }];
  if (dismissed.length > 0) return [{ ...found(dismissed), result: 'warn', variant: 'dismissed' }];
  if (open.length > 0 && read.includes(null)) return [{ ...found(open), result: 'unknown', variant: 'unread' }];
  return [{ ...found(origins), result: 'pass' }];
}

/**
 * What keeps a site away in one profile: what the person chose, or that the person did not choose. Chromium 156 asks for
 * `loopback_network`; until it had that, `local_network_access` meant this machine as well.
 */
function wordOn(preferences: Readonly<Record<string, unknown>>, origin: string, now: number): 'denied' | 'dismissed' | null {
  const { content_settings: settings, default_content_setting_values: values } = fields(preferences.profile);
  const exceptions = fields(fields(settings).exceptions);
  const kinds = exceptions.has_migrated_local_network_access === true ? [] : ['local_network_access'];
  const chosen = ['loopback_network', ...kinds].map(
    (kind) =>
      blocked(
        rulesOf(exceptions[kind], ({ setting }) => setting === BLOCK),
        origin,
      ) ?? (fields(values)[kind] === BLOCK ? true : null),
  );
  if (chosen.includes(true)) return 'denied';
  const silent = rulesOf(exceptions.permission_autoblocking_data, ({ setting }) =>
    isSilent(fields(setting).LoopbackNetwork, now),
  );
  return !chosen.includes(false) && blocked(silent, origin) === true ? 'dismissed' : null;
}

/** A list of sites in a profile, by patterns of the page's address and of who it is embedded in. */
function rulesOf(list: unknown, blocks: (entry: Readonly<Record<string, unknown>>) => boolean): Rule[] {
  return Object.entries(fields(list)).flatMap(([key, entry]) => {
    const [pattern = '', inside] = key.split(',');
    return inside === '*' ? [{ pattern, blocks: blocks(fields(entry)) }] : [];
  });
}

/** Two reasons, each with the time since when: the question was closed, or left standing. */
function isSilent(entry: unknown, now: number): boolean {
  const { dismissal_embargo_days: closed, ignore_embargo_days: ignored } = fields(entry);
  return [closed, ignored].some((since) => typeof since === 'number' && now < (since - EPOCH) / 1_000 + SILENCE);
}

/** What an administrator ordered; it counts before what the person chose. A file that cannot be read is the browser's matter. */
function rulesOfPolicy(machine: Machine, id: BrowserId): Rule[] {
  const folder = POLICIES[id];
  if (folder === undefined || machine.platform !== 'linux') return [];
  const files = machine.folder(folder).filter((name) => name.endsWith('.json'));
  return files.slice(0, MOST_FILES).flatMap((name) => {
    const orders = json(machine, posix.join(folder, name)) ?? {};
    const rules = (keys: readonly string[], blocks: boolean): Rule[] =>
      keys.flatMap((key) => {
        const patterns: unknown[] = [orders[key] ?? []].flat();
        return patterns.map((pattern) => ({ pattern: String(pattern), blocks }));
      });
    return [...rules(BLOCKING, true), ...rules(ALLOWING, false)];
  });
}
