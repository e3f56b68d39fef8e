import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Report } from '../../../src/diagnostics/index.ts';

const PROGRAM = join(import.meta.dirname, '../../../src/cli/index.ts');

/** A report with what is asked of it most. */
export interface Told extends Report {
  exit: number | null;
  of(id: string): Report['checks'];
  /** Ids of what does not work, each once. */
  failed: string[];
}

/** `signet doctor --json` as a process of its own, with nothing of this machine's own Signet in its environment. */
export async function doctor(
  home: string,
  options: { ids?: string[]; env?: NodeJS.ProcessEnv; within?: readonly string[] } = {},
): Promise<Told> {
  const { ids = [], env = {}, within = [] } = options;
  const line = [...within, process.execPath, '--no-warnings', PROGRAM, 'doctor', ...ids, '--json'];
  const [command = '', ...args] = line;
  const surroundings = { PATH: process.env.PATH, HOME: home, LANG: 'C', SIGNET_CONFIG: join(home, 'config.toml'), ...env };
  const child: ChildProcess = spawn(command, args, { env: surroundings, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close');
  const said = child.stdout === null ? '' : await text(child.stdout);
  const [exit] = (await ended) as [number | null];
  const report = JSON.parse(said) as Report;
  const failed = [...new Set(report.checks.filter(({ result }) => result === 'fail').map(({ id }) => id))];
  return { ...report, exit, failed, of: (id) => report.checks.filter((check) => check.id === id) };
}

/** A command line for `within`: what follows runs with private mounts, prepared by a line of shell. */
export function withMounts(prepare: string): string[] {
  const own = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];
  return ['unshare', ...own, 'sh', '-c', `${prepare} && exec "$@"`, 'sh'];
}
