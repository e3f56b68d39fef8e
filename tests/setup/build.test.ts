import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout, root, run, write } from './checkout.ts';

const script = 'native-config/setup/build.mjs';
const sources = {
  'src/cli/index.ts': "console.log('one' satisfies string);\n",
  'src/words/en.json': '{"a":"b"}\n',
  'src/old.ts': 'export const old = 1;\n',
};

describe('the build', () => {
  it('compiles the sources and puts the catalogues beside them', () => {
    const base = checkout(sources);
    expect(run(base, script)).toEqual({ code: 0, out: '', err: '' });
    expect(run(base, 'dist/cli/index.js').out).toBe('one\n');
    expect(readFileSync(join(base, 'dist/words/en.json'), 'utf8')).toBe('{"a":"b"}\n');
  });

  it('does nothing until a source changes, comes or goes', () => {
    const base = checkout(sources);
    const built = () => {
      run(base, script);
      return statSync(join(base, 'dist/.signet-build')).mtimeMs;
    };
    const first = built();
    expect(built()).toBe(first);
    write(base, { 'src/cli/index.ts': "console.log('two');\n" });
    const second = built();
    expect(second).not.toBe(first);
    expect(run(base, 'dist/cli/index.js').out).toBe('two\n');
    rmSync(join(base, 'src/old.ts'));
    expect(built()).not.toBe(second);
    expect(existsSync(join(base, 'dist/old.js'))).toBe(false);
  });

  it('builds the console’s page when one of its files or texts has changed, and else keeps it', () => {
    const base = checkout({
      ...sources,
      'src/console/index.html': '<!doctype html><title>x</title><script type="module" src="./main.ts"></script>\n',
      'src/console/main.ts': "document.title = 'one';\n",
      'src/messages/en/console.json': '{"a":"b"}\n',
    });
    cpSync(join(root, 'src/console/vite.config.ts'), join(base, 'src/console/vite.config.ts'));
    const page = () => {
      expect(run(base, script)).toEqual({ code: 0, out: '', err: '' });
      return Math.trunc(statSync(join(base, 'dist/console/.signet-build')).mtimeMs);
    };
    const first = page();
    expect(readdirSync(join(base, 'dist/console/assets')).join()).toMatch(/^index-.*\.js$/);
    expect(existsSync(join(base, 'dist/console/vite.config.ts'))).toBe(false);
    write(base, { 'src/cli/index.ts': "console.log('two');\n" });
    expect(page()).toBe(first);
    write(base, { 'src/messages/en/console.json': '{"a":"other"}\n' });
    expect(page()).not.toBe(first);
    write(base, { 'src/console/main.ts': 'import "./nothing.ts";\n' });
    const { code, err } = run(base, script);
    expect([code, err]).toEqual([1, expect.stringContaining('nothing.ts')]);
    expect(existsSync(join(base, 'dist/console/index.html'))).toBe(true);
  });

  it('leaves the last good one when the sources are wrong, and says where', () => {
    const base = checkout(sources);
    run(base, script);
    write(base, { 'src/cli/index.ts': 'const n: number = true;\nexport { n };\n' });
    const { code, err } = run(base, script);
    expect(code).toBe(1);
    expect(err).toMatch(/^The build failed:\n.*src\/cli\/index\.ts.*TS2322/s);
    expect(run(base, 'dist/cli/index.js').out).toBe('one\n');
    expect(readdirSync(join(base, 'node_modules')).filter((name) => name.startsWith('.signet-build-'))).toEqual([]);
  });
});
