import { cpSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder, root, run, write } from './checkout.ts';

const script = 'lib/node_modules/signet/native-config/signet.mjs';
// The tests run on Node.js 24; this makes a script believe that it runs on 20.
const OLD = "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.1.0'}})";

/** An installed package: only what npm would put there; the package `node` in the folder named. */
function installed(node: string | undefined, { built = true } = {}): string {
  const base = folder();
  const signet = join(base, 'lib/node_modules/signet');
  cpSync(join(root, 'native-config'), join(signet, 'native-config'), { recursive: true });
  write(signet, { 'package.json': '{"type":"module"}' });
  if (built) {
    write(signet, {
      'dist/cli/index.js': 'console.log(process.version, ...process.argv.slice(2)); process.exitCode = 4;\n',
    });
  }
  if (node) {
    mkdirSync(join(base, node, 'bin'), { recursive: true });
    write(join(base, node), { 'package.json': '{"name":"node"}' });
    symlinkSync(process.execPath, join(base, node, 'bin/node'));
  }
  return base;
}

describe('the signet command', () => {
  it('runs in this Node.js when it is new enough', () => {
    expect(run(installed(undefined), script, ['sign', 'a b'])).toEqual({
      code: 4,
      out: `${process.version} sign a b\n`,
      err: '',
    });
  });

  it.each(['lib/node_modules/signet/node_modules/node', 'lib/node_modules/node'])(
    'on an older one finds the newer in %s, keeping arguments and exit code',
    (node) => {
      expect(run(installed(node), script, ['sign', 'a b'], { NODE_OPTIONS: `--import ${OLD}` })).toEqual({
        code: 4,
        out: `${process.version} sign a b\n`,
        err: '',
      });
    },
  );

  it('says so when there is no newer one', () => {
    const { code, err } = run(installed(undefined), script, [], { NODE_OPTIONS: `--import ${OLD}` });
    expect(code).toBe(3);
    expect(err).toMatch(/^Node\.js 24 is needed/);
  });

  it('says how to build when it is not built, in the language of the person', () => {
    const base = installed(undefined, { built: false });
    expect(run(base, script)).toEqual({
      code: 3,
      out: '',
      err: 'Signet is not built yet. In its folder run: npm start (or npm run build)\n',
    });
    expect(run(base, script, [], { LANG: 'fr_FR.UTF-8' }).err).toContain("n'est pas encore compilé");
  });

  it('does not hide an error of the program behind its own', () => {
    const base = installed(undefined);
    rmSync(join(base, 'lib/node_modules/signet/dist/cli/index.js'));
    write(base, { 'lib/node_modules/signet/dist/cli/index.js': "throw new Error('inside');\n" });
    expect(run(base, script)).toMatchObject({ code: 1, err: expect.stringContaining('inside') });
  });
});
