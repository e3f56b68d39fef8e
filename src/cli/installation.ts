import { resolve } from 'node:path';
import type { Action, Outcome as Done, InstallMachine, Scope } from '../install/index.ts';
import type { Translate } from '../messages/index.ts';
import { stateDir } from '../places/index.ts';
import { describeAction } from './describe-action.ts';
import { CliFailure } from './failure.ts';
import { tellNext } from './installation-next.ts';
import { type Outcome, page, type SharedOptions, type Shell } from './shell.ts';
import { whole } from './wrap.ts';

/** One run of `install` or `uninstall`. */
export interface Task {
  scope: Scope;
  direction: 'install' | 'uninstall';
  dryRun: boolean;
  options: SharedOptions;
  /** Of the settings; the usual one when left out. */
  stateDir: string | undefined;
  make(machine: InstallMachine): Action[];
}

/** Looks at the machine, plans, carries out (or not), and tells. Exit 3 when something could not be done. */
export async function carryOut(shell: Shell, task: Task): Promise<Outcome> {
  const { scope, direction, dryRun, options, make } = task;
  const { apply, changes, RecordUnreadable, runner, survey } = await import('../install/index.ts');
  const { env } = shell.terminal;
  const { runtimeDir } = options;
  const around = { ...env, ...(runtimeDir === undefined ? {} : { SIGNET_RUNTIME_DIR: runtimeDir }) };
  const run = runner(env);
  const folder = resolve(task.stateDir ?? stateDir({ env, ...(env.HOME ? { home: env.HOME } : {}) }));
  const machine = await survey(scope, folder, around, run).catch((error: unknown) => {
    if (error instanceof RecordUnreadable) throw new CliFailure('install_record', 3, { folder }, error);
    throw error;
  });
  const actions = make(machine);
  const { record } = machine;
  const done: Done[] = dryRun
    ? actions.map((action) => ({ action, outcome: 'none' }))
    : await apply(actions, { run, now: () => new Date(), recordFile: machine.places.record, record });
  if (direction === 'uninstall' && scope === 'user') done.push(...(await endStarted(shell, dryRun)));
  const counted = done.filter(
    ({ action, outcome }) => changes(action) && !QUIET.includes(action.do) && (dryRun || outcome === 'done'),
  );
  const changed = counted.length;
  const failed = done.filter(({ outcome }) => outcome === 'failed').length;
  const told = tell(shell, done, { direction, dryRun, changed, failed, home: machine.home });
  if (changed > 0 && failed === 0) await tellNext(told, shell, task, done);
  return {
    json: { dryRun, scope, changed, failed, actions: done.map(asJson) },
    page: told,
    exit: failed > 0 ? 3 : 0,
  };
}

/** A daemon that a browser's host has started goes with what had it started; the person's own is not touched. */
async function endStarted({ client }: Shell, dryRun: boolean): Promise<Done[]> {
  const action: Action = { do: 'end-daemon' };
  try {
    const { process: running } = await client.settings();
    if (running.startedBy !== 'host') return [];
    if (!dryRun) process.kill(running.pid, 'SIGTERM');
    return [{ action, outcome: dryRun ? 'none' : 'done' }];
  } catch {
    // None runs, or it has just ended.
    return [];
  }
}

/** Folders that were made on the way are no news. */
const QUIET: readonly Action['do'][] = ['same', 'tell', 'remove-folder'];

interface Sum {
  direction: Task['direction'];
  dryRun: boolean;
  changed: number;
  failed: number;
  home: string;
}

function tell({ t }: Shell, done: readonly Done[], { direction, dryRun, changed, failed, home }: Sum) {
  const told = page();
  const lines = done.filter(({ action }) => !QUIET.includes(action.do));
  // Some of what follows is said as of something done.
  if (dryRun && lines.some(({ action }) => action.do !== 'leave')) told.text(t('install.sum.planned'));
  for (const { action, outcome, reason } of lines) {
    const what = describeAction(action, t, home);
    if (action.do === 'leave') told.item('!', what, 'unsure');
    else if (outcome === 'failed') told.item('✗', t('install.failed', { what, reason: saidOf(reason ?? '', t) }), 'bad');
    else if (dryRun) told.item('•', what);
    else if (outcome === 'done') told.item('✓', what, 'good');
  }
  const notes = done.flatMap(({ action }) => (action.do === 'tell' && action.note !== 'nothing_installed' ? [action] : []));
  if (lines.length > 0 && notes.length > 0) told.blank();
  for (const { note, params } of notes) {
    const { command = '', ...named } = params;
    told.text(t(`install.note.${note}`, named));
    if (command !== '') told.command(command);
  }
  if (lines.length + notes.length > 0) told.blank();
  if (failed > 0) return told.verdict('bad', t('install.sum.failed', { count: failed }));
  if (dryRun) return told.text(t(changed === 0 ? 'install.sum.nothing' : 'install.sum.dry_run', { count: changed }));
  if (changed === 0) return told.verdict('good', t(`install.sum.${direction}_nothing`));
  return told.verdict('good', t(`install.sum.${direction}_done`, { count: changed }));
}

/** Most reasons are what the system or a program said. */
function saidOf(reason: string, t: Translate): string {
  return reason.startsWith('UNSAFE ') ? t('install.unsafe', { path: whole(reason.slice('UNSAFE '.length)) }) : reason;
}

/** An action without what is in the files: a script reads what happened to which. */
function asJson({ action, outcome, reason }: Done): Record<string, unknown> {
  const { do: kind } = action;
  const facts: Record<string, unknown> = { do: kind, outcome };
  for (const name of ['path', 'key', 'folder', 'file', 'why', 'note', 'params', 'nickname', 'purpose', 'over'] as const) {
    if (name in action) facts[name] = (action as Record<string, unknown>)[name];
  }
  if (kind === 'trust' || kind === 'distrust') facts.store = action.store;
  if (kind === 'restore-default') facts.path = action.entry.path;
  return reason === undefined ? facts : { ...facts, reason };
}
