import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { localesOf, manifestFor } from '../../src/extension/manifest.ts';
import { IDS, missing } from './browser.ts';

const root = join(import.meta.dirname, '../..');
const source = join(root, 'src/extension');
const built = join(root, 'dist/extension');
const key = readFileSync(join(source, 'key.txt'), 'utf8').trim();
const parts = { version: '1.2.3', key, geckoId: IDS.firefox };
const english = JSON.parse(readFileSync(join(root, 'src/messages/en/extension.json'), 'utf8')) as Record<string, string>;

describe.each(['chromium', 'firefox'] as const)('the manifest for %s', (browser) => {
  const manifest = manifestFor(browser, parts);

  it('wants the way to Signet, and nothing of what people read or do', () => {
    expect(manifest.permissions).toEqual(['nativeMessaging', 'alarms']);
    for (const name of ['host_permissions', 'optional_permissions', 'web_accessible_resources', 'externally_connectable'])
      expect(manifest).not.toHaveProperty(name);
    expect(JSON.stringify(manifest.content_security_policy)).not.toMatch(/unsafe|http|\*/);
  });
});

describe('the extension', () => {
  it('has the id in Chromium that its key makes', () => {
    const hash = createHash('sha256').update(Buffer.from(key, 'base64')).digest('hex').slice(0, 32);
    const id = [...hash].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join('');
    expect([manifestFor('chromium', parts).key, IDS.chromium]).toEqual([key, id]);
  });

  it('has a text for every key it uses, and uses every text', () => {
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));
    const code = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');
    const used = [...code.matchAll(/\bt\('(\w+)'/g)].map(([, name]) => name ?? '');
    const plurals = [...code.matchAll(/\bplural\('(\w+)'/g)].flatMap(([, name]) => [`${name}_one`, `${name}_other`]);
    const [, list = ''] = /OWN_CODES = \[([^\]]*)\]/.exec(code) ?? [];
    const problems = [...list.matchAll(/'(\w+)'/g)].flatMap(([, name]) => [`problem_${name}_title`, `problem_${name}_detail`]);
    expect([...new Set([...used, ...plurals, ...problems, 'description'])].sort()).toEqual(Object.keys(english).sort());
  });

  it('numbers the places in a text as the English one has them', () => {
    const texts = { a: '{{second}} $5 {{first}}' };
    expect(localesOf(texts, { a: '{{first}} {{second}}' })).toEqual({
      a: { message: '$second$ $$5 $first$', placeholders: { first: { content: '$1' }, second: { content: '$2' } } },
    });
  });

  it.skipIf(missing('chromium') !== undefined)('is readable, whole, and small where it is in every page', () => {
    for (const browser of ['chromium', 'firefox'])
      for (const file of ['background.js', 'content.js']) {
        const code = readFileSync(join(built, browser, file), 'utf8');
        expect(code).not.toMatch(/\beval\(|new Function|importScripts|https?:\/\/(?!\*)/);
        expect(Math.max(...code.split('\n').map(({ length }) => length))).toBeLessThan(300);
      }
    expect(readFileSync(join(built, 'chromium', 'content.js')).length).toBeLessThan(5_000);
    const module = readFileSync(join(root, 'dist/client/web/index.js'));
    expect([module.length < 10_000, gzipSync(module).length < 4_000, /^import/m.test(module.toString())]).toEqual([
      true,
      true,
      false,
    ]);
  });
});
