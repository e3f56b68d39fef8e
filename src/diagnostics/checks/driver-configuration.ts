import { join } from 'node:path';
import type { Check, Finding } from '../check.ts';
import type { DriverView, View } from '../view.ts';
import { isAskedFor, milder } from './driver-wanted.ts';
import { shownPath } from './shown.ts';

/** Where SoftHSM2 keeps tokens when its configuration does not say. */
const USUAL_FOLDER = '/var/lib/softhsm/tokens';
const SYSTEM_FILES = ['/etc/softhsm/softhsm2.conf', '/etc/softhsm2.conf'];
/** Where the daemon of openCryptoki listens. */
const SLOT_DAEMON = ['/run/pkcsslotd.socket', '/var/run/pkcsslotd.socket', '/run/opencryptoki/pkcsslotd.socket'];

/** `driver.configuration`: what a driver reads before it starts: the file of SoftHSM2 and its folder, the daemon of openCryptoki. */
export const driverConfiguration: Check = {
  id: 'driver.configuration',
  severity: 'error',
  dependsOn: ['driver.found'],
  timeout: 12_000,
  run: (view) =>
    Promise.all(
      view.drivers().map((driver) => {
        const finding = lookAt(view, driver);
        const told = { ...finding, subject: driver.id, params: { name: driver.name, ...finding.params } };
        // An openCryptoki that somebody uses has its service running: the package alone brings the library.
        return milder(view, told, { asked: isAskedFor(driver), unused: finding.variant === 'slot_daemon' });
      }),
    ),
};

function lookAt(view: View, driver: DriverView): Finding {
  if (driver.profile?.id === 'softhsm2') return softHsm(view, driver);
  if (driver.profile?.id === 'opencryptoki') return openCryptoki(view, driver);
  return { result: 'pass' };
}

function softHsm(view: View, driver: DriverView): Finding {
  const { machine } = view;
  const file = softHsmFile(view, driver);
  const facts = machine.file(file);
  const about = (variant: string, path: string): Finding => ({
    result: 'fail',
    variant,
    params: { path: shownPath(view, path) },
  });
  if (facts.kind === null && facts.code === null) return about('missing', file);
  const text = facts.kind === 'file' && machine.may(file, 'read') ? machine.read(file) : null;
  if (text === null) return { ...about('unreadable', file), evidence: { kind: facts.kind, code: facts.code } };
  const [, named] = /^\s*directories\.tokendir\s*=\s*(\S.*?)\s*$/m.exec(text.toString('utf8')) ?? [];
  const folder = named ?? USUAL_FOLDER;
  const there = machine.file(folder);
  if (there.kind !== 'folder') return { ...about('folder_missing', folder), evidence: { kind: there.kind, code: there.code } };
  if (!machine.may(folder, 'read') || !machine.may(folder, 'execute')) return about('folder_unreadable', folder);
  if (!machine.may(folder, 'write')) return { ...about('folder_readonly', folder), result: 'warn' };
  return { result: 'pass' };
}

/** The file that SoftHSM2 will read: its variable, the user's own, the system's. */
function softHsmFile({ machine }: View, { environment }: DriverView): string {
  const named = environment.SOFTHSM2_CONF ?? machine.env.SOFTHSM2_CONF;
  if (named !== undefined && named !== '') return named;
  const own = join(machine.home, '.config/softhsm2/softhsm2.conf');
  const [first = own] = [own, ...SYSTEM_FILES].filter((path) => machine.file(path).kind !== null);
  return first;
}

function openCryptoki({ machine }: View, { status }: DriverView): Finding {
  const runs = status?.state === 'running' || SLOT_DAEMON.some((path) => machine.file(path).kind === 'socket');
  return runs ? { result: 'pass' } : { result: 'fail', variant: 'slot_daemon' };
}
