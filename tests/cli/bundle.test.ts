import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SignetClient } from '../../src/client/index.ts';
import { cleanEnvironment, command, startDaemon, type TestDaemon } from './daemon.ts';
import { typed } from './fake-terminal.ts';

const NAME = /^signet-bundle-[2-9A-Z]{4}-[2-9A-Z]{4}\.zip$/;

let daemon: TestDaemon;
let here: string;
let count = 0;

beforeAll(async () => {
  daemon = await startDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());
afterEach(() => {
  here = '';
});

function folder(): string {
  count += 1;
  here = join(daemon.folder, `work-${count}`);
  mkdirSync(here);
  return here;
}

const piped = (...argv: string[]) => command(['bundle', ...argv], { env: daemon.env, cwd: here || folder() });
const atTerminal = (argv: string[], ...answers: [RegExp, string][]) =>
  typed(['bundle', '--output', here || folder(), ...argv], { env: daemon.env, answers });
const written = () => readdirSync(here).filter((name) => NAME.test(name));

describe('signet bundle', () => {
  it('shows what it would write, asks, writes it for this user alone and says what to read out', async () => {
    const { code, out, err } = await atTerminal([], [/Write it\?/, 'y\r']);
    expect(code).toBe(0);
    const [name = ''] = written();
    const id = name.slice('signet-bundle-'.length, -'.zip'.length);
    expect(err).toContain(`This is what the bundle ${id} would hold`);
    expect(err).toMatch(/token-[2-9A-Z]{4}/);
    expect(err).toContain('Nothing is sent');
    expect(err.indexOf('Inside')).toBeLessThan(err.indexOf('Write it?'));
    expect(out).toContain(`Read this number to your help desk: ${id}`);
    expect(statSync(join(here, name)).mode & 0o777).toBe(0o600);
    const files = unzipSync(readFileSync(join(here, name)));
    expect(JSON.parse(Buffer.from(files['signet-bundle.json'] ?? []).toString())).toMatchObject({ id, fromDaemon: true });
    expect(`${out}${err}`).not.toContain(daemon.token.serial);
  });

  it.each(['n\r', '\r', 'no\r', 'nyet\r'])('writes nothing for the answer %j', async (keys) => {
    const { code, out } = await atTerminal([], [/Write it\?/, keys]);
    expect([code, out.trim()]).toEqual([1, 'Nothing was written.']);
    expect(written()).toEqual([]);
  });

  it('writes nothing when the question is left with Ctrl-C', async () => {
    const { code } = await atTerminal([], [/Write it\?/, '\u0003']);
    expect(code).toBe(4);
    expect(written()).toEqual([]);
  });

  it.each([
    ['fr', /L’écrire.\?/, 'o\r', 'Dictez ce numéro'],
    ['es', /¿Escribirlo\?/, 'sí\r', 'Dicte este número'],
  ])('speaks %s', async (language, question, keys, said) => {
    const { code, out } = await atTerminal(['--language', language], [question, keys]);
    expect(code).toBe(0);
    expect(out).toContain(said);
    const files = unzipSync(readFileSync(join(here, written()[0] ?? '')));
    expect(Buffer.from(files['README.html'] ?? []).toString()).toContain(`<html lang="${language}">`);
  });

  it('shows every line with --show before it asks', async () => {
    const { out } = await atTerminal(['--show'], [/Write it\?/, 'n\r']);
    expect(JSON.parse(out.slice(0, out.lastIndexOf('}') + 1))).toMatchObject({ format: 'signet-bundle' });
  });

  it('needs --yes where nobody can be asked, and says so', async () => {
    const { code, stdout, stderr } = await piped();
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain('add --yes');
    expect((await piped('--json')).code).toBe(2);
    expect((await piped('--yes', '--record')).code).toBe(2);
    expect(written()).toEqual([]);
  });

  it('writes with --yes into the current folder; --json tells everything', async () => {
    const { code, stdout } = await piped('--yes', '--json');
    expect(code).toBe(0);
    const { id, file, preview } = JSON.parse(stdout);
    expect(file).toBe(`signet-bundle-${id}.zip`);
    expect(preview.id).toBe(id);
    expect(written()).toEqual([file]);
  });

  it('overwrites nothing without --force, and refuses before it asks anybody', async () => {
    const output = join(folder(), 'mine.zip');
    writeFileSync(output, 'mine');
    const refused = await piped('--yes', '--output', output);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('--output');
    expect(readFileSync(output, 'utf8')).toBe('mine');
    expect((await piped('--yes', '--output', output, '--force')).code).toBe(0);
    expect(readFileSync(output).subarray(0, 2).toString()).toBe('PK');
    expect(readdirSync(here)).toEqual(['mine.zip']);
  });

  it('says when it cannot write', async () => {
    const { code, stderr } = await piped('--yes', '--output', join(folder(), 'no', 'such', 'folder.zip'));
    expect(code).toBe(3);
    expect(stderr).toContain('ENOENT');
  });
});

describe('signet bundle --record', () => {
  it('records until Enter, and takes the lines between its marks', async () => {
    const { code, err } = await atTerminal(['--record'], [/Press Enter/, '\r'], [/Write it\?/, 'y\r']);
    expect(code).toBe(0);
    const marker = /REC-[2-9A-Z]{6}/.exec(err)?.[0];
    const files = unzipSync(readFileSync(join(here, written()[0] ?? '')));
    const { log } = JSON.parse(Buffer.from(files['signet-bundle.json'] ?? []).toString());
    expect(log.recording.marker).toBe(marker);
    expect(log.lines[0]).toMatchObject({ recording: marker, phase: 'begin' });
    expect(log.lines.at(-1)).toMatchObject({ recording: marker, phase: 'end' });
  });

  it('makes the log quiet again when it is left with Ctrl-C', async () => {
    const { code } = await atTerminal(['--record'], [/Press Enter/, '\u0003']);
    expect(code).toBe(4);
    const client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const next = await client.startRecording();
    await client.endRecording(next.id);
    client.close();
    expect(written()).toEqual([]);
  });
});

describe('without a running Signet', () => {
  const env = () => ({
    ...cleanEnvironment(folder()),
    SIGNET_RUNTIME_DIR: join(here, 'run'),
    SIGNET_STATE_DIR: join(here, 'state'),
    SIGNET_CATALOGUE: '0',
    SIGNET_PRACTICE: '0',
  });

  it('a bundle holds what can be seen from beside', async () => {
    const surroundings = env();
    const { code, stderr, stdout } = await command(['bundle', '--yes'], { env: surroundings, cwd: here });
    expect(stderr).toContain('Signet is not running');
    expect([code, stdout]).toEqual([0, expect.stringContaining('Read this number')]);
    const files = unzipSync(readFileSync(join(here, written()[0] ?? '')));
    const document = JSON.parse(Buffer.from(files['signet-bundle.json'] ?? []).toString());
    expect(document).toMatchObject({ fromDaemon: false, log: { lines: [] }, settings: { catalogue: false } });
    expect(document.diagnostics.checks.length).toBeGreaterThan(10);
    expect(existsSync(join(here, 'state'))).toBe(false);
  });

  it('nothing can be recorded', async () => {
    const { code, err } = await typed(['bundle', '--record'], { env: env() });
    expect(code).toBe(3);
    expect(err).toMatch(/signet\s+doctor/);
  });
});
