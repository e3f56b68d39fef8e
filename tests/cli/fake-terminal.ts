import { PassThrough } from 'node:stream';
import { run } from '../../src/cli/run.ts';
import type { Input, Output, Terminal } from '../../src/cli/terminal.ts';

/** A terminal whose person answers prompts: each pattern that appears on standard error gets its keys typed. */
export interface FakeTerminal extends Terminal {
  out(): string;
  err(): string;
  /** Whether the terminal was in raw mode each time something was typed. */
  rawWhileTyping: boolean[];
}

export interface FakeOptions {
  env: NodeJS.ProcessEnv;
  isTTY?: boolean;
  columns?: number;
  /** In order: when the prompt shows, the keys are pressed. */
  answers?: [prompt: RegExp, keys: string][];
}

/** Makes one. */
export function fakeTerminal(options: FakeOptions): FakeTerminal {
  const { isTTY = true, columns = 80, env } = options;
  const keyboard = Object.assign(new PassThrough(), {
    isTTY,
    isRaw: false,
    setRawMode: (mode: boolean): void => {
      keyboard.isRaw = mode;
    },
  });
  const stdin = keyboard as unknown as PassThrough & Input;
  const stdout = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as PassThrough & Output;
  const stderr = Object.assign(new PassThrough(), { isTTY, columns }) as unknown as PassThrough & Output;
  const answers = [...(options.answers ?? [])];
  const rawWhileTyping: boolean[] = [];
  let out = '';
  let err = '';
  let seen = 0;
  stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString('utf8');
    const [next] = answers;
    if (next === undefined || !next[0].test(err.slice(seen))) return;
    answers.shift();
    seen = err.length;
    setImmediate(() => {
      rawWhileTyping.push(stdin.isRaw === true);
      stdin.write(Buffer.from(next[1]));
    });
  });
  return { stdin, stdout, stderr, env, out: () => out, err: () => err, rawWhileTyping };
}

/** Runs a command line on a fake terminal. */
export async function typed(
  argv: readonly string[],
  options: FakeOptions,
): Promise<{ code: number; out: string; err: string; rawWhileTyping: boolean[] }> {
  const terminal = fakeTerminal(options);
  const code = await run(argv, terminal);
  await new Promise((resolve) => setImmediate(resolve));
  return { code, out: terminal.out(), err: terminal.err(), rawWhileTyping: terminal.rawWhileTyping };
}
