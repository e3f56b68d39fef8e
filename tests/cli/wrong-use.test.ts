import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cleanEnvironment } from './daemon.ts';
import { typed } from './fake-terminal.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const env = { ...cleanEnvironment(folder), SIGNET_RUNTIME_DIR: folder };
const run = (argv: string[], more: NodeJS.ProcessEnv = {}) => typed(argv, { env: { ...env, NO_COLOR: '1', ...more } });

const COMMANDS = [
  ['serve'],
  ['status'],
  ['tokens'],
  ['certificates'],
  ['login'],
  ['logout'],
  ['pin'],
  ['pin', 'change'],
  ['pin', 'unblock'],
  ['sign'],
  ['verify'],
  ['clients'],
  ['clients', 'list'],
  ['clients', 'add'],
  ['clients', 'remove'],
  ['origins'],
  ['origins', 'list'],
  ['origins', 'revoke'],
  ['origins', 'narrow'],
  ['audit'],
  ['procedures'],
  ['procedures', 'list'],
  ['procedures', 'show'],
  ['procedures', 'check'],
  ['install'],
  ['uninstall'],
];

describe('help', () => {
  it.each(COMMANDS)('of %s %s has examples and leaves no text out, in every language', async (...words) => {
    const command = words.filter((word) => word !== undefined);
    for (const [language, examples] of [
      ['en', 'Examples:'],
      ['fr', 'Exemples :'],
      ['es', 'Ejemplos:'],
    ] as const) {
      const { code, out, err } = await run([...command, '--help', '--language', language]);
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out.replaceAll('\u00a0', ' ')).toContain(`${examples}\n  $ signet ${command.join(' ')}`);
      expect(out).not.toMatch(/cli\.|\{\{/);
      for (const line of out.split('\n').filter((each) => !each.startsWith('  $'))) expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it.each(['en', 'fr', 'es'])('breaks no word on a narrow terminal (%s)', async (language) => {
    const { out } = await typed(['login', '--help', '--language', language], { env: { ...env, NO_COLOR: '1' }, columns: 40 });
    for (const line of out.split('\n').filter((each) => each.startsWith('      '))) expect(line.length).toBeLessThanOrEqual(40);
    expect(out.split('\n')).toContain('  --yes-use-the-final-try-of-this-token');
  });

  it('puts a description below its command where there is little room beside it', async () => {
    const { out } = await typed(['--help'], { env: { ...env, NO_COLOR: '1' }, columns: 60 });
    expect(out).toMatch(/^ {2}audit \[options\]\n {6}Who asked/m);
    for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(60);
  });

  it('is shown where a command is missing, as wrong use', async () => {
    expect(await run([])).toMatchObject({ code: 2, out: '' });
    expect(await run(['pin'])).toMatchObject({ code: 2, out: '' });
  });

  it('has the version', async () => {
    expect(await run(['--version'])).toMatchObject({ code: 0, out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
  });
});

describe('wrong use', () => {
  it.each([
    [['sgn'], 'Perhaps sign?'],
    [['nonsense'], 'no command nonsense'],
    [['tokens', '--jsn'], 'Perhaps --json?'],
    [['sign'], 'missing: file'],
    [['sign', 'f', '--out'], 'missing for --out'],
    [['sign', 'f', '--algorithm', 'RS1'], 'RS256, RS384'],
    [['sign', 'f', '--encoding', 'xml'], 'p1363, der'],
    [['tokens', 'one', 'two'], 'more words'],
    [['verify', 'f', '--certificate', 'a', '--credential', 'b'], 'exclude each other'],
    [['clients', 'add', 'x'], '--scope'],
    [['clients', 'add', 'x', '--scope', 'root'], 'status, sign, pin, admin'],
    [['audit', '--limit', '0'], '1-1000'],
    [['serve', '--port', '65536'], '0-65535'],
  ])('%j is told with exit code 2', async (argv, text) => {
    const { code, out, err } = await run(argv);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err.replaceAll('\n', ' ')).toContain(text);
  });

  it.each([['--pin=2468013'], ['--pin', '2468013'], ['--puk=2468013'], ['--new-pin', '2468013']])(
    'refuses a PIN in argv without repeating it: %s',
    async (...argv) => {
      const { code, out, err } = await run(['login', ...argv.filter((word) => word !== undefined)]);
      expect(code).toBe(2);
      expect(`${out}${err}`).toContain('Never write a PIN in a command');
      expect(`${out}${err}`).not.toContain('2468013');
    },
  );

  it('does not repeat the value of an option that there is not, nor words too many', async () => {
    for (const argv of [
      ['login', '--pni=2468013'],
      ['login', 'token', '2468013'],
    ]) {
      const { code, out, err } = await run(argv);
      expect(code).toBe(2);
      expect(`${out}${err}`).not.toContain('2468013');
    }
  });

  it('is a problem in JSON with --json', async () => {
    const { code, out, err } = await run(['tokens', '--json', '--nope']);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      code: 'unknown_option',
      title: expect.any(String),
      nextStep: { text: expect.any(String) },
    });
  });
});

describe('without a daemon', () => {
  it('every command says so with exit code 3', async () => {
    writeFileSync(join(folder, 'f'), 'x');
    writeFileSync(join(folder, 'f.sig'), 'x');
    const file = join(folder, 'f');
    const commands = [
      ['status'],
      ['tokens'],
      ['certificates'],
      ['login'],
      ['logout'],
      ['pin', 'change'],
      ['pin', 'unblock'],
      ['sign', file, '--force'],
      ['verify', file],
      ['clients', 'list'],
      ['audit'],
    ];
    for (const argv of commands) {
      const { code, out, err } = await run(argv);
      expect({ argv, code, out }).toEqual({ argv, code: 3, out: '' });
      expect(err).toContain('Signet is not running');
    }
  });

  it('gives a problem in JSON', async () => {
    const { code, out } = await run(['tokens', '--json']);
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({ type: 'urn:signet:cli:daemon_absent', code: 'daemon_absent' });
  });
});

describe('the language', () => {
  const title = async (argv: string[], more: NodeJS.ProcessEnv): Promise<string> =>
    (await run(['tokens', ...argv], more)).err.split('\n')[0] ?? '';

  it('is that of the flag, then SIGNET_LANGUAGE, then the configuration, then the locale', async () => {
    expect(await title([], { LANG: 'fr_FR.UTF-8' })).toBe('Signet ne fonctionne pas');
    const config = join(folder, 'language.toml');
    writeFileSync(config, 'language = "es"\n');
    expect(await title([], { LANG: 'fr_FR.UTF-8', SIGNET_CONFIG: config })).toBe('Signet no está en marcha');
    expect(await title([], { SIGNET_LANGUAGE: 'fr', SIGNET_CONFIG: config })).toBe('Signet ne fonctionne pas');
    expect(await title(['--language', 'en'], { SIGNET_LANGUAGE: 'fr', SIGNET_CONFIG: config })).toBe('Signet is not running');
  });

  it('does not need a configuration that can be read, but commands do', async () => {
    const config = join(folder, 'broken.toml');
    writeFileSync(config, 'language = \n');
    const { code, err } = await run(['tokens'], { SIGNET_CONFIG: config });
    expect(code).toBe(2);
    expect(err).toContain('broken.toml');
    expect((await run(['tokens', '--help'], { SIGNET_CONFIG: config })).code).toBe(0);
  });
});
