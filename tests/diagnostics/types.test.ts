import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { View } from '../../src/diagnostics/index.ts';
import type { Secret } from '../../src/drivers/index.ts';

/** Types that hold bytes or nothing of ours: not looked into. */
type Leaf = string | number | boolean | bigint | symbol | null | undefined | Buffer | AbortSignal;

/** The names of every member of T that can be called, however deep, through what calls, promises and lists give. */
type Callable<T, Depth extends 0[] = []> = Depth['length'] extends 6
  ? never
  : T extends Leaf
    ? never
    : T extends Promise<infer Given>
      ? Callable<Given, Depth>
      : T extends readonly (infer Item)[]
        ? Callable<Item, Depth>
        : T extends (...args: never[]) => infer Given
          ? Callable<Given, [...Depth, 0]>
          : {
              [Name in keyof T & string]:
                | (T[Name] extends (...args: never[]) => unknown ? Name : never)
                | Callable<T[Name], [...Depth, 0]>;
            }[keyof T & string];

/** Everything that a check can call. Whoever adds to it decides here, in sight of this test, that it spends no try. */
type Readings =
  | 'now'
  | 'file'
  | 'folder'
  | 'link'
  | 'read'
  | 'may'
  | 'freeBytes'
  | 'run'
  | 'connect'
  | 'get'
  | 'reach'
  | 'greet'
  | 'drivers'
  | 'probe'
  | 'tokens'
  | 'contents'
  | 'database'
  | 'history'
  | 'pairedSites'
  | 'renewalOpens'
  | 'procedureFor';

type Equal<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
const sameNames: Equal<Callable<View>, Readings> = true;

/** What any member of a View takes. */
type Taken<T> = T extends (...args: infer Args) => unknown ? Args[number] : never;
type TakenByView =
  | { [Name in keyof View]: Taken<View[Name]> }[keyof View]
  | { [Name in keyof View['machine']]: Taken<View['machine'][Name]> }[keyof View['machine']];
const takesNoSecret: Equal<Extract<TakenByView, Secret | Buffer>, never> = true;

const ROOT = join(import.meta.dirname, '../..');

/** What the compiler says of a check with this body. */
function compile(body: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'signet-types-'));
  try {
    const file = join(folder, 'check.ts');
    const from = join(ROOT, 'src/diagnostics/index.ts');
    const path = relative(folder, from);
    writeFileSync(
      file,
      `import type { Check } from '${path}';\nexport const run: Check['run'] = async (view, signal) => {\n${body}\nreturn [];\n};\n`,
    );
    const flags = [
      '--noEmit',
      '--ignoreConfig',
      '--exactOptionalPropertyTypes',
      '--noUncheckedIndexedAccess',
      '--strict',
      '--target',
      'esnext',
      '--module',
      'nodenext',
      '--allowImportingTsExtensions',
      '--skipLibCheck',
    ];
    const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
    execFileSync(process.execPath, [join(ROOT, 'node_modules/typescript/bin/tsc'), ...flags, ...types, file], {
      cwd: ROOT,
      encoding: 'utf8',
    });
    return '';
  } catch (error) {
    return String((error as { stdout?: string }).stdout ?? error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('a check, by its type', () => {
  it('can call readings only, none of which takes a secret', () => {
    expect([sameNames, takesNoSecret]).toEqual([true, true]);
  });

  it('compiles when it reads', () => {
    expect(compile('await view.probe(view.drivers()[0] as never, signal); await view.tokens();')).toBe('');
  });

  it.each([
    ["view.login('token', '123456');", 'login'],
    ['(await view.tokens())[0]?.driver.call;', 'driver'],
    ["view.drivers()[0]?.call('login', {});", 'call'],
    ['view.tokens().present;', 'present'],
    ["await view.machine.run('pkcs11-tool', [], signal);", 'pkcs11-tool'],
  ])('does not compile when it does more: %s', (body, named) => {
    expect(compile(body)).toMatch(new RegExp(`error TS\\d+: .*'"?${named}`));
  });
});
