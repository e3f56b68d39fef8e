import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { type Asking, Desk, type DeskEvent, type Given, Prompt, type Question } from '../../src/prompt/index.ts';
import { QUESTIONS, SITE, TOKEN } from './questions.ts';

const asking = (signal = new AbortController().signal): Asking => ({ language: 'en', signal, timeout: 60_000 });
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'answered',
    (error: unknown) => (error instanceof SignetError ? error.code : String(error)),
  );
const refusal = (act: () => void): string | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof SignetError ? `${error.code} ${error.facts.params?.field ?? ''}`.trim() : String(error);
  }
};
/** An attendant who keeps what is heard. */
function attendant(desk: Desk, face: 'console' | 'terminal' = 'console') {
  const heard: DeskEvent[] = [];
  const leave = desk.attend(face, (event) => heard.push(event));
  return { heard, leave, names: () => heard.map((event) => (event.event === 'opened' ? 'opened' : event.why)) };
}
const idOf = (desk: Desk): string => desk.open()?.id ?? '';
const ask = (desk: Desk, question: Question, signal?: AbortSignal, face: 'console' | 'terminal' = 'console') =>
  desk.face(face).ask(question as never, asking(signal)) as Promise<unknown>;

describe('a face of the desk', () => {
  it('is ready while somebody attends it', async () => {
    const desk = new Desk();
    const ready = () => Promise.all([desk.face('console').ready(), desk.face('terminal').ready()]);
    expect(await ready()).toEqual([false, false]);
    const first = attendant(desk, 'terminal');
    const second = attendant(desk, 'terminal');
    expect(await ready()).toEqual([false, true]);
    first.leave();
    first.leave();
    expect(await ready()).toEqual([false, true]);
    second.leave();
    expect(await ready()).toEqual([false, false]);
  });

  it('lays the question open for those who attend it, now or later, and takes the first answer', async () => {
    const desk = new Desk({ waiting: () => 2 });
    const [one, other] = [attendant(desk), attendant(desk, 'terminal')];
    const answer = ask(desk, QUESTIONS.pair);
    const two = attendant(desk);
    expect(desk.open()).toMatchObject({ face: 'console', question: QUESTIONS.pair, waiting: 2 });
    const { openedAt = '', expiresAt = '', id = '' } = desk.open() ?? {};
    expect(Date.parse(expiresAt) - Date.parse(openedAt)).toBe(60_000);
    desk.answer(id, { kind: 'pair', rights: ['sign'], days: 1 });
    expect(await answer).toEqual({ rights: ['sign'], days: 1 });
    expect([one.names(), two.names(), other.names()]).toEqual([['opened', 'answered'], ['opened', 'answered'], []]);
    expect(desk.open()).toBeNull();
    expect(refusal(() => desk.answer(id, { kind: 'pair', rights: ['sign'], days: 1 }))).toBe('prompt_not_found');
    expect(refusal(() => desk.cancel(id))).toBe('prompt_not_found');
  });

  it('tells no from gone, late and stopping', async () => {
    const desk = new Desk();
    const there = attendant(desk);
    const cancelled = codeOf(ask(desk, QUESTIONS.confirm));
    desk.cancel(idOf(desk));
    expect(await cancelled).toBe('prompt_cancelled');
    for (const reason of [
      new SignetError('prompt_cancelled', { variant: 'gone' }),
      new DOMException('', 'TimeoutError'),
      new SignetError('shutting_down'),
      undefined,
    ]) {
      const gone = new AbortController();
      const asked = ask(desk, QUESTIONS.confirm, gone.signal).catch((error: unknown) => error);
      gone.abort(reason);
      expect(await asked).toBe(gone.signal.reason);
      expect(desk.open()).toBeNull();
    }
    const all = there.names().filter((name) => name !== 'opened');
    expect(all).toEqual(['cancelled', 'gone', 'timeout', 'stopped', 'gone']);
    const before = AbortSignal.abort(new SignetError('shutting_down'));
    expect(await codeOf(ask(desk, QUESTIONS.confirm, before))).toBe('shutting_down');
  });

  it('asks one question at a time', async () => {
    const desk = new Desk();
    attendant(desk);
    attendant(desk, 'terminal');
    const first = ask(desk, QUESTIONS.confirm);
    expect(await codeOf(ask(desk, QUESTIONS.confirm, undefined, 'terminal'))).toBe('prompt_unavailable');
    desk.answer(idOf(desk), { kind: 'confirm' });
    expect(await first).toEqual({});
  });
});

