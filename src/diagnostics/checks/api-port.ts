import type { Check } from '../check.ts';
import { askPort, askSocket } from './api-health.ts';
import { listenerOn } from './api-listener.ts';
import { shownPath } from './shown.ts';

/** Another program on Signet's port keeps it from starting, and might be taken for it. */
export const apiPortFree: Check = {
  id: 'api.port-free',
  severity: 'error',
  dependsOn: [],
  timeout: 5_000,
  async run(view, signal) {
    const { port } = view.settings;
    // With port 0 the system picks one that is free.
    if (port === 0) return { result: 'pass', evidence: { port } };
    const answer = await askPort(view, signal);
    if (answer.who === 'untold') return { result: 'unknown', evidence: { port, code: answer.code } };
    if (answer.who !== 'other') return { result: 'pass', variant: answer.who, params: { port }, evidence: { port } };
    const own = view.inDaemon ? 'nobody' : (await askSocket(view, signal)).who;
    // A Signet that runs elsewhere does not need the port; one that hangs is told by daemon.running.
    if (own === 'signet' || own === 'silent') {
      return { result: 'pass', variant: own === 'signet' ? 'elsewhere' : 'silent', params: { port }, evidence: { port } };
    }
    const listener = await listenerOn(view.machine, port, signal);
    const program = listener?.program ?? null;
    const evidence = { port, pid: listener?.pid ?? null, own: listener?.own ?? null };
    if (program === null) return { result: 'fail', variant: 'taken', params: { port }, evidence };
    return { result: 'fail', variant: 'taken_by', params: { port, program }, evidence };
  },
};

/** A Signet answers: is it the one that this person's programs reach through socket and token file? */
export const apiPortIsUs: Check = {
  id: 'api.port-is-us',
  severity: 'error',
  dependsOn: ['api.port-free'],
  timeout: 5_000,
  async run(view, signal) {
    const { port, runtimeDir } = view.settings;
    if (view.inDaemon || port === 0) return { result: 'pass', evidence: { port } };
    const answer = await askPort(view, signal);
    if (answer.who !== 'signet') return { result: 'pass', notNeeded: true, evidence: { port } };
    if ((await askSocket(view, signal)).who === 'signet') return { result: 'pass', evidence: { port } };
    const listener = await listenerOn(view.machine, port, signal);
    const about = { params: { port, folder: shownPath(view, runtimeDir) }, evidence: { port, own: listener?.own ?? null } };
    return { ...about, result: 'fail', variant: listener?.own === false ? 'other_user' : 'other_folder' };
  },
};

/** An update while the daemon runs leaves two versions side by side until it is started again. */
export const apiVersionSkew: Check = {
  id: 'api.version-skew',
  severity: 'warning',
  dependsOn: ['api.port-free', 'api.port-is-us'],
  async run(view, signal) {
    if (view.inDaemon || view.settings.port === 0) return { result: 'pass', evidence: { here: view.version } };
    const answer = await askPort(view, signal);
    if (answer.who !== 'signet' || answer.version === null)
      return { result: 'pass', notNeeded: true, evidence: { here: view.version } };
    const evidence = { here: view.version, running: answer.version };
    return answer.version === view.version ? { result: 'pass', evidence } : { result: 'warn', variant: 'differs', evidence };
  },
};
