import type { Check, Finding } from '../check.ts';
import type { DriverView, View } from '../view.ts';
import { isAskedFor, milder } from './driver-wanted.ts';
import { cardDrivers } from './reader-slots.ts';
import { readersUnused } from './reader-use.ts';

/** Where pcscd listens unless PCSCLITE_CSOCK_NAME says otherwise. */
export const USUAL_SOCKET = '/run/pcscd/pcscd.comm';
const PROGRAMS = ['/usr/sbin/pcscd', '/usr/bin/pcscd', '/usr/local/sbin/pcscd'];

/** `pcsc.service`: the service between card drivers and readers answers, or would be started by the first to ask. */
export const pcscService: Check = {
  id: 'pcsc.service',
  severity: 'error',
  dependsOn: ['driver.found'],
  timeout: 12_000,
  run: async (view, signal) => {
    const drivers = await cardDrivers(view);
    if (drivers.length === 0) return { result: 'pass', variant: 'not_needed', notNeeded: true };
    const found = await lookAt(view, drivers, signal);
    const wanted = { asked: drivers.some(isAskedFor), unused: await readersUnused(view, drivers) };
    return Promise.all(found.map((finding) => milder(view, finding, wanted)));
  },
};

async function lookAt(view: View, drivers: readonly DriverView[], signal: AbortSignal): Promise<Finding[]> {
  if (view.machine.platform === 'win32') return [await windows(view, signal)];
  if (view.machine.platform === 'darwin') return [await macos(view, signal)];
  const sockets = [...new Set(drivers.map((driver) => socketOf(view, driver)))];
  return (await Promise.all(sockets.map((socket) => linux(view, socket, sockets.length > 1, signal)))).flat();
}

/** The socket that a driver's host will look for. */
export function socketOf({ machine }: View, { environment }: DriverView): string {
  return environment.PCSCLITE_CSOCK_NAME ?? machine.env.PCSCLITE_CSOCK_NAME ?? USUAL_SOCKET;
}

async function linux({ machine }: View, socket: string, several: boolean, signal: AbortSignal): Promise<Finding[]> {
  const answer = await machine.connect(socket, signal);
  const usual = socket === USUAL_SOCKET;
  const about = several ? { subject: socket } : {};
  const evidence = {
    usualSocket: usual,
    connect: answer ?? 'ok',
    installed: PROGRAMS.some((path) => machine.file(path).kind === 'file'),
  };
  if (answer === null) return [{ ...about, result: 'pass', evidence }];
  if (answer === 'EACCES' || answer === 'EPERM') return [{ ...about, result: 'fail', variant: 'forbidden', evidence }];
  if (usual && !evidence.installed) return [{ ...about, result: 'fail', variant: 'not_installed', evidence }];
  const unit = usual ? await machine.run('systemctl', ['is-enabled', 'pcscd.socket'], signal) : null;
  const masked = unit?.stdout.trim() === 'masked';
  return [
    {
      ...about,
      result: 'fail',
      variant: masked ? 'masked' : 'stopped',
      evidence: { ...evidence, unit: unit?.stdout.trim() || null },
    },
  ];
}

async function windows({ machine }: View, signal: AbortSignal): Promise<Finding> {
  const state = await machine.run('sc', ['query', 'SCardSvr'], signal);
  const kind = await machine.run('sc', ['qc', 'SCardSvr'], signal);
  const evidence = { running: /STATE\s*:\s*4\b/.test(state.stdout), disabled: /START_TYPE\s*:\s*4\b/.test(kind.stdout) };
  if (state.code === null) return { result: 'unknown', evidence: { error: state.error ?? 'unknown' } };
  if (evidence.running) return { result: 'pass', evidence };
  // Windows starts it when a reader is plugged in, unless somebody forbade that.
  return { result: evidence.disabled ? 'fail' : 'pass', variant: evidence.disabled ? 'disabled' : 'on_demand', evidence };
}

async function macos({ machine }: View, signal: AbortSignal): Promise<Finding> {
  const told = await machine.run('launchctl', ['print', 'system/com.apple.ifdreader'], signal);
  if (told.code === null) return { result: 'unknown', evidence: { error: told.error ?? 'unknown' } };
  return told.code === 0 ? { result: 'pass' } : { result: 'fail', variant: 'stopped', evidence: { code: told.code } };
}
