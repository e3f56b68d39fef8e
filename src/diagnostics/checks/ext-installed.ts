import type { Browser } from '../../install/index.ts';
import type { Check, Finding } from '../check.ts';
import type { View } from '../view.ts';
import { type Found, manifests } from './ext.ts';
import { allowedBy, faultOf } from './ext-manifest.ts';
import { type Presence, presences } from './ext-profiles.ts';

/**
 * Whether a browser with a manifest has an extension that may use it, switched on in at least one profile. Looks for the ids that
 * the manifest names, and takes nothing else from a profile.
 */
export const extInstalled: Check = {
  id: 'ext.installed',
  severity: 'notice',
  dependsOn: ['ext.native-manifest'],
  timeout: 5_000,
  async run(view, signal) {
    const sound = (await manifests(view.machine, signal)).filter(
      ({ browser, host, path, stray }) => !stray && faultOf(view.machine, path, host, browser.family) === null,
    );
    if (sound.length === 0) return { result: 'pass', variant: 'none', notNeeded: true };
    return needed(sound.flatMap((found) => judge(view, found)));
  },
};

/** Leaves out what a browser lacks for one host where it has the extension of another: nobody may need both. */
function needed(findings: readonly Finding[]): Finding[] {
  const served = new Set(findings.filter(({ result }) => result === 'pass').map(browserOf));
  return findings.filter((each) => each.variant !== 'missing' || !served.has(browserOf(each)));
}

function browserOf({ subject = '' }: Finding): string {
  return subject.split('/')[0] ?? '';
}

/** Of browsers that share a manifest, one that has the extension speaks for those that do not. */
function judge({ machine }: View, { browser, others, host, path }: Found): Finding[] {
  const ids = allowedBy(machine, path);
  const used = [browser, ...others]
    .map((each) => ({ browser: each, found: presences(machine, each, ids) }))
    .filter(({ found }) => found.length > 0);
  const having = used.filter(({ found }) => found.includes('on'));
  const told = having.length > 0 ? having : used.length > 0 ? used : [{ browser, found: [] }];
  return told.map((each) => ({ ...verdict(each.found), ...about(each.browser, host, each.found.length) }));
}

function about({ id, name }: Browser, host: string, profiles: number): Pick<Finding, 'subject' | 'params' | 'evidence'> {
  return { subject: `${id}/${host}`, params: { browser: name }, evidence: { browser: id, host, profiles } };
}

function verdict(found: readonly Presence[]): Pick<Finding, 'result' | 'variant'> {
  if (found.includes('on')) return { result: 'pass' };
  if (found.length === 0 || found.includes('unread')) return { result: 'unknown', variant: 'unread' };
  return { result: 'warn', variant: found.includes('off') ? 'off' : 'missing' };
}
