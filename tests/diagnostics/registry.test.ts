import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS, FROM_OUTSIDE, listChecks } from '../../src/diagnostics/index.ts';
import { LANGUAGES } from '../../src/messages/index.ts';

const source = join(import.meta.dirname, '../../src');
const ids = CHECKS.map(({ id }) => id);

describe('the registry', () => {
  it('has each id once, in lower case, with its area before the point', () => {
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z0-9]+\.[a-z][a-z0-9-]*$/);
  });

  it('has no check before one that it depends on, and so no circles', () => {
    for (const { id, dependsOn } of CHECKS)
      for (const parent of dependsOn) expect(ids.slice(0, ids.indexOf(id)), `${id} needs ${parent}`).toContain(parent);
  });

  it('runs what loads a driver after what only reads the machine', () => {
    const first = ids.indexOf('driver.loads');
    for (const id of ['os.clock', 'driver.found', 'driver.configuration', 'os.arch'])
      expect(ids.indexOf(id as never)).toBeLessThan(first);
    for (const id of ids.filter((each) => /^(reader|card|token|pin|cert)\./.test(each)))
      expect(ids.indexOf(id)).toBeGreaterThan(first);
  });

  it('has the checks that are made from outside', () => {
    for (const id of FROM_OUTSIDE) expect(ids).toContain(id);
  });

  it.each(LANGUAGES)('has a title of at most 60 characters for each check in %s, each its own', (language) => {
    const titles = listChecks('linux', language).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
    for (const title of titles) {
      expect(title).not.toMatch(/^doctor\.|[.!?]$/);
      expect([...title].length, title).toBeLessThanOrEqual(60);
    }
  });

  it('says which checks are for this machine', () => {
    const here = (platform: NodeJS.Platform): string[] =>
      listChecks(platform)
        .filter((each) => each.here)
        .map(({ id }) => id);
    expect(here('linux')).toEqual(ids);
    expect(here('win32')).not.toContain('os.polkit');
  });
});

describe('the texts', () => {
  const texts = JSON.parse(readFileSync(join(source, 'messages/en/doctor.json'), 'utf8')) as {
    check: Record<string, Record<string, string>>;
  };
  const code = readdirSync(join(source, 'diagnostics/checks'))
    .map((file) => readFileSync(join(source, 'diagnostics/checks', file), 'utf8'))
    .join('\n');

  it('are there for every check and for no other, in the order of their keys', () => {
    const keys = ids.map((id) => id.replaceAll(/[.-]/g, '_')).sort();
    expect(Object.keys(texts.check)).toEqual(keys);
  });

  it('name no variant that no check has', () => {
    for (const [key, block] of Object.entries(texts.check))
      for (const part of Object.keys(block)) {
        const [, variant] = /^(?:found|fix)_(\w+)$/.exec(part) ?? [];
        if (variant === undefined || ['pass', 'warn', 'fail', 'unknown'].includes(variant)) continue;
        expect(code.includes(`'${variant}'`) || code.includes(`${variant}:`), `${key}.${part}`).toBe(true);
      }
  });

  it('say what was found wherever they say what to do', () => {
    for (const [key, block] of Object.entries(texts.check))
      for (const part of Object.keys(block))
        if (part.startsWith('fix_')) expect(block, `${key}.${part}`).toHaveProperty(part.replace('fix_', 'found_'));
  });
});
