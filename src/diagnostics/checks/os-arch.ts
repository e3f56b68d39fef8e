import type { Check, Finding } from '../check.ts';
import type { DriverView, View } from '../view.ts';
import { isAskedFor, milder } from './driver-wanted.ts';
import { binaryOf } from './os-binary.ts';

/** Enough for every header that is looked at. */
const HEADER = 4_096;

/** `os.arch`: a library can only be loaded by a process of its own kind of processor. */
export const osArch: Check = {
  id: 'os.arch',
  severity: 'error',
  dependsOn: ['driver.found'],
  timeout: 12_000,
  run: (view) =>
    Promise.all(
      view
        .drivers()
        .flatMap((driver) => lookAt(view, driver).map((finding) => milder(view, finding, { asked: isAskedFor(driver) }))),
    ),
};

function lookAt({ machine }: View, { id, name, library }: DriverView): Finding[] {
  const header = machine.read(library, HEADER);
  if (header === null) return [];
  const binary = binaryOf(header);
  const about = { subject: id, params: { name, ours: machine.arch } };
  if (binary === null) return [{ ...about, result: 'fail', variant: 'no_library' }];
  const theirs = binary.arches.join(', ');
  const evidence = { format: binary.format, driver: theirs, signet: machine.arch };
  if (binary.format !== FORMAT[machine.platform]) return [{ ...about, result: 'fail', variant: 'other_system', evidence }];
  if (binary.arches.includes(machine.arch)) return [{ ...about, result: 'pass', evidence }];
  const bits = binary.bits === 32 && !/^(ia32|arm)$/.test(machine.arch) ? 'bits_32' : 'other';
  return [{ ...about, result: 'fail', variant: bits, params: { ...about.params, theirs }, evidence }];
}

const FORMAT: Partial<Record<NodeJS.Platform, string>> = { linux: 'ELF', darwin: 'Mach-O', win32: 'PE' };
