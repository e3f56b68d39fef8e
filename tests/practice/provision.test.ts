import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { provisionPractice } from '../../src/practice/index.ts';
import { library, snapshot, stateDirectory } from './fixture.ts';

const DAY = 86_400_000;

describe('a practice token that is complete', () => {
  it('is left alone, byte for byte, and found quickly', async () => {
    const stateDir = stateDirectory();
    const first = await provisionPractice({ stateDir, library: library() });
    const before = snapshot(stateDir);
    const started = performance.now();
    const second = await provisionPractice({ stateDir, library: library() });
    expect(performance.now() - started).toBeLessThan(50);
    expect(first.done).toBe('everything');
    expect(second).toEqual({ ...first, done: 'nothing' });
    expect(snapshot(stateDir)).toEqual(before);
  });

  it('needs no library to be found', async () => {
    const stateDir = stateDirectory();
    await provisionPractice({ stateDir, library: library() });
    expect((await provisionPractice({ stateDir, library: '/nowhere.so' })).done).toBe('nothing');
  });

  it('lies in folders and files that only their owner may enter and read', async () => {
    const { root } = await provisionPractice({ stateDir: stateDirectory(), library: library() });
    const walk = (path: string): string[] => {
      const isFolder = statSync(path).isDirectory();
      const mode = (statSync(path).mode & 0o777).toString(8);
      const wrong = mode === (isFolder ? '700' : '600') ? [] : [`${path} ${mode}`];
      return isFolder ? [...wrong, ...readdirSync(path).flatMap((name) => walk(join(path, name)))] : wrong;
    };
    expect(walk(root)).toEqual([]);
  });

  it('keeps working when the state directory is moved', async () => {
    const stateDir = stateDirectory();
    const { token } = await provisionPractice({ stateDir, library: library() });
    const moved = join(stateDir, 'moved');
    mkdirSync(moved);
    renameSync(join(stateDir, 'practice'), join(moved, 'practice'));
    const after = await provisionPractice({ stateDir: moved, library: library() });
    expect(after.token).toEqual(token);
    expect(readFileSync(after.conf, 'utf8')).toContain(`directories.tokendir = ${moved}/practice/tokens\n`);
  });
});

describe('certificates that end within 30 days', () => {
  it('are issued again for the same keys, without touching key files or the state of the PIN', async () => {
    const stateDir = stateDirectory();
    const first = await provisionPractice({ stateDir, library: library() });
    const keys = () => first.token.keyFiles.map((file) => readFileSync(join(first.tokens, file), 'hex'));
    const before = keys();
    const now = new Date(Date.parse(first.token.credentials[0]?.notAfter ?? '') - 29 * DAY);
    const later = await provisionPractice({ stateDir, library: library(), now });
    expect(later.done).toBe('certificates');
    expect(later.token.serial).toBe(first.token.serial);
    expect(keys()).toEqual(before);
    for (const [index, credential] of later.token.credentials.entries()) {
      expect(credential.certificateSerial).not.toBe(first.token.credentials[index]?.certificateSerial);
      expect(Date.parse(credential.notAfter)).toBeGreaterThan(now.getTime() + 700 * DAY);
    }
    expect(later.token.certificateFiles).toHaveLength(4);
    expect(readFileSync(later.index, 'utf8').trim().split('\n')).toHaveLength(6);
    expect((await provisionPractice({ stateDir, library: library(), now })).done).toBe('nothing');
  });

  it('are left alone with 31 days to go', async () => {
    const stateDir = stateDirectory();
    const { token } = await provisionPractice({ stateDir, library: library() });
    const now = new Date(Date.parse(token.credentials[0]?.notAfter ?? '') - 31 * DAY);
    const { done, token: later } = await provisionPractice({ stateDir, library: library(), now });
    expect(done).toBe('crl');
    expect(later.credentials).toEqual(token.credentials);
  });

  it('come back when one was deleted from the token', async () => {
    const stateDir = stateDirectory();
    const { token, tokens } = await provisionPractice({ stateDir, library: library() });
    rmSync(join(tokens, token.certificateFiles[0] ?? ''));
    const after = await provisionPractice({ stateDir, library: library() });
    expect(after.done).toBe('certificates');
    expect(after.token.keyFiles).toEqual(token.keyFiles);
  });
});

describe('a practice token that is not whole', () => {
  it.each(['stamp', 'caKey', 'caCertificate'] as const)('is set aside and made anew without %s', async (file) => {
    const stateDir = stateDirectory();
    const first = await provisionPractice({ stateDir, library: library() });
    rmSync(first[file]);
    const second = await provisionPractice({ stateDir, library: library() });
    expect(second.done).toBe('everything');
    expect(second.token.serial).not.toBe(first.token.serial);
    const aside = readdirSync(stateDir).filter((name) => name.startsWith('practice.set-aside-'));
    expect(aside).toHaveLength(1);
    expect(existsSync(join(stateDir, aside[0] ?? '', 'tokens', first.token.keyFiles[0] ?? ''))).toBe(true);
  });

  it.each(['', '{', '{"version":2}', 'null'])('is one with the stamp %j', async (content) => {
    const stateDir = stateDirectory();
    mkdirSync(join(stateDir, 'practice'));
    writeFileSync(join(stateDir, 'practice', 'practice.json'), content);
    expect((await provisionPractice({ stateDir, library: library() })).done).toBe('everything');
  });

  it('is one that lost a key file', async () => {
    const stateDir = stateDirectory();
    const { token, tokens } = await provisionPractice({ stateDir, library: library() });
    rmSync(join(tokens, token.keyFiles[0] ?? ''));
    expect((await provisionPractice({ stateDir, library: library() })).done).toBe('everything');
  });
});

describe('when it cannot be made', () => {
  it('says so and leaves nothing behind', async () => {
    const stateDir = stateDirectory();
    await expect(provisionPractice({ stateDir, library: '/nowhere/libsofthsm2.so' })).rejects.toThrow(/^practice token: /);
    expect(readdirSync(stateDir)).toEqual(['practice.lock']);
    expect((await provisionPractice({ stateDir, library: library() })).done).toBe('everything');
  });

  it('refuses a folder name that the configuration cannot carry', async () => {
    const stateDir = join(stateDirectory(), 'two\nlines');
    await expect(provisionPractice({ stateDir, library: library() })).rejects.toThrow('line break');
  });

  it('says so when the state directory is a file', async () => {
    const stateDir = join(stateDirectory(), 'file');
    writeFileSync(stateDir, '');
    await expect(provisionPractice({ stateDir, library: library() })).rejects.toThrow(/EEXIST|ENOTDIR/);
  });
});
