import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters as plainly } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DoctorPage } from '../../src/cli/doctor-page.ts';
import { paletteFor } from '../../src/cli/palette.ts';
import type { Shell } from '../../src/cli/shell.ts';
import type { DiagnosticResult } from '../../src/client/index.ts';
import { listChecks, type Report, summarise } from '../../src/diagnostics/index.ts';
import { translator } from '../../src/messages/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { cleanEnvironment, command, startDaemon, type TestDaemon } from './daemon.ts';
import { fakeTerminal, typed } from './fake-terminal.ts';

const ENDS = { en: 'End of diagnostics.', fr: 'Fin du diagnostic.', es: 'Fin del diagnóstico.' } as const;

/** The checks that are made unless others are named. */
function usual(language?: string): string[] {
  return listChecks('linux', language).flatMap(({ id, optIn }) => (optIn ? [] : [id]));
}

describe('the end of the page', () => {
  const told = (...checks: Partial<DiagnosticResult>[]): string => {
    const shell = { t: translator('en'), terminal: fakeTerminal({ env: {} }) } as unknown as Shell;
    const all = checks.map((each) => ({ id: 'pcsc.service', found: 'It is away.', fix: null, ...each }) as DiagnosticResult);
    const report = { checks: all, summary: summarise(all), end: true as const };
    return new DoctorPage(shell).closing(report).render(80, paletteFor({}, {}));
  };

  it('does not say that everything is fine where a notice was told, nor start with it', () => {
    expect(told({ result: 'pass', severity: 'error' })).toContain('Everything is fine.');
    expect(told({ result: 'warn', severity: 'notice' })).toContain('Nothing is broken.');
    expect(told({ result: 'warn', severity: 'error' })).toContain('Start here: It is away.');
  });
});

describe('signet doctor without a daemon', () => {
  let folder: string;
  let token: SoftHsm;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    token = await createSoftHsm();
  });
  afterAll(() => token.dispose());
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'signet-doctor-'));
    env = {
      ...cleanEnvironment(folder),
      SIGNET_STATE_DIR: join(folder, 'state'),
      SIGNET_RUNTIME_DIR: join(folder, 'run'),
      SIGNET_PRACTICE: '0',
    };
    configure();
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  function configure(more = ''): void {
    const driver = `[[drivers]]\npath = '${token.library}'\nenvironment = { SOFTHSM2_CONF = '${token.env.SOFTHSM2_CONF}' }\n`;
    writeFileSync(join(folder, 'config.toml'), `port = 0\ncatalogue = false\n${more}${driver}`);
  }

  it.each(['en', 'fr', 'es'] as const)('looks by itself, says so, and ends with its own line (%s)', async (language) => {
    const { code, out, err } = await typed(['doctor', '--language', language], { env, columns: 80 });
    const lines = plainly(out).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^Signet .*\.$/);
    expect(lines.at(-1)).toBe(ENDS[language]);
    expect([code, err]).toEqual([1, '']);
    const text = plainly(out).replaceAll(/\s+/g, ' ');
    const report = JSON.parse((await typed(['doctor', '--json', '--language', language], { env })).out) as Report;
    expect(new Set(report.checks.map(({ id }) => id))).toEqual(new Set(usual(language)));
    for (const { title, id, result, found } of report.checks) {
      const first = report.checks.find((check) => check.id === id);
      if (first?.result !== result) continue;
      const told = result === 'warn' || result === 'fail' ? found : title;
      expect(text, id).toContain(told.replaceAll(/\s+/g, ' '));
    }
    expect(out).not.toMatch(/doctor\.|\{\{/);
  });

  it('is readable in 40 columns and in 100', async () => {
    for (const columns of [40, 100]) {
      const { out } = await typed(['doctor'], { env, columns });
      for (const line of plainly(out).split('\n')) {
        // A path or a command is not broken.
        if (line.trim().includes(' ')) expect([...line].length, line).toBeLessThanOrEqual(columns);
      }
    }
  });

  it('marks each result, with what was seen and what to do', async () => {
    writeFileSync(join(folder, 'config.toml'), `port = 0\ncatalogue = false\ndrivers = ['${folder}/gone.so']\n`);
    const { code, out } = await typed(['doctor', 'driver.found', 'os.session'], { env });
    expect(code).toBe(1);
    const text = plainly(out);
    expect(text).toContain('  ✓ You sit at this computer');
    expect(text).toMatch(/ {2}✗ The driver gone\.so is not where/);
    expect(text).toMatch(/ {4}→ Install the driver again/);
    expect(text).toMatch(/Start here: The driver gone\.so/);
    expect(text).toContain('1 fine, 0 to look at, 1 not working, 0 left out, 0 could not be told');
    expect(out).not.toBe(text);
  });

  it('ends with 0 when nothing failed or is to be looked at', async () => {
    const { code, out } = await typed(['doctor', 'driver.found', 'driver.loads', 'token.present'], { env });
    expect(code).toBe(0);
    expect(out).toContain('Everything is fine.');
  });

  it('tells the whole report as JSON, and nothing else', async () => {
    const { code, stdout, stderr } = await command(['doctor', '--json'], { env });
    const report = JSON.parse(stdout) as Report;
    expect([code, stderr]).toEqual([1, '']);
    expect(report.end).toBe(true);
    expect(report.checks.find(({ id }) => id === 'token.present')?.result).toBe('pass');
    expect(report.checks.find(({ id }) => id === 'daemon.running')?.result).toBe('warn');
  });

  it('reports when a setting cannot be used, or the whole file', async () => {
    configure('logLevel = "loud"\n');
    const one = JSON.parse((await command(['doctor', '--json'], { env })).stdout) as Report;
    expect(one.checks.find(({ id }) => id === 'daemon.settings')).toMatchObject({ result: 'fail' });
    expect(one.checks.find(({ id }) => id === 'token.present')?.result).toBe('pass');
    writeFileSync(join(folder, 'config.toml'), 'port = = 1\n');
    const { code, out } = await typed(['doctor'], { env: { ...env, SIGNET_CATALOGUE: '0' } });
    expect(code).toBe(1);
    expect(out).toContain(ENDS.en);
  });

  it('makes no folder and no database', async () => {
    await command(['doctor'], { env });
    expect(readdirSync(folder)).toEqual(['config.toml']);
    mkdirSync(join(folder, 'state'));
    await command(['doctor'], { env });
    expect(readdirSync(join(folder, 'state'))).toEqual([]);
  });

  it('lists the checks', async () => {
    const { code, out } = await typed(['doctor', '--list'], { env });
    expect(code).toBe(0);
    for (const { id } of listChecks('linux')) expect(out).toContain(id);
    expect(plainly(out).replaceAll(/\s+/g, ' ').split('only when asked for by its id')).toHaveLength(
      listChecks('linux').length - usual().length + 1,
    );
    const { checks } = JSON.parse((await typed(['doctor', '--list', '--json'], { env })).out) as { checks: unknown[] };
    expect(checks).toEqual(listChecks('linux'));
  });

  it('makes what asks other machines with --network, and that alone', async () => {
    const report = JSON.parse((await typed(['doctor', '--network', '--json'], { env })).out) as Report;
    const asking = listChecks('linux').flatMap(({ id, optIn }) => (optIn ? [id] : []));
    expect([...new Set(report.checks.map(({ id }) => id))]).toEqual(asking);
    const more = JSON.parse((await typed(['doctor', '--network', 'driver.found', '--json'], { env })).out) as Report;
    expect(new Set(more.checks.map(({ id }) => id))).toEqual(new Set([...asking, 'driver.found']));
  });

  it('refuses a check that there is not', async () => {
    const { code, err, out } = await typed(['doctor', 'driver.found', 'no.such'], { env });
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('no.such');
  });
});

