import { socketPath, tokenFile } from '../../places/index.ts';
import type { Check } from '../check.ts';
import { shownMode, shownPath } from './shown.ts';

const UNIX: readonly NodeJS.Platform[] = ['linux', 'darwin', 'freebsd', 'openbsd'];

/** Whoever reads the token file may use Signet as this person. On Windows the profile's access list keeps others out. */
export const apiTokenFilePermissions: Check = {
  id: 'api.token-file-permissions',
  severity: 'error',
  dependsOn: [],
  platforms: UNIX,
  async run(view) {
    const { runtimeDir } = view.settings;
    const path = tokenFile(runtimeDir);
    const file = view.machine.file(path);
    const folder = view.machine.file(runtimeDir);
    if (file.code !== null) return { result: 'unknown', evidence: { code: file.code } };
    if (file.kind === null) {
      const about = { params: { path: shownPath(view, path) } };
      return view.inDaemon ? { ...about, result: 'fail', variant: 'missing' } : { result: 'pass', evidence: { file: false } };
    }
    const mode = shownMode(file.mode ?? 0);
    const folderMode = shownMode(folder.mode ?? 0);
    const about = {
      params: { path: shownPath(view, path), folder: shownPath(view, runtimeDir), mode, folderMode },
      evidence: { mode, folderMode, own: file.own },
    };
    if (file.own === false) return { ...about, result: 'fail', variant: 'foreign' };
    if (((file.mode ?? 0) & 0o077) !== 0) return { ...about, result: 'fail', variant: 'open' };
    if (((folder.mode ?? 0) & 0o022) !== 0) return { ...about, result: 'fail', variant: 'folder_open' };
    return { ...about, result: 'pass' };
  },
};

/** The socket that programs of this person use. One that nobody listens on is left from a daemon that did not end well. */
export const apiSocket: Check = {
  id: 'api.socket',
  severity: 'warning',
  dependsOn: [],
  platforms: UNIX,
  async run(view, signal) {
    const path = socketPath(view.settings.runtimeDir, view.machine.platform);
    const file = view.machine.file(path);
    if (file.code !== null) return { result: 'unknown', evidence: { code: file.code } };
    const mode = shownMode(file.mode ?? 0);
    const about = { params: { path: shownPath(view, path), mode }, evidence: { mode, own: file.own } };
    if (file.kind === null) {
      return view.inDaemon ? { ...about, result: 'fail', variant: 'missing' } : { result: 'pass', evidence: { socket: false } };
    }
    if (file.kind !== 'socket') return { ...about, result: 'fail', variant: 'not_socket' };
    const code = await view.machine.connect(path, signal);
    if (code === 'ECONNREFUSED') return { ...about, result: 'warn', variant: 'stale' };
    if (code !== null) return { ...about, result: 'fail', variant: 'refused', evidence: { ...about.evidence, code } };
    if (((file.mode ?? 0) & 0o077) !== 0) return { ...about, result: 'fail', variant: 'open' };
    return { ...about, result: 'pass' };
  },
};
