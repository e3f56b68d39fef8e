import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { cleanEnvironment, command } from './daemon.ts';
import { typed } from './fake-terminal.ts';

let daemon: TestDaemon;
let env: NodeJS.ProcessEnv;

beforeAll(async () => {
  daemon = await startTestDaemon();
  env = { ...cleanEnvironment(daemon.home), SIGNET_RUNTIME_DIR: daemon.runtimeDir };
});
afterAll(() => daemon.dispose());

const exchange = (address: string) =>
  ask(daemon, {
    method: 'POST',
    path: '/v1/console/session',
    body: { code: address.slice(address.indexOf('#code=') + 6) },
    headers: { origin: daemon.url },
  });
const doors = () => readdirSync(daemon.runtimeDir).filter((name) => name.startsWith('console-'));

/** A program of this name in PATH that does as the script says; `$1` is what it was started with. */
function program(name: string, script: string): NodeJS.ProcessEnv {
  const folder = join(daemon.home, `bin-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder);
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o700);
  return { ...env, PATH: `${folder}:${env.PATH}`, DISPLAY: ':99' };
}

describe('signet console', () => {
  it('prints an address that opens the console once', async () => {
    const { code, out } = await typed(['console', '--print'], { env });
    expect(code).toBe(0);
    const [address = ''] = /http:[\w:/.#=-]+/.exec(out) ?? [];
    expect(address).toMatch(new RegExp(`^${daemon.url}/console/#code=[A-Za-z0-9_-]{43}$`));
    expect((await exchange(address)).status).toBe(201);
    expect((await exchange(address)).json.code).toBe('console_code_refused');
    expect(doors()).toEqual([]);
  });

  it('prints it too where there is no screen, and as JSON', async () => {
    const { code, out } = await typed(['console', '--json'], { env });
    const { url } = JSON.parse(out) as { url: string };
    expect([code, (await exchange(url)).status]).toEqual([0, 201]);
    expect((await typed(['console'], { env })).out).toContain('There is no screen here');
  });

  it('opens a private file that leads there, with the code in no argument, and removes it', async () => {
    const told = join(daemon.home, 'told');
    const script = `printf '%s' "$*" > '${told}.argv'; stat -c %a "\${1#file://}" > '${told}.mode'; cp "\${1#file://}" '${told}.html'; mv '${told}.html' '${told}.page'`;
    const running = command(['console'], { env: program('xdg-open', script) });
    const page = await appears(`${told}.page`);
    const [, address = ''] = /url=([^"]+)"/.exec(page) ?? [];
    const [argv, mode] = ['argv', 'mode'].map((name) => readFileSync(`${told}.${name}`, 'utf8').trim());
    expect(argv).toMatch(/^file:.*console-[\w-]+\.html$/);
    expect(argv).not.toContain(address.slice(-20));
    expect(mode).toBe('600');
    expect(doors()).toHaveLength(1);
    expect((await exchange(address)).status).toBe(201);
    const { code, stdout } = await running;
    expect([code, stdout]).toEqual([0, expect.stringContaining('Signet is open in your browser.')]);
    expect(stdout).not.toContain(address.slice(-20));
    expect(doors()).toEqual([]);
  });

  it('sweeps away what a killed command left, never follows a link, and touches nothing else', async () => {
    const [old, fresh, other] = ['console-AAAAAAAAAAAA.html', 'console-BBBBBBBBBBBB.html', 'console-notes.html'].map((name) =>
      join(daemon.runtimeDir, name),
    );
    const kept = join(daemon.home, 'kept');
    writeFileSync(kept, 'mine');
    for (const file of [old, fresh, other]) writeFileSync(String(file), '');
    const link = join(daemon.runtimeDir, 'console-CCCCCCCCCCCC.html');
    symlinkSync(kept, link);
    const past = new Date(Date.now() - 10 * 60_000);
    for (const file of [old, other, kept]) utimesSync(String(file), past, past);
    await command(['console'], { env: program('xdg-open', 'exit 3') });
    expect(doors().toSorted()).toEqual(['console-BBBBBBBBBBBB.html', 'console-notes.html']);
    expect(readFileSync(kept, 'utf8')).toBe('mine');
    for (const file of [fresh, other]) rmSync(String(file));
  });

  it('says so when no browser can be started, and leaves nothing behind', async () => {
    const { code, stderr } = await command(['console'], { env: program('xdg-open', 'exit 3') });
    expect([code, stderr]).toEqual([3, expect.stringContaining('signet console --print')]);
    expect(doors()).toEqual([]);
  });
});

function appears(path: string): Promise<string> {
  return until(path, () => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));
}
