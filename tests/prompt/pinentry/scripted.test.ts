import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Desk, type Face, type PinentryOptions, Prompt, pinentryFace } from '../../../src/prompt/index.ts';
import { QUESTIONS, SITE } from '../questions.ts';
import { children, put } from './asking.ts';
import { Scripted } from './scripted.ts';

const CANARY = '73915';
const UNAVAILABLE = { error: expect.objectContaining({ code: 'prompt_unavailable' }) };

let scripted: Scripted;
let count = 0;

beforeAll(() => {
  scripted = new Scripted();
});

afterEach(async () => {
  await vi.waitFor(() => expect(children().filter(({ cmdline }) => cmdline.includes(scripted.folder))).toEqual([]), 5_000);
});

afterAll(() => scripted.remove());

function faceOf(answer: string, greeting?: string, options: PinentryOptions = {}): { face: Face; told(): string[] } {
  count += 1;
  const name = `pinentry-${count}`;
  const program = scripted.write(name, answer, greeting);
  const env = { PATH: process.env.PATH, DISPLAY: ':987' };
  return { face: pinentryFace({ program, env, hasty: 0, patience: 400, ...options }), told: () => scripted.told(name) };
}

/** A face that is of no use, and says nothing of what was typed. */
async function isOfNoUse(face: Face): Promise<void> {
  const end = await put(face, QUESTIONS.pin).end;
  expect(end).toEqual(UNAVAILABLE);
  expect(inspect(end, { depth: 9, showHidden: true })).not.toContain(CANARY);
}

describe('a pinentry that', () => {
  it.each([
    ['never greets', 'echo OK', 'sleep 30'],
    ['is something else', 'echo OK', 'echo "Usage: something else"'],
    ['refuses at once', 'echo OK', 'echo "ERR 83886080 not today"'],
    ['ends before it greets', 'echo OK', 'exit 0'],
    ['never ends its line', 'echo OK', 'while :; do printf 0123456789012345678901234567890123456789; done'],
    ['speaks garbage when it should answer', `echo "PIN ${CANARY}"`, undefined],
    ['dies while somebody types', `echo "D ${CANARY}"; exit 1`, undefined],
    ['is killed while somebody types', `printf "D ${CANARY}"; kill -9 $$`, undefined],
    ['asks back', `echo "D ${CANARY}"; echo "INQUIRE QUALITY"`, undefined],
    ['answers an error without a number', `echo "D ${CANARY}"; echo "ERR ${CANARY}x"; echo "ERR what"`, undefined],
    ['says far too much', `i=0; while [ $i -lt 40 ]; do printf 'D %0400d\\n' ${CANARY}; i=$((i+1)); done`, undefined],
    ['has no terminal', 'echo "ERR 83918950 Inappropriate ioctl for device"', undefined],
  ])('%s is of no use', async (_, answer, greeting) => {
    await isOfNoUse(faceOf(answer, greeting).face);
  });

  it('is there shows no files: the console is opened for them at once', async () => {
    const name = join(scripted.folder, 'started');
    const { face } = faceOf(`touch ${name}`, `touch ${name}; echo OK`);
    expect(await face.ready()).toBe(true);
    const opened: string[] = [];
    const desk = new Desk({
      openConsole: async () => {
        opened.push(desk.open()?.question.kind ?? 'none');
        leave = desk.attend('console', (event) => {
          if (event.event === 'opened' && event.prompt.question.kind === 'load')
            desk.answer(event.prompt.id, { kind: 'load', files: [{ name: 'x', data: Buffer.from('y') }] });
          else if (event.event === 'opened') desk.answer(event.prompt.id, { kind: 'save' });
        });
        return true;
      },
    });
    let leave = (): void => undefined;
    const prompt = new Prompt({ faces: [face, desk.face('console')], language: 'en', timeout: 10_000 });
    const answers = await prompt.turn({ asker: SITE, signal: new AbortController().signal }, async (dialog) => [
      await dialog.ask(QUESTIONS.load),
      await dialog.ask(QUESTIONS.save),
    ]);
    leave();
    expect(answers).toEqual([{ files: [{ name: 'x', data: Buffer.from('y') }] }, {}]);
    expect(opened).toEqual(['load']);
    expect(existsSync(name)).toBe(false);
  });

  it('is not there is not ready', async () => {
    const face = pinentryFace({ program: `${scripted.folder}/none`, env: { DISPLAY: ':987' } });
    expect(await face.ready()).toBe(false);
    await isOfNoUse(face);
  });

  it('cannot be started is of no use', async () => {
    const { face } = faceOf('echo OK');
    // Its interpreter is missing.
    writeFileSync(`${scripted.folder}/pinentry-${count}`, '#!/no/such/interpreter\n');
    expect(await face.ready()).toBe(true);
    await isOfNoUse(face);
  });

  it('hangs is given up when the time is over', async () => {
    const end = await put(faceOf('sleep 30').face, QUESTIONS.pin, { timeout: 300 }).end;
    expect(end).toEqual({ error: expect.objectContaining({ code: 'prompt_timeout' }) });
  });

  it('does not hear SIGTERM is killed', async () => {
    const { face, told } = faceOf('trap "" TERM; while :; do sleep 0.1; done');
    const asked = put(face, QUESTIONS.pin);
    await vi.waitFor(() => expect(told()).toContain('GETPIN'));
    asked.withdraw(new Error('gone'));
    expect(await asked.end).toEqual({ error: expect.objectContaining({ message: 'gone' }) });
  });

  it('answers although the question was withdrawn is not heard', async () => {
    const { face, told } = faceOf(`trap 'echo "D ${CANARY}"; echo OK; exit 0' TERM; while :; do sleep 0.05; done`);
    const asked = put(face, QUESTIONS.pin);
    await vi.waitFor(() => expect(told()).toContain('GETPIN'));
    asked.withdraw(new Error('gone'));
    const end = await asked.end;
    expect(end).toEqual({ error: expect.objectContaining({ message: 'gone' }) });
    expect(inspect(end, { depth: 9 })).not.toContain(CANARY);
  });
});

