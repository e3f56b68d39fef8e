import { fileURLToPath } from 'node:url';
import type { Check, Finding } from '../check.ts';
import type { Machine, View } from '../view.ts';

/** Before this there was no Signet at all. It need not move on: files of a later release are younger, unless their dates were set back. */
export const WRITTEN = '2026-11-01T00:00:00Z';
/** Built, or unpacked, when the program that runs was: no clock that is right shows an earlier time. */
const OWN_FILES = ['./os-clock.js', './os-clock.ts', '../../../package.json'].map((place) =>
  fileURLToPath(new URL(place, import.meta.url)),
);
/** Clocks of two machines may differ by this much without harm, in milliseconds. */
const TOLERANCE = 5 * 60_000;
/** A clock so far ahead of everything known is wrong: no release is used that long. */
const LONGEST_USE = 15 * 365 * 86_400_000;
/** The time at which systemd last heard from a time server is the age of this file. */
const SYNCHRONISED = '/var/lib/systemd/timesync/clock';

/**
 * `os.clock`: the clock against everything that this machine knows to have been, without asking anybody. A clock that is
 * behind makes good certificates look not yet valid; one ahead makes them look expired.
 */
export const osClock: Check = {
  id: 'os.clock',
  severity: 'error',
  dependsOn: [],
  run: async (view, signal) => {
    const now = view.machine.now();
    const known = latestKnown(view, now);
    const evidence = { clock: iso(now), latestKnown: iso(known.at), from: known.from };
    if (known.at - now > TOLERANCE) return { result: 'fail', variant: 'behind', evidence };
    if (now - released(view.machine) > LONGEST_USE) return { result: 'fail', variant: 'ahead', evidence };
    return { ...(await synchronised(view, signal)), evidence };
  },
};

function latestKnown({ machine, history }: View, now: number): { at: number; from: string } {
  const times: [number, string][] = [[released(machine), 'release']];
  const newest = Date.parse(history()?.newestEntry ?? '');
  if (Number.isFinite(newest)) times.push([newest, 'records']);
  if (machine.platform === 'linux') {
    const heard = machine.file(SYNCHRONISED).modifiedAt;
    if (typeof heard === 'number') times.push([heard, 'timeserver']);
  }
  const [at, from] = times.sort((a, b) => b[0] - a[0])[0] ?? [now, 'none'];
  return { at, from };
}

function released(machine: Machine): number {
  return Math.max(Date.parse(WRITTEN), ...OWN_FILES.map((path) => machine.file(path).modifiedAt ?? 0));
}

/** Whether a service keeps the clock right. Not having one is no failure: another may do it. */
async function synchronised({ machine }: View, signal: AbortSignal): Promise<Pick<Finding, 'result'> & Partial<Finding>> {
  if (machine.platform !== 'linux') return { result: 'pass' };
  const told = await machine.run('timedatectl', ['show', '-p', 'NTP', '-p', 'NTPSynchronized', '-p', 'CanNTP'], signal);
  const off = told.code === 0 && /^CanNTP=yes$/m.test(told.stdout) && /^NTP=no$/m.test(told.stdout);
  return off && /^NTPSynchronized=no$/m.test(told.stdout) ? { result: 'warn', variant: 'by_hand' } : { result: 'pass' };
}

function iso(time: number): string {
  return Number.isFinite(time) && Math.abs(time) <= 8.64e15 ? new Date(time).toISOString() : 'impossible';
}
