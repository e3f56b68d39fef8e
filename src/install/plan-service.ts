import type { Action } from './action.ts';
import type { InstallMachine } from './machine.ts';
import type { Scope } from './places.ts';
import { planFile } from './plan.ts';
import { managerOf, serviceFile, startCommands } from './service.ts';

/** The service that starts the daemon when the person logs in. */
export function planService(machine: InstallMachine, scope: Scope): Action[] {
  const manager = managerOf(machine.platform);
  const { unit } = machine.places;
  const { uid, account } = machine;
  const content = serviceFile(manager, machine.program, scope === 'user' ? (account ?? undefined) : undefined);
  const file = planFile(machine, unit, content, scope === 'user' ? 0o600 : 0o644, { for: 'service' });
  if (file.do === 'leave') return [file];
  const changed = file.do === 'write' && file.over === 'ours';
  if (scope === 'system' && manager !== 'tasks') {
    const command = manager === 'systemd' ? 'systemctl --global enable signet.service' : '';
    return manager === 'systemd' && file.do === 'write'
      ? [file, { do: 'tell', note: 'service_system', params: { command } }]
      : [file];
  }
  if (!machine.manager.answers) {
    const commands = startCommands(manager, unit, uid, changed);
    const command = commands.map((words) => words.join(' ')).join(' && ');
    return [file, { do: 'tell', note: 'service_by_hand', params: { command } }];
  }
  if (file.do === 'same' && machine.manager.enabled) return [file];
  return [file, { do: 'start-service', manager, file: unit, uid, changed }];
}
