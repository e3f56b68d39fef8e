import { dirname, join } from 'node:path';
import { socketPath } from '../../places/index.ts';
import type { Check } from '../check.ts';
import type { View } from '../view.ts';
import { shownMode, shownPath } from './shown.ts';

const MEGABYTE = 1_048_576;
/** Less, and the next PIN attempt may not be written down, so that none is allowed. Bytes. */
const FULL = 2 * MEGABYTE;
const LOW = 64 * MEGABYTE;

/** Signet's own folder: there, this person's, closed to others, and to be written to. */
export const daemonStateFolder: Check = {
  id: 'daemon.state-folder',
  severity: 'error',
  dependsOn: [],
  async run(view) {
    const { machine } = view;
    const { stateDir } = view.settings;
    const facts = machine.file(stateDir);
    const mode = shownMode(facts.mode ?? 0);
    const about = {
      params: { folder: shownPath(view, stateDir), mode },
      evidence: { mode: facts.mode === null ? null : mode, own: facts.own },
    };
    if (facts.code !== null)
      return { ...about, result: 'fail', variant: 'closed', evidence: { ...about.evidence, code: facts.code } };
    if (facts.kind === null) {
      const above = existing(view, stateDir);
      if (machine.may(above, 'write')) return { ...about, result: 'pass', evidence: { folder: false } };
      return { ...about, result: 'fail', variant: 'cannot_make', params: { ...about.params, above: shownPath(view, above) } };
    }
    if (facts.kind !== 'folder') return { ...about, result: 'fail', variant: 'not_folder' };
    if (facts.own === false) return { ...about, result: 'fail', variant: 'foreign' };
    if (!machine.may(stateDir, 'write')) return { ...about, result: 'fail', variant: 'read_only' };
    if (machine.platform !== 'win32' && ((facts.mode ?? 0) & 0o077) !== 0) return { ...about, result: 'warn', variant: 'open' };
    return { ...about, result: 'pass' };
  },
};

/** Room on the disk that holds the state folder. */
export const daemonDisk: Check = {
  id: 'daemon.disk',
  severity: 'error',
  dependsOn: [],
  async run(view) {
    const folder = existing(view, view.settings.stateDir);
    const free = view.machine.freeBytes(folder);
    if (free === null) return { result: 'unknown', evidence: { code: 'statfs' } };
    const about = {
      params: { folder: shownPath(view, folder), megabytes: Math.floor(free / MEGABYTE) },
      evidence: { freeMegabytes: Math.floor(free / MEGABYTE) },
    };
    if (free < FULL) return { ...about, result: 'fail', variant: 'full' };
    return free < LOW ? { ...about, result: 'warn', variant: 'low' } : { ...about, result: 'pass' };
  },
};

/** Each PIN attempt is written to the database before the card sees it: without it no PIN can be entered. */
export const daemonLedgerWritable: Check = {
  id: 'daemon.ledger-writable',
  severity: 'error',
  dependsOn: ['daemon.state-folder', 'daemon.disk'],
  async run(view, signal) {
    const code = view.database();
    if (code === null) return { result: 'pass' };
    const variant = VARIANTS.get(code) ?? 'failed';
    // Beside a running daemon the database is its own, as it should be.
    if (variant === 'locked' && !view.inDaemon && (await answers(view, signal))) return { result: 'pass', evidence: { code } };
    const params = { file: shownPath(view, join(view.settings.stateDir, 'signet.db')), code };
    return { result: 'fail', variant, params, evidence: { code } };
  },
};

const VARIANTS: ReadonlyMap<string, string> = new Map([
  ['locked', 'locked'],
  ['in_use', 'locked'],
  ['corrupt', 'corrupt'],
  ['full', 'full'],
  ['readonly', 'read_only'],
  ['unwritable', 'read_only'],
  ['newer', 'newer'],
]);

async function answers(view: View, signal: AbortSignal): Promise<boolean> {
  return (await view.machine.connect(socketPath(view.settings.runtimeDir, view.machine.platform), signal)) === null;
}

/** The folder itself, or the nearest one above it that is there. */
function existing(view: View, path: string): string {
  let folder = path;
  while (view.machine.file(folder).kind === null && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}
