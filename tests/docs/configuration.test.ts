import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'smol-toml';
import { afterAll, describe, expect, it } from 'vitest';
import { type Config, loadConfig } from '../../src/daemon/index.ts';
import { runtimeDir, stateDir } from '../../src/places/index.ts';
import { codeOf, Document, filesBelow, root, tableRows } from './document.ts';
import { program } from './program.ts';

const home = mkdtempSync(join(tmpdir(), 'signet-docs-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const bare = { XDG_CONFIG_HOME: home };

const document = new Document('docs/configuration.md');
const rows = tableRows(document.section('Every key').slice(0, document.section('Every key').indexOf('### Drivers'))).map(
  ([key, preset, flag, variable]) => ({
    key: codeOf(key) ?? '',
    preset,
    flag: /^`(--[a-z-]+)`/.exec(flag ?? '')?.[1],
    variable: codeOf(variable),
  }),
);

/** Keys with a dot between group and member; lists are one key. */
function flatten(config: object, before = ''): [string, unknown][] {
  return Object.entries(config).flatMap(([key, value]) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? flatten(value, `${before}${key}.`)
      : [[`${before}${key}`, value] as [string, unknown]],
  );
}

describe('docs/configuration.md', () => {
  const defaults = new Map(flatten(loadConfig({}, bare)));

  it('has every key of the schema, and no other', () => {
    const all = join(home, 'all.toml');
    writeFileSync(all, '[prompt]\npinentry = "pinentry-curses"\ntty = "/dev/pts/3"\n');
    const settable = new Map(flatten(loadConfig({ language: 'en', config: all }, bare)));
    expect(rows.map(({ key }) => key).sort()).toEqual([...settable.keys()].sort());
  });

  it.each(rows)('says the default of $key', ({ key, preset }) => {
    const value = codeOf(preset);
    if (key === 'stateDir') expect(defaults.get(key)).toBe(stateDir({ env: bare }));
    else if (key === 'runtimeDir') expect(defaults.get(key)).toBe(runtimeDir({ env: bare }));
    else expect(value === undefined ? undefined : JSON.parse(value)).toEqual(defaults.get(key));
  });

  it.each(rows.filter(({ variable }) => variable !== undefined))('names the variable of $key', ({ key, variable = '' }) => {
    const other: Record<string, [string, unknown]> = {
      drivers: ['/a.so', ['/a.so']],
      language: ['fr', 'fr'],
      logLevel: ['debug', 'debug'],
      procedureDirs: ['/a', ['/a']],
      stateDir: ['/a', '/a'],
      runtimeDir: ['/a', '/a'],
      catalogue: ['0', false],
      practice: ['false', false],
      'bridges.webeid': ['webeid', true],
      'bridges.scs': ['nexu,scs', true],
      'bridges.nexu': ['scs', false],
      'bridges.afirma': ['', false],
    };
    const [text, value] = other[key] ?? ['4321', 4321];
    expect(new Map(flatten(loadConfig({}, { ...bare, [variable]: text }))).get(key)).toEqual(value);
  });

  it('names every SIGNET_ variable that the sources read', () => {
    // What a process of Signet tells another that it starts.
    const internal = ['SIGNET_HOST', 'SIGNET_STARTED_BY'];
    const sources = filesBelow().filter(
      (path) => /^(src|softhsm|native-config)\/.*\.(ts|mjs)$/.test(path) && !path.includes('native-config/setup/test'),
    );
    const read = new Set(
      sources.flatMap((path) => readFileSync(join(root, path), 'utf8').match(/\bSIGNET_[A-Z_]*[A-Z]\b/g) ?? []),
    );
    for (const name of internal) read.delete(name);
    const named = new Set(document.code.flatMap((text) => /^SIGNET_[A-Z_]*[A-Z]$/.exec(text)?.[0] ?? []));
    expect([...named].sort()).toEqual([...read].sort());
  });

  it('names the flags of `signet serve`', () => {
    const serve = program().commands.find((command) => command.name() === 'serve');
    const flags = serve?.options.map(({ long }) => long).filter((long) => long !== '--config') ?? [];
    expect(rows.flatMap(({ flag }) => flag ?? []).sort()).toEqual([...flags].sort());
    for (const { key, flag } of rows) {
      const option = serve?.options.find(({ long }) => long === flag);
      if (flag !== undefined)
        expect([key, `${option?.attributeName()}s`]).toContain(key === 'drivers' ? 'drivers' : option?.attributeName());
    }
  });

  it('explains each deadline', () => {
    const explained = tableRows(document.section('Deadlines')).map(([key]) => `deadlines.${codeOf(key)}`);
    expect(explained).toEqual(rows.map(({ key }) => key).filter((key) => key.startsWith('deadlines.')));
  });

  it('shows a file that the daemon takes', () => {
    const [example] = document.blocks.filter(({ language }) => language === 'toml');
    const file = parse(example?.text ?? '') as Partial<Config>;
    expect(flatten(file).every(([key]) => rows.some((row) => row.key === key))).toBe(true);
    expect(loadConfig({ ...(file as object) }, bare)).toMatchObject(file);
  });
});
