import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, watch } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { provisionPractice } from '../../src/practice/index.ts';
import { library, stateDirectory } from './fixture.ts';

const program = fileURLToPath(new URL('./once.ts', import.meta.url));
const making = (stateDir: string) => readdirSync(stateDir).find((name) => name.startsWith('practice.making-'));

/** Kills `child` at the first change in the file system below `stateDir` after which `reached` holds. */
async function killWhen(child: ChildProcess, stateDir: string, reached: (draft: string) => boolean): Promise<void> {
  const gone = once(child, 'exit');
  const watcher = watch(stateDir, { recursive: true }, () => {
    const draft = making(stateDir);
    if (draft && reached(join(stateDir, draft))) child.kill('SIGKILL');
  });
  const [, signal] = await gone;
  watcher.close();
  expect(signal).toBe('SIGKILL');
}

describe('a provisioning that is killed', () => {
  const stages: [string, (draft: string) => boolean][] = [
    ['before the token', () => true],
    [
      'with a token without certificates',
      (draft) => existsSync(join(draft, 'tokens')) && readdirSync(join(draft, 'tokens')).length > 0,
    ],
    ['with an authority', (draft) => existsSync(join(draft, 'ca', 'ca.pem'))],
  ];
  it.each(stages)('%s leaves no token behind, and the next one makes it whole', async (_, reached) => {
    const stateDir = stateDirectory();
    const child = spawn(process.execPath, [program, stateDir, library()], { stdio: 'ignore' });
    await killWhen(child, stateDir, reached);
    expect(existsSync(join(stateDir, 'practice'))).toBe(false);
    expect(making(stateDir)).toBeDefined();
    expect((await provisionPractice({ stateDir, library: library() })).done).toBe('everything');
    expect(readdirSync(stateDir).sort()).toEqual(['practice', 'practice.lock']);
    expect((await provisionPractice({ stateDir, library: library() })).done).toBe('nothing');
  });
});

describe('provisionings at once', () => {
  it('from three processes make one token between them', async () => {
    const stateDir = stateDirectory();
    const start = () => promisify(execFile)(process.execPath, [program, stateDir, library()]);
    const answers = (await Promise.all([start(), start(), start()])).map(({ stdout }) => JSON.parse(stdout));
    expect(answers.map(({ done }) => done).sort()).toEqual(['everything', 'nothing', 'nothing']);
    expect(new Set(answers.map(({ serial }) => serial)).size).toBe(1);
    expect(readdirSync(stateDir).sort()).toEqual(['practice', 'practice.lock']);
  });

  it('from one process too', async () => {
    const stateDir = stateDirectory();
    const both = await Promise.all([1, 2].map(() => provisionPractice({ stateDir, library: library() })));
    expect(both.map(({ done }) => done).sort()).toEqual(['everything', 'nothing']);
    expect(both[0]?.token).toEqual(both[1]?.token);
  });
});
