import { join } from 'node:path';
import { runtimeDir, socketPath } from '../../places/index.ts';
import type { Check } from '../check.ts';
import { askSocket } from './api-health.ts';
import { shownPath } from './shown.ts';

const WEEK = 7 * 86_400_000;

/** Without the daemon no program can sign. What would keep it from starting is told by the checks it depends on. */
export const daemonRunning: Check = {
  id: 'daemon.running',
  severity: 'warning',
  dependsOn: [
    'daemon.settings',
    'api.port-free',
    'api.port-is-us',
    'daemon.state-folder',
    'daemon.disk',
    'daemon.ledger-writable',
  ],
  async run(view, signal) {
    if (view.inDaemon) return { result: 'pass' };
    const { who } = await askSocket(view, signal);
    if (who === 'signet') return { result: 'pass' };
    return who === 'silent' ? { result: 'fail', variant: 'hangs' } : { result: 'warn', variant: 'stopped' };
  },
};

/** A second Signet in the usual folders counts the same tokens' tries for itself, and knows nothing of this one's. */
export const daemonSingleInstance: Check = {
  id: 'daemon.single-instance',
  severity: 'warning',
  dependsOn: [],
  async run(view, signal) {
    const { platform, env, home } = view.machine;
    const usual = runtimeDir({ env: { ...env, SIGNET_RUNTIME_DIR: undefined }, platform, home });
    const here = socketPath(view.settings.runtimeDir, platform);
    const there = socketPath(usual, platform);
    if (here === there || (await view.machine.connect(there, signal)) !== null) return { result: 'pass' };
    // Beside, with nothing in its own folder, the one in the usual folder is the only one.
    if (!view.inDaemon && (await view.machine.connect(here, signal)) !== null) return { result: 'pass' };
    return { result: 'warn', variant: 'second', params: { folder: shownPath(view, usual) } };
  },
};

/** Each entry of the record of who asked for what is chained to the one before it. */
export const daemonAuditSound: Check = {
  id: 'daemon.audit-sound',
  severity: 'warning',
  dependsOn: ['daemon.ledger-writable'],
  timeout: 10_000,
  async run(view) {
    const history = view.history();
    const database = join(view.settings.stateDir, 'signet.db');
    if (history === null && view.machine.file(database).kind === null) return { result: 'pass', variant: 'none' };
    if (history === null) return { result: 'unknown', variant: 'unread' };
    return history.auditSound ? { result: 'pass' } : { result: 'fail', variant: 'broken' };
  },
};

/** A driver that crashed lately will do so again; Signet has gone on without it. */
export const daemonLastCrash: Check = {
  id: 'daemon.last-crash',
  severity: 'notice',
  dependsOn: ['daemon.ledger-writable'],
  async run(view) {
    const crash = view.history()?.lastCrash ?? null;
    if (crash === null || view.machine.now() - Date.parse(crash.at) > WEEK) return { result: 'pass' };
    const at = `${crash.at.slice(0, 16).replace('T', ' ')} UTC`;
    return {
      result: 'warn',
      variant: 'crashed',
      subject: crash.driver,
      params: { driver: crash.driver, at },
      evidence: { at: crash.at },
    };
  },
};

/** A verbose log is for the time of a search: it grows, and tells more than anybody needs to keep. */
export const daemonLogLevel: Check = {
  id: 'daemon.log-level',
  severity: 'notice',
  dependsOn: [],
  async run({ settings: { logLevel } }) {
    const verbose = logLevel === 'debug' || logLevel === 'trace';
    return { result: verbose ? 'warn' : 'pass', ...(verbose ? { variant: 'verbose' } : {}), evidence: { level: logLevel } };
  },
};
