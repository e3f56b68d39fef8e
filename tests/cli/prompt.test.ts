import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { type Answers, type Desk, Prompt, type QuestionKind, type QuestionOf } from '../../src/prompt/index.ts';
import { startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { OTHER, QUESTIONS, SITE, TOKEN } from '../prompt/questions.ts';
import { cleanEnvironment, command } from './daemon.ts';

const PROGRAM = join(import.meta.dirname, '../../src/cli/index.ts');
const CANARY = '80739152';
const ESCAPE = String.fromCharCode(0x1b);
/** CSI sequences (ECMA-48, 5.4). */
const SEQUENCES = new RegExp(`${ESCAPE}\\[[0-9;?]*[A-Za-z]`, 'g');

let daemon: TestDaemon;
let desk: Desk;
const open: Pty[] = [];

beforeAll(async () => {
  daemon = await startTestDaemon();
  if (daemon.rooms === undefined) throw new Error('the daemon is elsewhere');
  desk = daemon.rooms.desk;
});
afterEach(async () => {
  for (const pty of open.splice(0)) await pty.hangUp();
  await until('nobody attends', () => !desk.attended('terminal') || undefined);
});
afterAll(() => daemon.dispose());

/** `signet prompt` in a terminal of its own. */
class Pty {
  readonly ended: Promise<number | null>;
  raw = '';
  readonly #child;
  #read = 0;

  constructor(columns: number, ...options: string[]) {
    const line = [process.execPath, PROGRAM, 'prompt', ...options].map((word) => `'${word}'`).join(' ');
    const env = { ...cleanEnvironment(daemon.home), SIGNET_RUNTIME_DIR: daemon.runtimeDir, TERM: 'xterm' };
    this.#child = spawn('script', ['-qefc', `stty cols ${columns} rows 40; exec ${line}`, '/dev/null'], {
      env,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.raw += text;
    });
    this.ended = new Promise((resolve) => this.#child.once('close', resolve));
    open.push(this);
  }

  /** What is on the screen, line by line. */
  get text(): string {
    return this.raw.replace(SEQUENCES, '').replaceAll('\r', '');
  }

  /** Waits for something new. */
  async sees(what: string | RegExp): Promise<void> {
    await until(`${what} in ${JSON.stringify(this.text)}`, () => {
      const fresh = this.text.slice(this.#read);
      const at = typeof what === 'string' ? fresh.indexOf(what) : fresh.search(what);
      if (at < 0) return undefined;
      this.#read += at + 1;
      return true;
    });
  }

  types(keys: string): void {
    this.#child.stdin.write(keys);
  }

  async hangUp(): Promise<void> {
    // The first may only refuse what is asked.
    const again = setInterval(() => this.types('\x03'), 50);
    await this.ended;
    clearInterval(again);
  }
}

async function attended(columns = 80, ...options: string[]): Promise<Pty> {
  const pty = new Pty(columns, ...options);
  await until('somebody attends the terminal', () => desk.attended('terminal') || undefined);
  return pty;
}

function put<K extends QuestionKind>(question: QuestionOf<K>, timeout = 60_000) {
  const gone = new AbortController();
  const prompt = new Prompt({ faces: [desk.face('terminal')], language: 'en', timeout });
  const answer = prompt
    .turn<Answers[K] | string>({ asker: SITE, signal: gone.signal }, (dialog) => dialog.ask(question))
    .catch((error: unknown) => (error instanceof SignetError ? error.code : String(error)));
  return { answer, gone };
}

describe('signet prompt', () => {
  it('wants a terminal, and a daemon', async () => {
    const env = { ...cleanEnvironment(daemon.home), SIGNET_RUNTIME_DIR: daemon.runtimeDir };
    const piped = await command(['prompt', '--json'], { env, input: 'yes\n' });
    expect({ code: piped.code, told: JSON.parse(piped.stdout) }).toMatchObject({ code: 2, told: { code: 'prompt_no_terminal' } });
    const nowhere = new Pty(80, '--runtime-dir', join(daemon.home, 'nowhere'));
    expect(await nowhere.ended).toBe(3);
  });

  it('asks every kind of question, each with a word or a number of its own, and ends with Ctrl-C', async () => {
    const pty = await attended();
    await pty.sees('Waiting for questions');

    const pairing = put(QUESTIONS.pair);
    await pty.sees('https://sede.example.es');
    await pty.sees('Type yes or no');
    pty.types('\r');
    await pty.sees('Type yes or no');
    pty.types('y\r');
    await pty.sees('Type yes or no');
    pty.types('YES\r');
    await pty.sees('3  Allow for 365 days');
    await pty.sees('Type a number from 1 to 3');
    pty.types('7\r');
    await pty.sees('Type a number from 1 to 3');
    pty.types('2\r');
    expect(await pairing.answer).toEqual({ rights: ['certificates', 'sign'], days: 1 });
    await pty.sees('Answered.');

    const choice = put(QUESTIONS.certificate);
    await pty.sees('EXPIRED');
    await pty.sees('Type a number from 1 to 2, or no');
    pty.types('2\r');
    await pty.sees('for 90 days');
    await pty.sees('Type yes or no');
    pty.types('no\r');
    expect(await choice.answer).toEqual({ credentialId: OTHER.credentialId, remember: false });

    const typing = put(QUESTIONS.pin);
    await pty.sees('contract.pdf');
    await pty.sees('3 tries left');
    await pty.sees('Enter alone says no');
    pty.types(`${CANARY}\r`);
    const { pin } = (await typing.answer) as { pin: Secret };
    expect(pin.bytes.toString()).toBe(CANARY);

    const pad = put({ ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } });
    await pty.sees('Type the PIN on the reader');
    await pty.sees('Type yes or no');
    pty.types('yes\r');
    expect(await pad.answer).toEqual({ pin: null });

    const consent = put(QUESTIONS.confirm);
    await pty.sees('Type yes or no');
    pty.types('no\r');
    expect(await consent.answer).toBe('prompt_cancelled');
    await pty.sees('You said no');

    const folder = mkdtempSync(join(daemon.home, 'files-'));
    const picking = put(QUESTIONS.load);
    await pty.sees('It says: “Your application”');
    await pty.sees('Type the path of the file');
    pty.types('\r');
    await pty.sees('Type the path of the file');
    pty.types(`${folder}\r`);
    await pty.sees('is not a file');
    pty.types(`${join(folder, 'none')}\r`);
    await pty.sees('ENOENT');
    writeFileSync(join(folder, 'one of mine.txt'), 'hello');
    pty.types(`'${join(folder, 'one of mine.txt')}'\r`);
    await pty.sees('Chosen: one of mine.txt');
    await pty.sees('another file');
    pty.types('\r');
    expect(await picking.answer).toEqual({ files: [{ name: 'one of mine.txt', data: Buffer.from('hello') }] });

    const small = put({ ...QUESTIONS.load, limits: { files: 1, bytes: 4 } });
    await pty.sees('Type the path of the file');
    pty.types(`${join(folder, 'one of mine.txt')}\r`);
    await pty.sees('too large');
    await pty.sees('Type the path of the file');
    pty.types('no\r');
    expect(await small.answer).toBe('prompt_cancelled');

    const saving = put(QUESTIONS.save);
    await pty.sees('receipt.csig');
    await pty.sees('Type where to save it');
    pty.types(`${join(folder, 'no folder', 'x')}\r`);
    await pty.sees('Type where to save it');
    pty.types(`${join(folder, 'one of mine.txt')}\r`);
    await pty.sees('type: overwrite');
    pty.types('yes\r');
    await pty.sees('type: overwrite');
    pty.types('no\r');
    await pty.sees('Type where to save it');
    expect(readFileSync(join(folder, 'one of mine.txt'), 'utf8')).toBe('hello');
    pty.types(`${folder}\r`);
    await pty.sees('Saved: ');
    expect(await saving.answer).toEqual({});
    const kept = join(folder, 'receipt.csig');
    expect([readFileSync(kept), statSync(kept).mode & 0o777]).toEqual([QUESTIONS.save.content, 0o600]);

    const content = Buffer.from('another');
    const over = put({ ...QUESTIONS.save, content });
    await pty.sees('Type where to save it');
    pty.types(`${kept}\r`);
    await pty.sees('type: overwrite');
    pty.types('Overwrite\r');
    expect(await over.answer).toEqual({});
    expect(readFileSync(kept)).toEqual(content);
    expect(readdirSync(folder).sort()).toEqual(['one of mine.txt', 'receipt.csig']);

    const final = put(QUESTIONS.final_try);
    await pty.sees('signet procedures show certigna.unblock');
    await pty.sees('type: last try');
    pty.types('yes\r');
    await pty.sees('type: last try');
    pty.types('last try\r');
    expect(await final.answer).toEqual({});

    const blocked = put(QUESTIONS.blocked);
    await pty.sees('Press Enter');
    pty.types('\r');
    expect(await blocked.answer).toEqual({});

    await pty.sees('Waiting for questions');
    pty.types('\x03');
    expect(await pty.ended).toBe(0);
    expect(pty.text).toContain('11 questions were asked');
    expect(pty.raw).not.toContain(CANARY);
  });

  it('throws away what is typed before a question shows, and takes Ctrl-C at one for a no', async () => {
    const pty = await attended();
    await pty.sees('Waiting for questions');
    pty.types(`yes\r${CANARY}\ryes\r`);
    const consent = put(QUESTIONS.confirm);
    pty.types('yes\r');
    await pty.sees('Type yes or no');
    pty.types('\x03');
    expect(await consent.answer).toBe('prompt_cancelled');
    await pty.sees('Waiting for questions');
    const typing = put(QUESTIONS.pin);
    await pty.sees('Enter alone says no');
    pty.types('123\x03');
    expect(await typing.answer).toBe('prompt_cancelled');
    const early = put(QUESTIONS.pin);
    await pty.sees('3 tries left');
    pty.types('\x03');
    expect(await early.answer).toBe('prompt_cancelled');
    const held = put({ ...QUESTIONS.pin, again: 'rate_limited', waitSeconds: 600 });
    await pty.sees('can send a PIN …');
    pty.types(CANARY);
    pty.types('\x03');
    expect(await held.answer).toBe('prompt_cancelled');
    const again = put(QUESTIONS.pin);
    await pty.sees('Enter alone says no');
    pty.types('\r');
    expect(await again.answer).toBe('prompt_cancelled');
    expect(pty.raw).not.toContain(CANARY);
  });

  it('closes a question that is over, and says why', async () => {
    const pty = await attended();
    const gone = put(QUESTIONS.confirm);
    await pty.sees('Type yes or no');
    pty.types('ye');
    gone.gone.abort();
    await pty.sees('Whoever asked is gone');
    expect(await gone.answer).toBe('prompt_cancelled');
    expect(await put(QUESTIONS.pin, 1).answer).toBe('prompt_timeout');
    await pty.sees('The time is over');
    const elsewhere = put(QUESTIONS.pin);
    await pty.sees('Enter alone says no');
    pty.types('12');
    const { prompts } = (await daemon.call('GET', '/v1/prompts')).json;
    await daemon.call('POST', `/v1/prompts/${prompts[0].id}/answer`, { kind: 'pin', pin: '4711' });
    await pty.sees('Answered elsewhere');
    const { pin } = (await elsewhere.answer) as { pin: Secret };
    expect(pin.bytes.toString()).toBe('4711');
    const next = put(QUESTIONS.confirm);
    await pty.sees('Type yes or no');
    pty.types('yes\r');
    expect(await next.answer).toEqual({});
  });

  it.each([
    ['fr', 40],
    ['es', 40],
    ['en', 80],
  ])('fits its terminal, whatever a token or a page calls itself (%s, %i columns)', async (language, columns) => {
    const hostile = `\u001b]0;x\u0007\u001b[2J\u202egnp.evil\r\nType yes${'W'.repeat(300)}`;
    const token = { ...TOKEN, label: hostile, reader: hostile };
    const pty = await attended(columns, '--language', language);
    const { answer, gone } = put({
      ...QUESTIONS.pin,
      token,
      act: { kind: 'sign', documents: [{ name: hostile, digest: 'SHA-256 3f2a 91c0 … 77de' }], count: 1 },
      certificate: { ...OTHER, holder: hostile, issuer: hostile, token },
    });
    await pty.sees(/PIN\s?: $/);
    gone.abort();
    expect(await answer).toBe('prompt_cancelled');
    await pty.sees('Ctrl-C');
    pty.types('\x03');
    expect(await pty.ended).toBe(0);
    const { text } = pty;
    // The bell that calls the person is ours.
    expect(text.replace('\x07', '')).not.toMatch(/(?!\n)[\p{Cc}\u202e]/u);
    expect(text).not.toMatch(/^Type yesW/m);
    const long = text.split('\n').filter((line) => line.length > columns && line.includes(' '));
    expect(long).toEqual([]);
  });
});
