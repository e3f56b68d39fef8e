import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { command, type Ended, startDaemon, type TestDaemon } from './daemon.ts';
import { typed } from './fake-terminal.ts';

const CANARY = '80739152';
let daemon: TestDaemon;
beforeEach(async () => {
  daemon = await startDaemon({ userPin: CANARY });
});
afterEach(() => daemon[Symbol.asyncDispose]());

const piped = (input: string, ...argv: string[]): Promise<Ended> => command(argv, { env: daemon.env, cwd: daemon.folder, input });
const atTerminal = (argv: string[], ...answers: [RegExp, string][]) => typed(argv, { env: daemon.env, answers });
const pinOf = async () => JSON.parse((await piped('', 'tokens', '--json')).stdout).tokens[0].pin;

describe('login', () => {
  it('works with the PIN on standard input, and logout ends it', async () => {
    expect(await piped(`${CANARY}\n`, 'login', '--pin-stdin')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('PIN accepted: Signet test'),
    });
    writeFileSync(join(daemon.folder, 'f'), 'x');
    expect((await piped('', 'sign', 'f')).code).toBe(0);
    expect((await piped('', 'logout')).code).toBe(0);
    expect((await piped('', 'sign', 'f', '--force')).code).toBe(4);
  });

  it('shows the tries that are left before it asks, and nothing of what is typed', async () => {
    const { code, err, out, rawWhileTyping } = await atTerminal(
      ['login', daemon.token.serial],
      [/PIN of Signet test \(/, `${CANARY}\r`],
    );
    expect(code).toBe(0);
    expect(err.indexOf('3 tries left')).toBeGreaterThanOrEqual(0);
    expect(err.indexOf('3 tries left')).toBeLessThan(err.indexOf('nothing is shown'));
    expect(rawWhileTyping).toEqual([true]);
    expect(`${out}${err}`).not.toContain(CANARY);
  });

  it('spends nothing when it is called off or the PIN cannot be one', async () => {
    expect((await atTerminal(['login'], [/PIN of/, '\u0003'])).code).toBe(4);
    expect(await piped('1\n', 'login', '--pin-stdin', '--json')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('pin_format'),
    });
    expect(await piped('', 'login', '--pin-stdin', '--json')).toMatchObject({
      code: 4,
      stdout: expect.stringContaining('stdin_empty'),
    });
    expect(await pinOf()).toMatchObject({ remaining: { atMost: 3 } });
  });
});

describe('a wrong PIN', () => {
  it('ends with exit code 4 and says what is left; the same one again spends nothing', async () => {
    const wrong = await piped('11111111\n', 'login', '--pin-stdin');
    expect(wrong).toMatchObject({ code: 4, stdout: '' });
    expect(wrong.stderr).toContain('2 tries left');
    const again = await piped('11111111\n', 'login', '--pin-stdin', '--json');
    expect({ code: again.code, told: JSON.parse(again.stdout) }).toMatchObject({
      code: 4,
      told: { code: 'pin_known_wrong', pin: { remaining: { atMost: 2 } } },
    });
  });

  it('before the last try is followed by a question of its own, and by none where nobody can answer', async () => {
    await piped('11111111\n', 'login', '--pin-stdin');
    await piped('22222222\n', 'login', '--pin-stdin');
    const script = await piped(`${CANARY}\n`, 'login', '--pin-stdin', '--json');
    expect({ code: script.code, told: JSON.parse(script.stdout) }).toMatchObject({
      code: 4,
      told: { code: 'final_try_consent_required' },
    });
    const declined = await atTerminal(['login'], [/type the name/, 'yes\r']);
    expect(declined.code).toBe(4);
    expect(declined.err).toContain('This is the last try');
    expect(await pinOf()).toMatchObject({ state: 'final_try', remaining: { atMost: 1 } });

    const agreed = await patiently(() =>
      atTerminal(['login'], [/type the name/, 'Signet test\r'], [/nothing is shown/, `${CANARY}\r`]),
    );
    expect({ code: agreed.code, err: agreed.err.includes(CANARY) }).toEqual({ code: 0, err: false });
    expect(agreed.rawWhileTyping.at(-1)).toBe(true);
    expect(await pinOf()).toMatchObject({ remaining: { atMost: 3 } });
  });

  it('at the last try blocks; nobody is asked for a PIN then, and the PUK is the way out', async () => {
    await piped('11111111\n', 'login', '--pin-stdin');
    await piped('22222222\n', 'login', '--pin-stdin');
    const last = await patiently(() =>
      piped('33333333\n', 'login', '--pin-stdin', '--yes-use-the-final-try-of-this-token', '--json'),
    );
    expect({ code: last.code, told: JSON.parse(last.stdout) }).toMatchObject({ code: 4, told: { code: 'pin_locked' } });
    const blocked = await atTerminal(['login']);
    expect({ code: blocked.code, asked: blocked.err.includes('nothing is shown') }).toEqual({ code: 4, asked: false });

    const unblock = () =>
      atTerminal(
        ['pin', 'unblock'],
        [/PUK of Signet test \(/, '12345678\r'],
        [/New PIN \(/, '975310\r'],
        [/once more/, '975310\r'],
      );
    const unblocked = await patiently(unblock);
    expect({ code: unblocked.code, told: unblocked.err }).toMatchObject({ code: 0 });
    expect((await piped('975310\n', 'login', '--pin-stdin')).code).toBe(0);
  }, 90_000);
});

describe('pin change', () => {
  it('wants the new PIN twice, and takes both from two lines', async () => {
    const differ = await atTerminal(
      ['pin', 'change'],
      [/Current PIN/, `${CANARY}\r`],
      [/New PIN \(/, '975310\r'],
      [/once more/, '975311\r'],
    );
    expect(differ).toMatchObject({ code: 4, err: expect.stringContaining('not typed the same twice') });
    expect((await piped(`${CANARY}\n`, 'pin', 'change', '--pin-stdin', '--json')).stdout).toContain('stdin_empty');
    expect((await piped(`${CANARY}\n975310\n`, 'pin', 'change', '--pin-stdin')).code).toBe(0);
    expect((await piped('975310\n', 'login', '--pin-stdin')).code).toBe(0);
  });
});

describe('a PIN', () => {
  it('is in nothing that Signet writes or prints', async () => {
    writeFileSync(join(daemon.folder, 'f'), 'x');
    const ended = [
      await piped(`${CANARY}\n`, 'sign', 'f', '--pin-stdin'),
      await piped('90817263\n', 'login', '--pin-stdin'),
      await piped(`${CANARY}\n${CANARY}1\n`, 'pin', 'change', '--pin-stdin', '--json'),
      await command(['login', `--pin=${CANARY}`], { env: daemon.env }),
      await piped('', 'audit', '--json'),
    ];
    await daemon.stop();
    const artefacts = [...ended.map(({ stdout, stderr }) => stdout + stderr), daemon.printed(), ...filesBelow(daemon.folder)];
    for (const text of artefacts) for (const pin of [CANARY, '90817263']) expect(text.includes(pin)).toBe(false);
  });
});

/** Does it again while the daemon makes the caller wait after wrong PINs, each time as long as it was told to. */
async function patiently<T extends object>(act: () => Promise<T>): Promise<T> {
  for (;;) {
    const ended = await act();
    const seconds = /makes you wait (\d+)\s+seconds/.exec(JSON.stringify(ended).replaceAll('\\n', ' '))?.[1];
    if (seconds === undefined) return ended;
    await new Promise((resolve) => setTimeout(resolve, Number(seconds) * 1000));
  }
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => readFileSync(path, 'latin1'));
}
