import type { Action } from './action.ts';
import type { InstallMachine } from './machine.ts';
import { defaultOf } from './mimeapps.ts';
import { pathOf, type Scope } from './places.ts';
import { planFile, planKey } from './plan.ts';
import { AFIRMA, afirmaCommand, afirmaDesktop, DESKTOP_FILE } from './service.ts';

/**
 * What opens `afirma:` links: a desktop file and a default on Linux, keys of the registry on Windows, nothing on macOS. Browsers
 * connect over TLS only: without a certificate (`tls`) another program that opens the links now keeps them.
 */
export function planAfirma(machine: InstallMachine, scope: Scope, tls: boolean): Action[] {
  if (machine.platform === 'win32') return onWindows(machine, scope, tls);
  const { scheme } = machine.places;
  // A link is handed to an app there as an Apple event, which no script takes.
  if (scheme === null) return [{ do: 'tell', note: 'afirma_unsupported', params: {} }];
  const other = otherHandler(machine, scheme);
  if (other !== null && !tls) return [{ do: 'tell', note: 'afirma_later', params: { program: other } }];
  const path = pathOf(machine.platform).join(scheme.folder, DESKTOP_FILE);
  const file = planFile(machine, path, afirmaDesktop(machine.program), 0o644, { for: 'afirma' });
  if (file.do === 'leave') return [file];
  return [file, ...planDefault(machine, scheme.list, other)];
}

/** The desktop file of another program that opens the links: the person's default, else one that came with the system. */
function otherHandler(
  machine: InstallMachine,
  { list, folder: own }: NonNullable<InstallMachine['places']['scheme']>,
): string | null {
  const chosen = defaultOf(machine.read(list)?.toString('utf8') ?? '', AFIRMA);
  if (chosen !== null && chosen !== '') return chosen === DESKTOP_FILE ? null : chosen;
  for (const folder of new Set([own, '/usr/local/share/applications', '/usr/share/applications'])) {
    const opens = (name: string): boolean => machine.read(`${folder}/${name}`)?.includes(AFIRMA) === true;
    const found = machine.folder(folder).find((name) => name.endsWith('.desktop') && name !== DESKTOP_FILE && opens(name));
    if (found !== undefined) return found;
  }
  return null;
}

function planDefault(machine: InstallMachine, list: string, other: string | null): Action[] {
  const kind = machine.kind(list);
  if (kind !== null && kind !== 'file') {
    return [{ do: 'leave', path: list, why: kind === 'link' ? 'link' : 'not_a_file', purpose: { for: 'afirma' } }];
  }
  const now = defaultOf(machine.read(list)?.toString('utf8') ?? '', AFIRMA);
  if (now === DESKTOP_FILE) return [{ do: 'same', path: list }];
  const set: Action = { do: 'set-default', path: list, type: AFIRMA, desktop: DESKTOP_FILE };
  return other === null ? [set] : [set, { do: 'tell', note: 'afirma_before', params: { program: other } }];
}

function onWindows(machine: InstallMachine, scope: Scope, tls: boolean): Action[] {
  const before = machine.registry.get('HKLM\\Software\\Classes\\afirma\\shell\\open\\command\\');
  if (scope === 'user' && before !== undefined && !tls)
    return [{ do: 'tell', note: 'afirma_later', params: { program: before } }];
  const root = `${scope === 'user' ? 'HKCU' : 'HKLM'}\\Software\\Classes\\afirma`;
  const command = planKey(machine, `${root}\\shell\\open\\command`, '', afirmaCommand(machine.program), { for: 'afirma' });
  // Half a handler of ours and half of another's would be neither.
  if (command.do === 'leave') return [command];
  return [
    planKey(machine, root, '', 'URL:afirma', { for: 'afirma' }),
    planKey(machine, root, 'URL Protocol', '', { for: 'afirma' }),
    command,
  ];
}
