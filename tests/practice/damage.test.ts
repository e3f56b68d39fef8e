import { chmodSync, existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Practice, provisionPractice } from '../../src/practice/index.ts';
import { withToken } from '../../src/practice/operate.ts';
import { damaged } from '../../src/practice/whole.ts';
import { library, stateDirectory } from './fixture.ts';

const provision = (stateDir: string) => provisionPractice({ stateDir, library: library() });
const tokenObject = ({ token, tokens }: Practice) =>
  join(tokens, token.keyFiles.find((file) => basename(file) === 'token.object') ?? '');
const visible = (practice: Practice) => withToken(practice.library, practice.conf, (token) => token.ask({ op: 'keys' }));

/** Waits until someone else holds the practice lock of `stateDir`. */
async function lockTaken(stateDir: string): Promise<void> {
  for (;;) {
    const lock = new DatabaseSync(join(stateDir, 'practice.lock'));
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch {
      return;
    } finally {
      lock.close();
    }
    await setImmediate();
  }
}

describe('a practice token that a killed driver left damaged', () => {
  const damages: [string, (path: string) => void][] = [
    ['empty', (path) => truncateSync(path, 0)],
    ['cut off after its head', (path) => truncateSync(path, 8)],
    ['cut off within a value', (path) => truncateSync(path, 100)],
    ['full of zeros', (path) => writeFileSync(path, Buffer.alloc(320))],
  ];
  it.each(damages)('is set aside whole and made anew when token.object is %s', async (_, damage) => {
    const stateDir = stateDirectory();
    const first = await provision(stateDir);
    damage(tokenObject(first));
    await expect(visible(first)).rejects.toThrow('practice token: ');
    const second = await provision(stateDir);
    expect(second.done).toBe('everything');
    expect(readdirSync(stateDir).filter((name) => name.startsWith('practice.set-aside-'))).toEqual([
      basename(second.setAside ?? ''),
    ]);
    for (const file of first.token.keyFiles) expect(existsSync(join(second.setAside ?? '', 'tokens', file))).toBe(true);
    expect((await visible(second)).serial).toBe(second.token.serial);
    expect(await provision(stateDir)).toEqual({ ...second, done: 'nothing', setAside: undefined });
  });

  it('is not one whose token.object is just being rewritten by a living driver', async () => {
    const stateDir = stateDirectory();
    const first = await provision(stateDir);
    const content = readFileSync(tokenObject(first));
    truncateSync(tokenObject(first), 0);
    const pending = provision(stateDir);
    await lockTaken(stateDir);
    writeFileSync(tokenObject(first), content);
    expect(await pending).toEqual({ ...first, done: 'nothing' });
  });

  it('is not one whose only damage is a certificate: that comes back, once', async () => {
    const stateDir = stateDirectory();
    const first = await provision(stateDir);
    truncateSync(join(first.tokens, first.token.certificateFiles[0] ?? ''), 0);
    const { done, setAside, token } = await provision(stateDir);
    expect([done, setAside, token.serial]).toEqual(['certificates', undefined, first.token.serial]);
    expect((await provision(stateDir)).done).toBe('nothing');
  });
});

describe('the first practice token', () => {
  it('sets nothing aside', async () => {
    expect((await provision(stateDirectory())).setAside).toBeUndefined();
  });
});

describe('an object file', () => {
  it('is whole as SoftHSM2 writes it, and damaged at every other length', async () => {
    const practice = await provision(stateDirectory());
    for (const file of practice.token.keyFiles) expect([file, damaged(join(practice.tokens, file))]).toEqual([file, false]);
    const path = tokenObject(practice);
    const content = readFileSync(path);
    const whole = [...content.keys()].filter((length) => {
      writeFileSync(path, content.subarray(0, length));
      return !damaged(path);
    });
    // A cut between two values cannot be told from a shorter object.
    expect(whole.length).toBeLessThan(8);
    expect(whole).not.toContain(0);
  });

  it('is damaged when it is missing, a folder, or not ours to read', async () => {
    const folder = stateDirectory();
    const path = join(folder, 'some.object');
    expect([damaged(path), damaged(folder)]).toEqual([true, true]);
    writeFileSync(path, Buffer.alloc(8));
    chmodSync(path, 0);
    onTestFinished(() => chmodSync(path, 0o600));
    // Root may read everything; what it reads here is a head without a value.
    expect([damaged(path), statSync(path).mode & 0o777]).toEqual([true, 0]);
  });

  it('is taken for whole when it holds a kind of value that is not known here', () => {
    const path = join(stateDirectory(), 'newer.object');
    const content = Buffer.alloc(32);
    content.writeBigUInt64BE(9n, 16);
    writeFileSync(path, content);
    expect(damaged(path)).toBe(false);
  });
});
