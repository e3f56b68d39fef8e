import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { type Answers, type Asking, type Face, type FaceName, Prompt, type QuestionKind } from '../../src/prompt/index.ts';
import { QUESTIONS, SITE } from './questions.ts';

type Reply = (asking: Asking) => Promise<Answers[QuestionKind]>;

class ScriptedFace implements Face {
  readonly name: FaceName;
  readonly asked: Asking[] = [];
  readonly #reply: Reply;
  readonly ready: () => Promise<boolean>;

  constructor(name: FaceName, reply: Reply, ready = () => Promise.resolve(true)) {
    this.name = name;
    this.#reply = reply;
    this.ready = ready;
  }

  async ask<K extends QuestionKind>(_: unknown, asking: Asking): Promise<Answers[K]> {
    this.asked.push(asking);
    return (await this.#reply(asking)) as Answers[K];
  }
}

const STAYS = new AbortController().signal;
const yes: Reply = () => Promise.resolve({});
const says =
  (code: 'prompt_cancelled' | 'prompt_timeout' | 'prompt_unavailable' | 'pin_locked'): Reply =>
  () =>
    Promise.reject(new SignetError(code));
/** Waits until it is withdrawn. */
const waits: Reply = ({ signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

function promptOf(faces: Face[], timeout = 10_000): Prompt {
  return new Prompt({ faces, language: 'en', timeout, now: () => 0 });
}

const confirm = (prompt: Prompt, signal = STAYS): Promise<unknown> =>
  prompt.turn({ asker: SITE, signal, language: 'fr' }, (dialog) => dialog.ask(QUESTIONS.confirm));

describe('a question', () => {
  it('goes to the first face that is ready', async () => {
    const [away, broken, there, spare] = [
      new ScriptedFace('terminal', yes, () => Promise.resolve(false)),
      new ScriptedFace('terminal', yes, () => Promise.reject(new Error('looking failed'))),
      new ScriptedFace('pinentry', yes),
      new ScriptedFace('console', yes),
    ];
    const prompt = promptOf([away, broken, there, spare]);
    expect(await prompt.ready()).toEqual(['pinentry', 'console']);
    expect(await confirm(prompt)).toEqual({});
    expect([away, broken, there, spare].map(({ asked }) => asked.length)).toEqual([0, 0, 1, 0]);
    expect(there.asked[0]).toMatchObject({ language: 'fr', timeout: 10_000 });
  });

  it('goes to the next when one only seemed to be there, and nowhere after a no', async () => {
    const spare = new ScriptedFace('console', yes);
    expect(await confirm(promptOf([new ScriptedFace('pinentry', says('prompt_unavailable')), spare]))).toEqual({});
    await expect(confirm(promptOf([new ScriptedFace('pinentry', says('prompt_cancelled')), spare]))).rejects.toMatchObject({
      code: 'prompt_cancelled',
    });
    expect(spare.asked).toHaveLength(1);
    await expect(confirm(promptOf([]))).rejects.toMatchObject({ code: 'prompt_unavailable' });
  });

  it('ends with its time', async () => {
    await expect(confirm(promptOf([new ScriptedFace('console', waits)], 20))).rejects.toMatchObject({ code: 'prompt_timeout' });
  });

  it('ends when the asker is gone, while it is asked or before', async () => {
    const face = new ScriptedFace('console', waits);
    const prompt = promptOf([face]);
    const gone = new AbortController();
    const asked = confirm(prompt, gone.signal);
    await expect.poll(() => face.asked.length).toBe(1);
    gone.abort();
    await expect(asked).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    await expect(confirm(prompt, gone.signal)).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    expect(face.asked).toHaveLength(1);
  });

  it('ends when the daemon stops, and nobody is asked after', async () => {
    const face = new ScriptedFace('console', waits);
    const prompt = promptOf([face]);
    const asked = [confirm(prompt), confirm(prompt)];
    await expect.poll(() => face.asked.length).toBe(1);
    prompt.stop();
    for (const end of [...asked, confirm(prompt)]) await expect(end).rejects.toMatchObject({ code: 'shutting_down' });
    expect(face.asked).toHaveLength(1);
  });

  it('is over for its face when the act is', async () => {
    const face = new ScriptedFace('pinentry', yes);
    await confirm(promptOf([face]));
    expect(face.asked[0]?.signal.aborted).toBe(true);
  });

  it('has a PIN wiped that comes when the asker is gone', async () => {
    const gone = new AbortController();
    const pin = Secret.fromText('73915');
    const face = new ScriptedFace('pinentry', () => {
      gone.abort();
      return Promise.resolve({ pin });
    });
    const asked = promptOf([face]).turn({ asker: SITE, signal: gone.signal }, (dialog) => dialog.ask(QUESTIONS.pin));
    await expect(asked).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    expect(pin.wiped).toBe(true);
  });
});

describe('a site that goes on asking', () => {
  const codes = ['prompt_cancelled', 'prompt_timeout', 'pin_locked'] as const;
  it.each(codes)('after %s has to wait', async (code) => {
    const prompt = promptOf([new ScriptedFace('console', says(code))]);
    for (let time = 0; time < 3; time++) await expect(confirm(prompt)).rejects.toMatchObject({ code });
    await expect(confirm(prompt)).rejects.toMatchObject({ code: 'rate_limited', facts: { retryAfter: 5 } });
  });

  it('while nobody could be asked need not', async () => {
    const prompt = promptOf([new ScriptedFace('console', says('prompt_unavailable'))]);
    for (let time = 0; time < 9; time++) await expect(confirm(prompt)).rejects.toMatchObject({ code: 'prompt_unavailable' });
  });

  it('is held to it for what it asked before the last no as well', async () => {
    let no: (error: Error) => void = () => undefined;
    const face = new ScriptedFace('console', () => new Promise((_, reject) => (no = reject)));
    const prompt = promptOf([face]);
    for (let time = 0; time < 2; time++) {
      const end = confirm(prompt);
      await expect.poll(() => face.asked.length).toBe(time + 1);
      no(new SignetError('prompt_cancelled'));
      await expect(end).rejects.toMatchObject({ code: 'prompt_cancelled' });
    }
    const [third, fourth] = [confirm(prompt), confirm(prompt)];
    await expect.poll(() => face.asked.length).toBe(3);
    no(new SignetError('prompt_cancelled'));
    await expect(third).rejects.toMatchObject({ code: 'prompt_cancelled' });
    await expect(fourth).rejects.toMatchObject({ code: 'rate_limited' });
    expect(face.asked).toHaveLength(3);
  });
});

describe('a no and a silence', () => {
  const ends = (face: Face, kind: 'pin' | 'confirm', timeout?: number) =>
    promptOf([face], timeout)
      .turn<unknown>({ asker: SITE, signal: STAYS }, (dialog) =>
        kind === 'pin' ? dialog.ask(QUESTIONS.pin) : dialog.ask(QUESTIONS.confirm),
      )
      .catch((error: SignetError) => [error.code, error.facts.variant]);

  it('are told as such, and of the PIN only where one was asked for', async () => {
    expect(await ends(new ScriptedFace('terminal', says('prompt_cancelled')), 'confirm')).toEqual([
      'prompt_cancelled',
      'declined',
    ]);
    expect(await ends(new ScriptedFace('terminal', says('prompt_cancelled')), 'pin')).toEqual(['prompt_cancelled', undefined]);
    expect(await ends(new ScriptedFace('terminal', says('prompt_timeout')), 'confirm')).toEqual(['prompt_timeout', 'unanswered']);
    expect(await ends(new ScriptedFace('terminal', waits), 'confirm', 1)).toEqual(['prompt_timeout', 'unanswered']);
    expect(await ends(new ScriptedFace('terminal', waits), 'pin', 1)).toEqual(['prompt_timeout', undefined]);
  });
});

describe('an act that is over', () => {
  it('leaves nothing of itself with the prompt', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const prompt = promptOf([new ScriptedFace('terminal', yes)]);
    const kept: WeakRef<AbortSignal>[] = [];
    for (let act = 0; act < 5; act += 1)
      await prompt.turn({ asker: SITE, signal: new AbortController().signal }, async (dialog) => {
        kept.push(new WeakRef(dialog.signal));
        await dialog.ask(QUESTIONS.confirm);
      });
    await vi.waitFor(() => {
      collect();
      expect(kept.filter((each) => each.deref() !== undefined)).toHaveLength(0);
    });
  });
});
