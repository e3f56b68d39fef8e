import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cached, cacheKey } from './cache.ts';
import { runOrThrow } from './run.ts';

const headers = join(import.meta.dirname, '../../node_modules/pkcs11js/includes/pkcs11');
const common = ['-O2', '-g', '-Wall', '-Wextra', '-Werror', `-I${headers}`];

/** Why C cannot be compiled here, or undefined when it can. */
export function compilerMissing(): string | undefined {
  return spawnSync('gcc', ['--version']).status === 0
    ? undefined
    : 'gcc is not installed (Debian: apt-get install gcc libc6-dev)';
}

/**
 * Compiles every .c file of `directory` into `output` with gcc, once per content of its sources and flags, and resolves to the
 * path of the result. Rejects with the compiler's messages.
 */
export async function compile(directory: string, output: string, flags: readonly string[]): Promise<string> {
  const names = readdirSync(directory).filter((name) => /\.[ch]$/.test(name));
  const shared = join(import.meta.dirname, 'cryptoki.h');
  const files = [...names.sort().map((name) => join(directory, name)), shared];
  const sources = files.filter((file) => file.endsWith('.c'));
  const key = cacheKey(process.arch, ...common, ...flags, ...files.map((file) => readFileSync(file)));
  const entry = await cached(`${output}-${key}`, async (draft) => {
    await runOrThrow('gcc', [...common, ...sources, '-o', join(draft, output), ...flags]);
  });
  return join(entry, output);
}
