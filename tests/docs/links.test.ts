import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Document, documents, exists, root } from './document.ts';

const all = documents();
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
  license: string;
};

describe.each(all)('$path', (document) => {
  it('has links that lead somewhere', () => {
    const dead = document.links.filter((target) => !/^[a-z]+:/.test(target) && !leads(document, target));
    expect(dead).toEqual([]);
  });

  it('names paths and scripts that there are', () => {
    const text = [...document.code, ...document.blocks.map((block) => block.text)].join('\n');
    const paths = document.code.filter((code) => /^(src|tests|docs|native-config|softhsm)\/[\w./-]*$/.test(code));
    expect(paths.filter((path) => !exists(path))).toEqual([]);
    const scripts = [...text.matchAll(/\bnpm (?:run )?([a-z]+)\b/g)].map(([, name = '']) => name);
    expect(scripts.filter((name) => !(name in manifest.scripts))).toEqual([]);
  });
});

describe('the README', () => {
  it('leads to every document', () => {
    const linked = new Document('README.md').links.map((target) => target.split('#')[0]);
    const expected = all
      .map(({ path }) => path)
      .filter((path) => (/^docs\//.test(path) || !path.includes('/')) && path !== 'README.md' && path !== 'docs/benchmarks.md');
    expect(expected.filter((path) => !linked.includes(path))).toEqual([]);
  });

  it('and the licence agree with the manifest', () => {
    expect(manifest.license).toBe('MIT');
    expect(readFileSync(join(root, 'LICENSE'), 'utf8')).toMatch(/^MIT License\n\nCopyright \(c\) \d{4} The Signet authors\n/);
  });
});

function leads(from: Document, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? from.path : posix.join(posix.dirname(from.path), path);
  if (!exists(file)) return false;
  return anchor === undefined || new Document(file).anchors.has(anchor);
}
