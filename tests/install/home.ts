import { spawnSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Action, apply, type InstallOptions, type Outcome, plan, runner, survey, unplan } from '../../src/install/index.ts';
import { placesOf } from '../../src/install/places.ts';
import { parseRecord } from '../../src/install/record.ts';
import type { Run } from '../../src/install/stores.ts';

/** Browsers that every test names, so that it does not matter which are installed. */
export const BOTH = ['chromium', 'firefox'] as const;

/** A home folder of its own, with a name that takes some quoting, and nothing of the real one in its environment. */
export class TestHome {
  readonly #root = mkdtempSync(join(tmpdir(), 'signet-install-'));
  readonly path = join(this.#root, "Zoë's home");
  readonly stateDir = join(this.path, '.local/state/signet');
  readonly env: NodeJS.ProcessEnv;
  /** Commands that were run, and what answers in place of a program. */
  readonly ran: string[] = [];
  readonly answers = new Map<string, number>();
  now = Date.now();

  constructor() {
    mkdirSync(this.path, { mode: 0o700 });
    const run = join(this.#root, 'run');
    mkdirSync(run, { mode: 0o700 });
    this.env = { PATH: process.env.PATH, HOME: this.path, XDG_RUNTIME_DIR: run, LANG: 'C.UTF-8' };
  }

  readonly run: Run = async (command) => {
    const line = command.join(' ');
    this.ran.push(line);
    const scripted = [...this.answers].find(([start]) => line.startsWith(start));
    if (scripted !== undefined) return { code: scripted[1], output: '', said: scripted[1] === 0 ? '' : 'scripted' };
    return runner(this.env)(command);
  };

  async machine() {
    return survey('user', this.stateDir, this.env, this.run, this.now);
  }

  async plan(options: Partial<InstallOptions> = {}): Promise<Action[]> {
    return plan(await this.machine(), { scope: 'user', browsers: BOTH, ...options });
  }

  async install(options: Partial<InstallOptions> = {}): Promise<Outcome[]> {
    return this.apply(await this.plan(options));
  }

  async uninstall(): Promise<Outcome[]> {
    return this.apply(unplan(await this.machine()));
  }

  async apply(actions: readonly Action[]): Promise<Outcome[]> {
    const { platform } = process;
    const recordFile = placesOf({ platform, home: this.path, env: this.env }, 'user', this.stateDir).record;
    const { record } = await this.machine();
    return apply(actions, { run: this.run, now: () => new Date(this.now), recordFile, record });
  }

  at(...names: string[]): string {
    return join(this.path, ...names);
  }

  record() {
    return parseRecord(readFileSync(join(this.stateDir, 'install.json'))).entries;
  }

  /** Everything in it: rights and content of each file. Not the content of databases, which certutil rewrites as it pleases. */
  tree(): Record<string, string> {
    const entries = readdirSync(this.path, { recursive: true, encoding: 'utf8' }).sort();
    return Object.fromEntries(
      entries.map((name) => {
        const path = join(this.path, name);
        const stats = lstatSync(path);
        const mode = (stats.mode & 0o777).toString(8);
        if (stats.isSymbolicLink()) return [name, `link ${readlinkSync(path)}`];
        if (!stats.isFile()) return [name, `folder ${mode}`];
        return [name, `${mode} ${name.endsWith('.db') ? '' : readFileSync(path, 'base64')}`];
      }),
    );
  }

  /** A path outside of it that needs no quoting. */
  beside(name: string): string {
    return join(this.#root, name);
  }

  /** What certutil lists in a database: lines of nickname and trust. */
  listed(database: string): string[] {
    const { stdout } = spawnSync('certutil', ['-L', '-d', `sql:${database}`], { encoding: 'utf8' });
    return stdout
      .split('\n')
      .filter((line) => /,\S*,\S*\s*$/.test(line) && !line.includes('S/MIME'))
      .map((line) => line.trim().replace(/\s{2,}/g, ' | '));
  }

  /** Makes an empty database, as a browser does when it starts for the first time. */
  database(folder: string, password?: string): string {
    mkdirSync(folder, { recursive: true });
    const secret = this.beside('password');
    writeFileSync(secret, password ?? '');
    const how = password === undefined ? ['--empty-password'] : ['-f', secret];
    const { status, stderr } = spawnSync('certutil', ['-N', ...how, '-d', `sql:${folder}`]);
    if (status !== 0) throw new Error(String(stderr));
    return folder;
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** What was done, as `write path` and the like, with paths below the home. */
export function done(home: TestHome, outcomes: readonly Outcome[], outcome: Outcome['outcome'] = 'done'): string[] {
  return outcomes
    .filter((each) => each.outcome === outcome && each.action.do !== 'remove-folder')
    .map(({ action }) => ('path' in action ? `${action.do} ${action.path.replace(`${home.path}/`, '')}` : action.do));
}