describe('when the person goes', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('waits a moment for a page that is loaded anew, and gives up then', async () => {
    const desk = new Desk({ grace: 3_000 });
    const page = attendant(desk);
    const asked = codeOf(ask(desk, QUESTIONS.confirm));
    page.leave();
    vi.advanceTimersByTime(2_999);
    const again = attendant(desk);
    vi.advanceTimersByTime(60_000);
    expect(again.names()).toEqual(['opened']);
    again.leave();
    vi.advanceTimersByTime(3_000);
    expect(await asked).toBe('prompt_unavailable');
    expect(desk.open()).toBeNull();
  });

  it('gives up as soon when the last attendant left just before', async () => {
    const desk = new Desk({ grace: 3_000 });
    const asked = codeOf(ask(desk, QUESTIONS.confirm, undefined, 'terminal'));
    vi.advanceTimersByTime(3_000);
    expect(await asked).toBe('prompt_unavailable');
  });

  it('leaves nothing that waits behind an answer', async () => {
    const desk = new Desk({ grace: 3_000 });
    const page = attendant(desk);
    const asked = ask(desk, QUESTIONS.confirm);
    page.leave();
    desk.answer(idOf(desk), { kind: 'confirm' });
    expect(await asked).toEqual({});
    expect(vi.getTimerCount()).toBe(0);
  });

  it('opens the console when nobody attends it and there is a screen, and waits for it to come', async () => {
    const opened = vi.fn(() => Promise.resolve(true));
    const desk = new Desk({ grace: 3_000, arrival: 20_000, openConsole: opened, canOpenConsole: () => true });
    expect(await desk.face('console').ready()).toBe(true);
    expect(await desk.face('terminal').ready()).toBe(false);
    const asked = ask(desk, QUESTIONS.confirm);
    await vi.advanceTimersByTimeAsync(19_000);
    const page = attendant(desk);
    expect(page.names()).toEqual(['opened']);
    desk.answer(idOf(desk), { kind: 'confirm' });
    expect(await asked).toEqual({});
    const attended = ask(desk, QUESTIONS.confirm);
    desk.answer(idOf(desk), { kind: 'confirm' });
    await attended;
    expect(opened).toHaveBeenCalledTimes(1);
    page.leave();
    const never = codeOf(ask(desk, QUESTIONS.confirm));
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await never).toBe('prompt_unavailable');
  });

  it('does not wait for a console that cannot be opened', async () => {
    for (const openConsole of [() => Promise.resolve(false), () => Promise.reject(new Error('no browser'))]) {
      const desk = new Desk({ openConsole, arrival: 60_000 });
      expect(await codeOf(ask(desk, QUESTIONS.confirm))).toBe('prompt_unavailable');
      expect(vi.getTimerCount()).toBe(0);
    }
    const dark = new Desk({ openConsole: () => Promise.resolve(true), canOpenConsole: () => false });
    expect(await dark.face('console').ready()).toBe(false);
  });
});

it('the next face is asked when the person at the first has gone', async () => {
  const desk = new Desk({ grace: 1 });
  const terminal = attendant(desk, 'terminal');
  const prompt = new Prompt({ faces: [desk.face('terminal'), desk.face('console')], language: 'en', timeout: 60_000 });
  const console = attendant(desk);
  const done = prompt.turn({ asker: SITE, signal: new AbortController().signal }, ({ ask }) => ask(QUESTIONS.confirm));
  await vi.waitFor(() => expect(terminal.names()).toEqual(['opened']));
  terminal.leave();
  await vi.waitFor(() => expect(console.names()).toEqual(['opened']));
  desk.answer(idOf(desk), { kind: 'confirm' });
  expect(await done).toEqual({});
});

