import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Credentials, Gate } from '../../src/access/index.ts';
import { consoleOpener } from '../../src/daemon/open-console.ts';
import { Desk, type Face } from '../../src/prompt/index.ts';
import { Clients, Database } from '../../src/store/index.ts';
import { startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { QUESTIONS } from '../prompt/questions.ts';

let daemon: TestDaemon;
let database: Database;
let credentials: Credentials;
const gate = () => {
  const made = new Gate(credentials);
  made.listensOn(daemon.port);
  return made;
};

beforeAll(async () => {
  daemon = await startTestDaemon();
  database = Database.open(join(daemon.home, 'other.db'));
});
beforeEach(() => {
  credentials = new Credentials(new Clients(database));
});
afterAll(async () => {
  database.close();
  await daemon.dispose();
});

const doors = () => readdirSync(daemon.runtimeDir).filter((name) => name.startsWith('console-'));
/** An environment with a screen, in which `xdg-open` does as the script says. */
function screen(script: string): NodeJS.ProcessEnv {
  const folder = join(daemon.home, `bin-${Math.random().toString(36).slice(2)}`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, 'xdg-open'), 0o700);
  return { PATH: `${folder}:${process.env.PATH}`, DISPLAY: ':99' };
}
const ask = (face: Face) =>
  face.ask(QUESTIONS.confirm, { language: 'en', signal: new AbortController().signal, timeout: 60_000 });

it('opens the console for a question that nobody sees, with the code in no argument', async () => {
  const told = join(daemon.home, 'told');
  const env = screen(`printf '%s' "$*" > '${told}.argv'; cp "\${1#file://}" '${told}.html'; mv '${told}.html' '${told}.page'`);
  const desk = new Desk(consoleOpener({ credentials, gate: gate(), runtimeDir: daemon.runtimeDir, env }));
  const face = desk.face('console');
  expect(await face.ready()).toBe(true);
  const answer = ask(face);
  const page = await until('the browser is led there', () =>
    existsSync(`${told}.page`) ? readFileSync(`${told}.page`, 'utf8') : undefined,
  );
  const [, address = ''] = /url=([^"]+)"/.exec(page) ?? [];
  expect(address).toMatch(new RegExp(`^${daemon.url}/console/#code=[\\w-]{43}$`));
  expect(readFileSync(`${told}.argv`, 'utf8')).not.toContain(address.slice(-20));
  credentials.console.exchange(address.slice(-43));
  const leave = desk.attend('console', (event) => {
    if (event.event === 'opened') desk.answer(event.prompt.id, { kind: 'confirm' });
  });
  expect(await answer).toEqual({});
  await until('the file is gone', () => doors().length === 0 || undefined);
  leave();
});

it('goes on to the next face when no browser starts, and is no face without a screen', async () => {
  const failing = new Desk(consoleOpener({ credentials, gate: gate(), runtimeDir: daemon.runtimeDir, env: screen('exit 3') }));
  await expect(ask(failing.face('console'))).rejects.toMatchObject({ code: 'prompt_unavailable' });
  expect(doors()).toEqual([]);
  const nowhere = consoleOpener({ credentials, gate: gate(), runtimeDir: join(daemon.home, 'nowhere'), env: screen('exit 0') });
  await expect(ask(new Desk(nowhere).face('console'))).rejects.toMatchObject({ code: 'prompt_unavailable' });
  const dark = new Desk(
    consoleOpener({ credentials, gate: gate(), runtimeDir: daemon.runtimeDir, env: { PATH: process.env.PATH } }),
  );
  expect(await dark.face('console').ready()).toBe(process.platform !== 'linux');
});

it.runIf(process.platform === 'linux')(
  'finds the screen of a person who logged in after the service had been started',
  async () => {
    const { PATH } = screen('true');
    const folder = PATH?.split(':')[0] ?? '';
    writeFileSync(join(folder, 'systemctl'), "#!/bin/sh\necho 'DISPLAY=:99'\n", { mode: 0o700 });
    const told = join(daemon.home, 'screen');
    writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\nprintf %s "$DISPLAY" > '${told}'\nexit 1\n`, { mode: 0o700 });
    const env = { PATH, XDG_RUNTIME_DIR: daemon.runtimeDir };
    const face = new Desk(consoleOpener({ credentials, gate: gate(), runtimeDir: daemon.runtimeDir, env })).face('console');
    expect(await face.ready()).toBe(true);
    await expect(ask(face)).rejects.toMatchObject({ code: 'prompt_unavailable' });
    expect(readFileSync(told, 'utf8')).toBe(':99');
  },
);
