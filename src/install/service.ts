import { daemonFlags } from '../places/index.ts';
import type { Program } from './program.ts';
import { forDesktop, forUnit, forUnitEnvironment, forWindows, forXml } from './quote.ts';
import { template } from './template.ts';

/** What starts the daemon when a person logs in. */
export type Manager = 'systemd' | 'launchd' | 'tasks';

/** A command line. */
export type Command = readonly [program: string, ...args: string[]];

export const DESKTOP_FILE = 'signet-afirma.desktop';
export const AFIRMA = 'x-scheme-handler/afirma';
const UNIT = 'signet.service';
const LABEL = 'signet.daemon';
const TASK = 'Signet';
/** Everybody who has an account (well-known group of Windows). */
const USERS = 'S-1-5-32-545';

/** The manager of this platform; systemd on anything that is neither macOS nor Windows. */
export function managerOf(platform: NodeJS.Platform): Manager {
  if (platform === 'win32') return 'tasks';
  return platform === 'darwin' ? 'launchd' : 'systemd';
}

/** The file that tells the manager what to start. `person`: the account of a scheduled task, all of them when left out. */
export function serviceFile(manager: Manager, { node, cli, settings }: Program, person?: string): string {
  const words = [node, ...daemonFlags(), cli, 'serve'];
  const pairs = Object.entries(settings);
  switch (manager) {
    case 'systemd':
      return template('services/signet.service', {
        environment: pairs.map(([name, value]) => `Environment=${forUnitEnvironment(`${name}=${value}`)}\n`).join(''),
        command: words.map(forUnit).join(' '),
      });
    case 'launchd':
      return template('services/signet.plist', {
        arguments: words.map((word) => `    <string>${forXml(word)}</string>\n`).join(''),
        environment: pairs.map(([name, value]) => `    <key>${name}</key>\n    <string>${forXml(value)}</string>\n`).join(''),
      });
    case 'tasks': {
      // A task has no variables of its own: settings other than the usual ones are passed as flags.
      const flags = pairs.flatMap(([name, value]) => [FLAGS[name] ?? '--config', value]);
      return template('services/signet-task.xml', {
        trigger: person === undefined ? '' : `\n      <UserId>${forXml(person)}</UserId>`,
        principal:
          person === undefined
            ? `      <GroupId>${USERS}</GroupId>\n`
            : `      <UserId>${forXml(person)}</UserId>\n      <LogonType>InteractiveToken</LogonType>\n`,
        arguments: forXml(['--headless', ...[...words, ...flags].map(forWindows)].join(' ')),
      });
    }
  }
}

const FLAGS: Readonly<Record<string, string>> = { SIGNET_STATE_DIR: '--state-dir', SIGNET_RUNTIME_DIR: '--runtime-dir' };

/** The commands that make the manager take up a file that is there, new or `changed`, and start it. */
export function startCommands(manager: Manager, file: string, uid: number | null, changed: boolean): Command[] {
  switch (manager) {
    case 'systemd':
      return [
        ['systemctl', '--user', 'daemon-reload'],
        ['systemctl', '--user', 'enable', '--now', UNIT],
        ...(changed ? [['systemctl', '--user', 'restart', UNIT] as const] : []),
      ];
    case 'launchd':
      return [
        ...(changed ? [['launchctl', 'bootout', `gui/${uid ?? 0}/${LABEL}`] as const] : []),
        ['launchctl', 'bootstrap', `gui/${uid ?? 0}`, file],
      ];
    case 'tasks':
      return [
        ['schtasks', '/Create', '/TN', TASK, '/XML', file, '/F'],
        ['schtasks', '/Run', '/TN', TASK],
      ];
  }
}

/** The commands that stop it and make the manager forget it, while its file is still there. For `everybody` it runs on until they log out. */
export function stopCommands(manager: Manager, uid: number | null, everybody: boolean): Command[] {
  if (manager === 'systemd') {
    return [everybody ? ['systemctl', '--global', 'disable', UNIT] : ['systemctl', '--user', 'disable', '--now', UNIT]];
  }
  if (manager === 'launchd') return [['launchctl', 'bootout', `gui/${uid ?? 0}/${LABEL}`]];
  return [
    ['schtasks', '/End', '/TN', TASK],
    ['schtasks', '/Delete', '/TN', TASK, '/F'],
  ];
}

/** The desktop file whose command opens `afirma:` links; the link is its last argument. */
export function afirmaDesktop({ node, cli, settings }: Program): string {
  const variables = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  const words = [...(variables.length === 0 ? [] : ['env', ...variables]), node, cli, 'afirma'];
  return template(`services/${DESKTOP_FILE}`, { command: words.map(forDesktop).join(' ') });
}

/** The command that Windows starts for an `afirma:` link. */
export function afirmaCommand({ node, cli }: Program): string {
  return [...[node, cli, 'afirma'].map(forWindows), '"%1"'].join(' ');
}