describe('an answer', () => {
  const pin = (text = '123456'): Given => ({ kind: 'pin', pin: Secret.fromText(text) });
  const certificate = (more: Partial<Given> = {}): Given => ({ kind: 'certificate', credentialId: 'credential-2', ...more });
  const pad: Question = { ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } };
  const forget: Question = { ...QUESTIONS.certificate, rememberDays: null };
  const cases: [string, Question, Given, string][] = [
    ['of another kind', QUESTIONS.final_try, { kind: 'confirm' }, 'kind'],
    ['that would pass for the final try', QUESTIONS.pin, { kind: 'final_try' }, 'kind'],
    [
      'with a right that was not asked for',
      QUESTIONS.pair,
      { kind: 'pair', rights: ['sign', 'authenticate'], days: 90 },
      'rights',
    ],
    ['with no right', QUESTIONS.pair, { kind: 'pair', rights: [], days: 90 }, 'rights'],
    ['with a time that was not offered', QUESTIONS.pair, { kind: 'pair', rights: ['sign'], days: 3650 }, 'days'],
    ['without a time', QUESTIONS.pair, { kind: 'pair', rights: ['sign'] }, 'days'],
    ['with a certificate that was not offered', QUESTIONS.certificate, certificate({ credentialId: 'x' }), 'credentialId'],
    ['without a certificate', QUESTIONS.certificate, { kind: 'certificate' }, 'credentialId'],
    ['that remembers what is not to be', forget, certificate({ remember: true }), 'remember'],
    ['without a PIN', QUESTIONS.pin, { kind: 'pin' }, 'pin'],
    ['with an empty PIN', QUESTIONS.pin, pin(''), 'pin'],
    ['with a PIN for a PIN pad', pad, pin(), 'pin'],
    ['with a PIN where none is asked', QUESTIONS.confirm, { ...pin(), kind: 'confirm' }, 'pin'],
    ['with more than is asked', QUESTIONS.certificate, certificate({ days: 3 }), 'days'],
  ];

  it.each(cases)('%s is refused, and the question stays open', async (_what, question, given, field) => {
    const desk = new Desk();
    attendant(desk);
    const asked = codeOf(ask(desk, question));
    expect(refusal(() => desk.answer(idOf(desk), given))).toBe(`invalid_request body.${field}`);
    expect(desk.open()?.question).toBe(question);
    desk.cancel(idOf(desk));
    expect(await asked).toBe('prompt_cancelled');
  });

  it('comes to the asker as it was meant', async () => {
    const desk = new Desk();
    attendant(desk);
    const answered = async (question: Question, given: Given): Promise<unknown> => {
      const asked = ask(desk, question);
      desk.answer(idOf(desk), given);
      return asked;
    };
    expect(await answered(QUESTIONS.pair, { kind: 'pair', rights: ['sign', 'certificates'], days: 365 })).toEqual({
      rights: ['certificates', 'sign'],
      days: 365,
    });
    expect(await answered(QUESTIONS.certificate, certificate({ remember: true }))).toEqual({
      credentialId: 'credential-2',
      remember: true,
    });
    expect(await answered(forget, certificate())).toEqual({ credentialId: 'credential-2', remember: false });
    const typed = pin();
    expect(await answered(QUESTIONS.pin, typed)).toEqual({ pin: typed.pin });
    expect(await answered(pad, { kind: 'pin' })).toEqual({ pin: null });
    for (const kind of ['confirm', 'final_try', 'blocked'] as const)
      expect(await answered(QUESTIONS[kind], { kind })).toEqual({});
  });
});
