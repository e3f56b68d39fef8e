import type { Check, Finding } from '../check.ts';
import type { DriverView, ProbeAnswer, View } from '../view.ts';
import { isAskedFor, milder } from './driver-wanted.ts';

/** The system's loader names what a library needs and has not got: glibc, musl, macOS. */
const NEEDS =
  /(?:^|\s|')([\w.+-]+\.(?:so(?:\.\d+)*|dylib))'?: cannot open shared object|Error loading shared library ([\w.+-]+)|Library not loaded: (\S+)/;

/** `driver.loads`: each library can be loaded, in a process of its own. */
export const driverLoads: Check = {
  id: 'driver.loads',
  severity: 'error',
  dependsOn: ['driver.found', 'os.arch'],
  timeout: 12_000,
  run: (view) =>
    eachStopped(view, (driver, seen) => {
      if (seen.stage !== 'load' || seen.outcome === 'ok') return { result: 'pass' };
      if (seen.outcome !== 'error') return broken(seen);
      const missing = NEEDS.exec(seen.detail ?? '')
        ?.slice(1)
        .find((name) => name !== undefined);
      const ownFile = missing !== undefined && driver.library.endsWith(missing);
      if (missing === undefined || ownFile) return { result: 'fail', variant: 'refused', evidence: { detail: seen.detail } };
      return { result: 'fail', variant: 'needs', params: { missing }, evidence: { detail: seen.detail } };
    }),
};

/** `driver.initialises`: each library that loads also starts (C_Initialize) and lists its slots. */
export const driverInitialises: Check = {
  id: 'driver.initialises',
  severity: 'error',
  dependsOn: ['driver.loads', 'driver.configuration'],
  timeout: 12_000,
  run: (view) =>
    eachStopped(view, (_driver, seen) => {
      if (seen.outcome === 'ok') return { result: 'pass' };
      if (seen.outcome !== 'error') return broken(seen);
      const params = { answer: seen.detail ?? '' };
      return { result: 'fail', variant: 'refused', params, evidence: { answer: seen.detail, step: seen.stage } };
    }),
};

function broken(seen: ProbeAnswer): Finding {
  const variant = seen.outcome === 'hung' ? 'hangs' : 'crashes';
  return { result: 'fail', variant, params: { how: seen.detail ?? '' }, evidence: { how: seen.detail, step: seen.stage } };
}

/** A driver that serves now has loaded and started; the others are tried, at the same time. */
async function eachStopped(view: View, judge: (driver: DriverView, seen: ProbeAnswer) => Finding): Promise<Finding[]> {
  return Promise.all(
    view.drivers().map(async (driver) => {
      const about = { subject: driver.id };
      const params = { name: driver.name };
      if (driver.status?.state === 'running') return { ...about, result: 'pass', params };
      const found = judge(driver, await view.probe(driver, new AbortController().signal));
      return milder(view, { ...found, ...about, params: { ...params, ...found.params } }, { asked: isAskedFor(driver) });
    }),
  );
}
