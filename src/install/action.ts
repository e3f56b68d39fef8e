import type { BrowserId, HostName } from './browsers.ts';
import type { Entry } from './record.ts';
import type { Manager } from './service.ts';

/** What a file or registry key is for. */
export type Purpose =
  | { for: 'script'; host: HostName }
  | { for: 'manifest'; host: HostName; browsers: readonly BrowserId[] }
  | { for: 'service' }
  | { for: 'afirma' }
  | { for: 'tls' };

/** Where an authority is trusted: a database of NSS, the keychain of macOS, or the store of Windows. */
export type Store =
  | { kind: 'nss'; folder: string; owner: string; create: boolean }
  | { kind: 'keychain'; path: string }
  | { kind: 'windows' };

/** Why something stays as it is: not ours, changed since we wrote it, a symbolic link, or no file at all. */
export type Foreign = 'foreign' | 'changed' | 'link' | 'not_a_file';

/** Things to say that nothing is done about. The texts are `install.note.<note>`. */
export type Note =
  | 'no_browser'
  | 'webeid_before'
  | 'sandboxed'
  | 'sandboxed_portal'
  | 'service_by_hand'
  | 'service_system'
  | 'certutil_missing'
  | 'firefox_first'
  | 'afirma_unsupported'
  | 'afirma_before'
  | 'afirma_later'
  | 'trust_asks'
  | 'restart_browsers'
  | 'nothing_installed';

/** One thing to do, or one that need not or must not be done. */
export type Action =
  | { do: 'write'; path: string; content: string; mode: number; purpose: Purpose; over: 'nothing' | 'ours' }
  | { do: 'remove'; path: string; sha256: string }
  | { do: 'set-key'; key: string; name: string; data: string; purpose: Purpose; over: 'nothing' | 'ours' }
  /** `whole`: the key itself with all below it, not just its value. */
  | { do: 'remove-key'; key: string; name: string; whole: boolean }
  | { do: 'set-default'; path: string; type: string; desktop: string }
  | { do: 'restore-default'; entry: Extract<Entry, { kind: 'default' }> }
  | { do: 'start-service'; manager: Manager; file: string; uid: number | null; changed: boolean }
  | { do: 'stop-service'; manager: Manager; uid: number | null; everybody: boolean }
  | { do: 'reload-service'; manager: Manager }
  /** Done by the command line, which is the one to speak to a daemon. */
  | { do: 'end-daemon' }
  | { do: 'issue'; folder: string; why: 'missing' | 'expiring' | 'broken' }
  | { do: 'trust'; store: Store; authority: string }
  | { do: 'distrust'; store: Store; nickname: string; sha1: string; dropDatabase: boolean }
  | { do: 'remove-folder'; path: string }
  | { do: 'same'; path: string }
  | { do: 'leave'; path: string; why: Foreign; purpose?: Purpose }
  | { do: 'tell'; note: Note; params: Readonly<Record<string, string>> };

const IDLE: readonly Action['do'][] = ['same', 'leave', 'tell'];

/** Whether an action changes something. */
export function changes(action: Action): boolean {
  return !IDLE.includes(action.do);
}
