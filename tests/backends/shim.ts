import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compile } from './compile.ts';
import { checkRules } from './shim/rules.ts';

/** Builds the fault shim, once per content of its sources, and resolves to the path of the module. Rejects when gcc fails. */
export function buildShim(): Promise<string> {
  return compile(join(import.meta.dirname, 'shim'), 'shim.so', [
    '-shared',
    '-fPIC',
    '-fvisibility=hidden',
    '-Wl,-Bsymbolic',
    '-Wl,-z,defs',
    '-ldl',
    '-lpthread',
  ]);
}

/**
 * Copies the shim into `directory` with its settings beside it, so that one program can load several that differ, and nothing
 * needs to be in its environment. `settings` are SHIM_TARGET, SHIM_CONTROL, SHIM_TRACE and what the real module reads
 * (SOFTHSM2_CONF). Resolves to the path of the copy.
 */
export async function installShim(directory: string, settings: Readonly<Record<string, string>>): Promise<string> {
  const built = await buildShim();
  const library = join(directory, 'shim.so');
  mkdirSync(directory, { recursive: true });
  copyFileSync(built, library);
  const lines = Object.entries(settings).map(([name, value]) => `${name}=${value}\n`);
  writeFileSync(`${library}.env`, lines.join(''));
  return library;
}

/** One call that could spend a try, as the shim wrote it down. */
export interface Presentation {
  call: 'C_Login' | 'C_SetPIN' | 'C_InitPIN' | 'C_InitToken';
  kind: 'user' | 'so' | 'context';
  /** The PIN pointer was NULL: the person types on the reader. */
  pinNull: boolean;
  /** The real token saw the call: only these spent a try. */
  reached: boolean;
  /** What the real token answered (what the shim answered, when nothing reached the token); null when the call never returned. */
  rv: number | null;
  pid: number;
}

/** Steers the shim while it runs (grammar: shim/shim.md) and reads what it traced. */
export class ShimControl {
  readonly directory: string;
  readonly #control: string;
  readonly #trace: string;
  #stamp = 0;

  /** Uses `directory`, or a new temporary one. */
  constructor(directory: string = mkdtempSync(join(tmpdir(), 'signet-shim-'))) {
    this.directory = directory;
    this.#control = join(directory, 'control');
    this.#trace = join(directory, 'trace');
    this.set();
  }

  /** What the shim must find in its environment or beside it. */
  get env(): { SHIM_CONTROL: string; SHIM_TRACE: string } {
    return { SHIM_CONTROL: this.#control, SHIM_TRACE: this.#trace };
  }

  /**
   * Replaces all rules; they hold from the next call of any process. The wrong tries counted so far stay. Throws on a line
   * that is no rule.
   */
  set(...lines: string[]): void {
    checkRules(lines);
    const draft = `${this.#control}.new`;
    writeFileSync(draft, lines.map((line) => `${line}\n`).join(''));
    // The shim tells one version from the next by its time: two within the clock's step must differ too.
    this.#stamp = Math.max(Date.now(), this.#stamp + 1);
    utimesSync(draft, this.#stamp / 1000, this.#stamp / 1000);
    renameSync(draft, this.#control);
  }

  /** No faults, no counted tries, an empty trace. */
  clear(): void {
    for (const name of readdirSync(this.directory)) {
      if (name === 'trace' || name.startsWith('control.')) rmSync(join(this.directory, name));
    }
    this.set();
  }

  /** Every call that could spend a try since the last `clear`, oldest first. */
  trace(): Presentation[] {
    let text: string;
    try {
      text = readFileSync(this.#trace, 'utf8');
    } catch {
      return [];
    }
    return text.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Presentation]));
  }

  /** The calls that reached the real token with a PIN of `kind` to compare: what a card would have counted. */
  presentations(kind?: Presentation['kind']): Presentation[] {
    return this.trace().filter((one) => one.reached && one.call !== 'C_InitPIN' && (kind === undefined || one.kind === kind));
  }

  /** Removes the directory. */
  dispose(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