describe('what is typed', () => {
  it.each([
    ['echo "D 1%0D%0A2%25%zz%e9 &"; echo OK', '1\r\n2%%zz\xe9 &'],
    ['echo "S PASSWORD_FROM_CACHE"; echo "# note"; echo "D 12"; echo "D 34"; echo "OK done"', '1234'],
    ["printf 'D 12\\r\\nOK\\r\\n'", '12'],
    ['printf "D 1"; sleep 0.1; printf "2\\nO"; sleep 0.1; echo K', '12'],
    ['echo OK', ''],
  ])('by %s is taken byte by byte', async (answer, typed) => {
    const end = await put(faceOf(answer).face, QUESTIONS.pin).end;
    expect('answer' in end && end.answer.pin?.bytes.toString('latin1')).toBe(typed);
  });
});

describe('an answer before the question could be read', () => {
  /** Answers one question at once, and the next after longer. */
  const twice = (first: string, then: string): string =>
    `if [ -e "$0.asked" ]; then sleep 1.2; ${then}; else : > "$0.asked"; ${first}; fi`;

  it('is neither a PIN nor a consent: it is asked again', async () => {
    const slow = { hasty: 1_000 };
    for (const [question, answer] of [
      [QUESTIONS.pin, { pin: expect.objectContaining({ wiped: false }) }],
      [QUESTIONS.confirm, {}],
    ] as const) {
      const { face, told } = faceOf(twice('echo "D 1111"; echo OK', 'echo "D 2222"; echo OK'), undefined, slow);
      const end = await put(face, question).end;
      expect(end).toEqual({ answer });
      if ('answer' in end && 'pin' in end.answer) expect(end.answer.pin?.bytes.toString()).toBe('2222');
      expect(told().filter((command) => /^(GETPIN|CONFIRM)/.test(command))).toHaveLength(2);
    }
  });

  it('is not asked for for ever, where no person gives it', async () => {
    const { face, told } = faceOf('echo "D 1111"; echo OK', undefined, { hasty: 60_000 });
    expect(await put(face, QUESTIONS.pin).end).toEqual(UNAVAILABLE);
    expect(told().filter((command) => command === 'GETPIN')).toHaveLength(5);
  });

  it('is a no all the same', async () => {
    const { face } = faceOf('echo "ERR 83886179 Operation cancelled"', undefined, { hasty: 60_000 });
    expect(await put(face, QUESTIONS.pin).end).toEqual({ error: expect.objectContaining({ code: 'prompt_cancelled' }) });
  });
});

describe('what a pinentry is told', () => {
  it('is one line for each text, however a document is called', async () => {
    const { face, told } = faceOf('echo "D 1"; echo OK');
    const documents = [{ name: 'a\nGETPIN\r%0A100%\u202eb<b>.pdf', digest: 'SHA-256 0011' }];
    await put(face, { ...QUESTIONS.pin, act: { kind: 'sign', documents, count: 1 } }).end;
    const commands = told();
    expect(commands.filter((command) => command === 'GETPIN')).toHaveLength(1);
    expect(commands.find((command) => command.startsWith('SETDESC'))).toContain('%0ADocument: a GETPIN %250A100%25b‹b›.pdf%0A');
    expect(commands).toEqual(expect.arrayContaining(['SETOK Sign', 'SETCANCEL Cancel', 'SETPROMPT PIN:', 'SETTIMEOUT 20']));
    for (const command of commands) expect(Buffer.byteLength(command)).toBeLessThanOrEqual(1_000);
  });

  it('is no PIN', async () => {
    const { face, told } = faceOf(`echo "D ${CANARY}"; echo OK`);
    const end = await put(face, QUESTIONS.pin).end;
    expect('answer' in end && end.answer.pin?.bytes.toString()).toBe(CANARY);
    expect(told().join('\n')).not.toContain(CANARY);
  });
});

describe('of several pinentries', () => {
  it('the next is asked when one cannot show anything', async () => {
    const own = new Scripted();
    try {
      own.write('pinentry-gnome3', 'echo "ERR 83886340 No prompter"');
      own.write('pinentry-qt', 'echo "D 2468"; echo OK');
      const env = { PATH: `${own.folder}:${process.env.PATH}`, DISPLAY: ':987', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };
      const end = await put(pinentryFace({ env, hasty: 0 }), QUESTIONS.pin).end;
      expect(own.told('pinentry-gnome3')).toContain('GETPIN');
      expect('answer' in end && end.answer.pin?.bytes.toString()).toBe('2468');
    } finally {
      own.remove();
    }
  });

  it('a no to the first is a no', async () => {
    const own = new Scripted();
    try {
      own.write('pinentry-gnome3', 'echo "ERR 83886179 Operation cancelled"');
      own.write('pinentry-qt', 'echo "D 2468"; echo OK');
      const env = { PATH: own.folder, DISPLAY: ':987', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nowhere' };
      const end = await put(pinentryFace({ env }), QUESTIONS.pin).end;
      expect(end).toEqual({ error: expect.objectContaining({ code: 'prompt_cancelled' }) });
    } finally {
      own.remove();
    }
  });
});
