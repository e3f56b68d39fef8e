import type { Action, Purpose, Store } from '../install/index.ts';
import type { Translate } from '../messages/index.ts';
import { whole } from './wrap.ts';

/** One action in words, the same for what is planned and what was done: what it is about, then where. */
export function describeAction(action: Action, t: Translate, home: string): string {
  const shown = (path: string): string => whole(path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path);
  switch (action.do) {
    case 'write':
      return t(`install.do.${action.over === 'ours' ? 'update' : 'write'}`, {
        what: purposeOf(action.purpose, t),
        path: shown(action.path),
      });
    case 'remove':
      return t('install.do.remove', { path: shown(action.path) });
    case 'set-key':
      return t('install.do.set_key', { what: purposeOf(action.purpose, t), path: whole(action.key) });
    case 'remove-key':
      return t('install.do.remove', { path: whole(action.key) });
    case 'set-default':
      return t('install.do.set_default', { path: shown(action.path) });
    case 'restore-default':
      return t('install.do.restore_default', { path: shown(action.entry.path) });
    case 'start-service':
      return t('install.do.start_service');
    case 'stop-service':
      return t('install.do.stop_service');
    case 'reload-service':
      return t('install.do.reload_service');
    case 'end-daemon':
      return t('install.do.end_daemon');
    case 'issue':
      return t(`install.do.issue_${action.why}`, { path: shown(action.folder) });
    case 'trust':
      return t('install.do.trust', { store: storeOf(action.store, t) });
    case 'distrust':
      return t('install.do.distrust', { store: storeOf(action.store, t) });
    case 'remove-folder':
      return t('install.do.remove_folder', { path: shown(action.path) });
    case 'leave':
      return t(`install.leave.${action.why}`, { path: shown(action.path) });
    case 'same':
      return t('install.do.same', { path: shown(action.path) });
    case 'tell':
      return t(`install.note.${action.note}`, action.params);
  }
}

function purposeOf(purpose: Purpose, t: Translate): string {
  if (purpose.for === 'script') return t('install.what.script', { host: purpose.host });
  if (purpose.for !== 'manifest') return t(`install.what.${purpose.for}`);
  const browsers = purpose.browsers.map((id) => t(`install.browser.${id}`)).join(', ');
  return t('install.what.manifest', { host: purpose.host, browsers });
}

function storeOf(store: Store, t: Translate): string {
  return store.kind === 'nss' ? store.owner : t(`install.store.${store.kind}`);
}
