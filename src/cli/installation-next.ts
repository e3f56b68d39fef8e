import { type Action, changes, type Outcome as Done } from '../install/index.ts';
import type { Task } from './installation.ts';
import { programName, shellWord } from './openssl.ts';
import type { Page } from './page.ts';
import type { Shell } from './shell.ts';

/** Milliseconds that a running Signet has to answer. */
const PATIENCE = 1_000;

/** Adds what the person does now: after a dry run the command that does it, after an installation what only they can do. */
export async function tellNext(told: Page, shell: Shell, task: Task, done: readonly Done[]): Promise<void> {
  const { t, terminal } = shell;
  const signet = programName(terminal.env);
  if (task.dryRun) told.text(t('install.next.do_it')).command([signet, task.direction, ...wordsOf(task.options)].join(' '));
  if (task.dryRun || task.direction === 'uninstall') return;
  told.blank().title(t('install.next.title'));
  const made = done.flatMap(({ action }) => (changes(action) ? [action] : []));
  if (made.some(isForBrowser)) told.item('→', t('install.next.extension'));
  // What runs is each person's own, not the administrator's who installs for everybody.
  if (task.scope === 'system') return;
  const { runtimeDir } = task.options;
  const place = wordsOf(runtimeDir === undefined ? {} : { runtimeDir });
  if (!made.some((action) => action.do === 'start-service')) {
    if (await answers(shell)) told.item('→', t('install.next.running'));
    else told.item('→', t('install.next.start')).command([signet, 'serve', ...place].join(' '));
  }
  told.item('→', t('install.next.check')).command([signet, 'doctor', ...place].join(' '));
}

/** The options as they are typed, those apart that only say how to answer. */
function wordsOf(options: Task['options']): string[] {
  return Object.entries(options).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'dryRun' || name === 'json') return [];
    const flag = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    return value === true ? [flag] : [flag, shellWord([value].flat().join(','))];
  });
}

function isForBrowser(action: Action): boolean {
  return (action.do === 'write' || action.do === 'set-key') && action.purpose.for === 'manifest';
}

async function answers({ client }: Shell): Promise<boolean> {
  return client.health({ signal: AbortSignal.timeout(PATIENCE) }).then(
    () => true,
    () => false,
  );
}