describe('signet doctor with a daemon', () => {
  let daemon: TestDaemon;

  beforeAll(async () => {
    daemon = await startDaemon();
  });
  afterAll(() => daemon[Symbol.asyncDispose]());

  it('asks it, and looks at its doors from outside', async () => {
    const { stdout, stderr } = await command(['doctor', '--json'], { env: daemon.env });
    expect(stderr).toBe('');
    const report = JSON.parse(stdout) as Report;
    const of = (id: string) => report.checks.filter((check) => check.id === id).map(({ result }) => result);
    expect(of('daemon.running')).toEqual(['pass']);
    expect(of('api.socket')).toEqual(['pass']);
    expect(of('token.present')).toEqual(['pass']);
    expect(report.checks.some(({ evidence }) => 'signet' in evidence)).toBe(true);
    const order = [...new Set(report.checks.map(({ id }) => id))];
    expect(order).toEqual(
      listChecks('linux')
        .map(({ id }) => id)
        .filter((id) => order.includes(id)),
    );
  });

  it('says nothing about looking from beside', async () => {
    const { out } = await typed(['doctor'], { env: daemon.env });
    expect(out).not.toContain('from beside');
    expect(plainly(out).trimEnd().split('\n').at(-1)).toBe(ENDS.en);
  });

  it('sees what the daemon cannot: a token file that others can read', async () => {
    const file = join(daemon.runtimeDir, 'token');
    chmodSync(file, 0o644);
    try {
      const { code, out } = await typed(['doctor', 'api.token-file-permissions', 'driver.loads'], { env: daemon.env });
      expect(code).toBe(1);
      expect(plainly(out)).toMatch(/✗ Others on this computer can read the access token/);
    } finally {
      chmodSync(file, 0o600);
    }
  });
});
