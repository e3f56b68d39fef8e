import type { Action, Foreign, Purpose } from './action.ts';
import type { InstallMachine, InstallOptions, Part } from './machine.ts';
import { planAfirma } from './plan-afirma.ts';
import { planHosts } from './plan-hosts.ts';
import { planService } from './plan-service.ts';
import { planTls } from './plan-tls.ts';
import { hashOf } from './record.ts';

const USUAL: readonly Part[] = ['hosts', 'service', 'afirma'];

/**
 * What an installation would do on a machine: pure, and the same list for the same machine. What is as it should be already is
 * `same`; what somebody else put where ours would go is `leave`, and nothing is done about it.
 */
export function plan(machine: InstallMachine, options: InstallOptions): Action[] {
  const parts = partsOf(machine, options);
  const actions: Action[] = [];
  if (parts.has('hosts')) actions.push(...planHosts(machine, options));
  if (parts.has('service')) actions.push(...planService(machine, options.scope));
  if (parts.has('afirma')) actions.push(...planAfirma(machine, options.scope, parts.has('tls') || hasAuthority(machine)));
  if (parts.has('tls')) actions.push(...planTls(machine, options));
  return actions;
}

/** A local certificate that is there is looked after by every installation that is not told otherwise. */
function partsOf({ record }: InstallMachine, { only, localTls, scope }: InstallOptions): ReadonlySet<Part> {
  const chosen = new Set(only ?? USUAL);
  const there = only === undefined && scope === 'user' && hasAuthority({ record });
  if (localTls === true || there) chosen.add('tls');
  return chosen;
}

function hasAuthority({ record }: Pick<InstallMachine, 'record'>): boolean {
  return record.entries.some(({ kind }) => kind === 'authority');
}

/** What is to be done so that a file has this content: nothing, when it has, or when it is not ours to change. */
export function planFile(machine: InstallMachine, path: string, content: string, mode: number, purpose: Purpose): Action {
  const state = stateOf(machine, path, hashOf(content));
  if (state === 'same') return { do: 'same', path };
  if (state === 'nothing' || state === 'ours') return { do: 'write', path, content, mode, purpose, over: state };
  return { do: 'leave', path, why: state, purpose };
}

/** How a path stands to what we would put there. */
function stateOf(machine: InstallMachine, path: string, wanted: string): 'nothing' | 'same' | 'ours' | Foreign {
  const kind = machine.kind(path);
  if (kind === null) return 'nothing';
  if (kind !== 'file') return kind === 'link' ? 'link' : 'not_a_file';
  const content = machine.read(path);
  const is = content === null ? null : hashOf(content);
  const known = machine.record.entries.find((entry) => entry.kind === 'file' && entry.path === path);
  const recorded = known?.kind === 'file' ? known.sha256 : null;
  // What we would write word for word is ours, whether or not an installation that was cut short could still record it.
  if (is === wanted) return recorded === wanted ? 'same' : 'ours';
  if (recorded === null) return 'foreign';
  return is === recorded ? 'ours' : 'changed';
}

/** The same for a value of the registry. */
export function planKey(machine: InstallMachine, key: string, name: string, data: string, purpose: Purpose): Action {
  const is = machine.registry.get(`${key}\\${name}`);
  if (is === data) return { do: 'same', path: key };
  if (is === undefined) return { do: 'set-key', key, name, data, purpose, over: 'nothing' };
  const known = machine.record.entries.find((entry) => entry.kind === 'key' && entry.key === key && entry.name === name);
  if (known?.kind === 'key' && known.data === is) return { do: 'set-key', key, name, data, purpose, over: 'ours' };
  return { do: 'leave', path: key, why: known === undefined ? 'foreign' : 'changed', purpose };
}
