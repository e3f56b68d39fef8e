import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { digestFile, readWhole, requireFile } from '../../src/cli/digest.ts';
import { requireFree, writeWhole } from '../../src/cli/write-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-files-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = (name: string): string => join(folder, name);

describe('digestFile', () => {
  it('gives the hashes of the whole file', async () => {
    const content = Buffer.alloc(2_500_000, 'signet');
    writeFileSync(path('some'), content);
    const seen: number[] = [];
    const digests = await digestFile(path('some'), ['sha256', 'sha512'], (done) => seen.push(done));
    expect(digests.sha256).toEqual(createHash('sha256').update(content).digest());
    expect(digests.sha512).toEqual(createHash('sha512').update(content).digest());
    expect(seen.at(-1)).toBe(content.length);
    writeFileSync(path('empty'), '');
    expect((await digestFile(path('empty'), ['sha256'])).sha256).toEqual(createHash('sha256').digest());
  });

  it('takes the same memory for a huge file as for a small one', () => {
    writeFileSync(path('huge'), 'x');
    truncateSync(path('huge'), 1024 * 1024 * 1024);
    const source = `
      const { digestFile } = await import(process.argv[1]);
      await digestFile(process.argv[2], ['sha256']);
      console.log(process.resourceUsage().maxRSS);`;
    const module = join(import.meta.dirname, '../../src/cli/digest.ts');
    const peak = (file: string): number =>
      Number(execFileSync(process.execPath, ['--input-type=module', '-e', source, module, path(file)], { encoding: 'utf8' }));
    expect(peak('huge') - peak('some')).toBeLessThan(32 * 1024);
  });

  it('refuses a file that changes while it is read', async () => {
    let changed = false;
    const work = digestFile(path('some'), ['sha256'], () => {
      if (!changed) appendFileSync(path('some'), 'more');
      changed = true;
    });
    await expect(work).rejects.toMatchObject({ code: 'file_changed', exit: 3 });
  });

  it('tells what is no file', async () => {
    mkdirSync(path('dir'));
    await expect(requireFile(path('dir'))).rejects.toMatchObject({ code: 'not_a_file', exit: 2 });
    await expect(requireFile(path('none'))).rejects.toMatchObject({ code: 'file_missing', exit: 3 });
    await expect(requireFile(path('some/none'))).rejects.toMatchObject({ code: 'file_unreadable', exit: 3 });
  });
});

describe('readWhole', () => {
  it('reads up to the limit and not a byte more', async () => {
    writeFileSync(path('ten'), '0123456789');
    expect((await readWhole(path('ten'), 10)).toString()).toBe('0123456789');
    await expect(readWhole(path('ten'), 9)).rejects.toMatchObject({ code: 'data_too_large', exit: 2 });
  });
});

describe('writeWhole', () => {
  it('writes a file that others may read, and leaves nothing beside it', async () => {
    mkdirSync(path('out'));
    await writeWhole(path('out/f.sig'), Buffer.from('new'), false);
    expect(readFileSync(path('out/f.sig'), 'utf8')).toBe('new');
    expect(statSync(path('out/f.sig')).mode & 0o777).toBe(0o644);
    expect(readdirSync(path('out'))).toEqual(['f.sig']);
  });

  it('leaves a file that is there, even one that came meanwhile, unless told otherwise', async () => {
    expect(() => requireFree(path('out/f.sig'), false)).toThrow(expect.objectContaining({ code: 'output_exists', exit: 2 }));
    await expect(writeWhole(path('out/f.sig'), 'other', false)).rejects.toMatchObject({ code: 'output_exists' });
    expect(readFileSync(path('out/f.sig'), 'utf8')).toBe('new');
    requireFree(path('out/f.sig'), true);
    await writeWhole(path('out/f.sig'), 'other', true);
    expect(readFileSync(path('out/f.sig'), 'utf8')).toBe('other');
    expect(readdirSync(path('out'))).toEqual(['f.sig']);
  });

  it('says so where it cannot write', async () => {
    await expect(writeWhole(path('nowhere/f.sig'), 'x', false)).rejects.toMatchObject({ code: 'output_unwritable', exit: 3 });
    mkdirSync(path('taken.sig'));
    await expect(writeWhole(path('taken.sig'), 'x', true)).rejects.toMatchObject({ code: 'output_unwritable', exit: 3 });
    expect(existsSync(path('nowhere'))).toBe(false);
    chmodSync(path('taken.sig'), 0o755);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
