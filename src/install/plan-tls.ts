import type { Action, Store } from './action.ts';
import type { InstallMachine, InstallOptions } from './machine.ts';
import { nssDatabases } from './nss.ts';
import { pathOf, tlsFolder } from './places.ts';
import { chosenBrowsers } from './plan-hosts.ts';
import { hashOf, storeName } from './record.ts';
import { judgeLocalCertificate } from './tls.ts';

/** The three files of a local certificate, by the names that the bridges read them under. */
export function tlsFiles(folder: string, platform: NodeJS.Platform): { key: string; certificate: string; authority: string } {
  const { join } = pathOf(platform);
  return { key: join(folder, 'key.pem'), certificate: join(folder, 'cert.pem'), authority: join(folder, 'ca.pem') };
}

/**
 * A certificate for this computer's own addresses, made when there is none or it has less than 30 days, and its authority among
 * those that the chosen browsers trust. The one before goes when the new one has come.
 */
export function planTls(machine: InstallMachine, options: InstallOptions): Action[] {
  const folder = tlsFolder(machine.stateDir, machine.platform);
  const files = tlsFiles(folder, machine.platform);
  const foreign = Object.values(files).flatMap((path) => foreignFile(machine, path));
  if (foreign.length > 0) return foreign;
  const read = (path: string): Buffer | null => machine.read(path);
  const { key, certificate, authority } = files;
  const judged = { key: read(key), certificate: read(certificate), authority: read(authority) };
  const { state, nickname } = judgeLocalCertificate(judged, machine.now);
  const good = state === 'good' ? nickname : null;
  const issue: Action = state === 'good' ? { do: 'same', path: certificate } : { do: 'issue', folder, why: state };
  const trusts = trustActions(machine, options, authority, good);
  const old = machine.record.entries.flatMap((entry): Action[] => {
    if (entry.kind !== 'authority' || entry.nickname === good) return [];
    // The database stays: the new authority is in it.
    return [{ do: 'distrust', store: entry.store, nickname: entry.nickname, sha1: entry.sha1, dropDatabase: false }];
  });
  const restart = trusts.some((action) => action.do === 'trust');
  return [issue, ...trusts, ...old, ...(restart ? [{ do: 'tell', note: 'restart_browsers', params: {} } as const] : [])];
}

/** Trusts an authority wherever the chosen browsers look; `nickname` null: it is yet to be made. */
function trustActions(machine: InstallMachine, options: InstallOptions, authority: string, nickname: string | null): Action[] {
  const known = (store: Store): boolean =>
    nickname !== null &&
    machine.record.entries.some(
      (entry) => entry.kind === 'authority' && entry.nickname === nickname && storeName(entry.store) === storeName(store),
    );
  const one = (store: Store, there: boolean): Action =>
    there ? { do: 'same', path: storeName(store) } : { do: 'trust', store, authority };
  const { platform, home } = machine;
  if (platform === 'win32' || platform === 'darwin') {
    const store: Store =
      platform === 'win32' ? { kind: 'windows' } : { kind: 'keychain', path: `${home}/Library/Keychains/login.keychain-db` };
    const action = one(store, known(store));
    return action.do === 'same' ? [action] : [action, { do: 'tell', note: 'trust_asks', params: {} }];
  }
  if (!machine.certutil) return [{ do: 'tell', note: 'certutil_missing', params: { authority } }];
  const families = new Set(chosenBrowsers(machine, options).map(({ family }) => family));
  const databases = nssDatabases(machine).filter(({ family }) => families.has(family));
  const unborn = families.has('firefox') && !databases.some(({ family }) => family === 'firefox');
  const first: Action[] = unborn ? [{ do: 'tell', note: 'firefox_first', params: {} }] : [];
  return databases
    .map(({ folder, owner, exists }): Action => {
      const there = nickname !== null && machine.trusted.get(folder)?.includes(nickname) === true;
      return one({ kind: 'nss', folder, owner, create: !exists }, there);
    })
    .concat(first);
}

function foreignFile(machine: InstallMachine, path: string): Action[] {
  const kind = machine.kind(path);
  if (kind === null) return [];
  if (kind !== 'file') return [{ do: 'leave', path, why: kind === 'link' ? 'link' : 'not_a_file', purpose: { for: 'tls' } }];
  const known = machine.record.entries.find((entry) => entry.kind === 'file' && entry.path === path);
  if (known?.kind !== 'file') return [{ do: 'leave', path, why: 'foreign', purpose: { for: 'tls' } }];
  const content = machine.read(path);
  return content !== null && hashOf(content) === known.sha256
    ? []
    : [{ do: 'leave', path, why: 'changed', purpose: { for: 'tls' } }];
}
