import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LANGUAGES } from '../../../src/messages/index.ts';
import { type Face, pinentryFace, wordsOf } from '../../../src/prompt/index.ts';
import { QUESTIONS, TOKEN } from '../questions.ts';
import { absent, pinentries, put } from './asking.ts';
import { Display } from './display.ts';

const CANARY = '73915';

const why = absent('Xvfb', 'xdotool', 'pinentry-gtk-2');

describe.skipIf(why !== undefined)(`pinentry in a window ${why ?? ''}`, () => {
  let display: Display;
  let face: Face;

  beforeAll(async () => {
    display = await Display.start();
    face = pinentryFace({ program: 'pinentry-gtk-2', env: display.env, hasty: 0 });
  });

  afterEach(async () => {
    await vi.waitFor(() => expect(pinentries()).toEqual([]), 5_000);
  });

  afterAll(() => display.close());

  it('a PIN typed into a window arrives, and shows nowhere else', async () => {
    const asked = put(face, QUESTIONS.pin);
    await display.shows('Signet: Sign with your card or key');
    display.type(`${CANARY}%5 &`);
    for (const { cmdline, environ } of pinentries()) expect(cmdline + environ).not.toContain(CANARY);
    display.press('Return');
    const end = await asked.end;
    expect('answer' in end && end.answer.pin?.bytes.toString()).toBe(`${CANARY}%5 &`);
    expect(inspect(end, { depth: 9, showHidden: true })).not.toContain(CANARY);
  });

  it.each(LANGUAGES)('every question but those about files opens a window, in %s', async (language) => {
    const { load: _load, save: _save, ...shown } = QUESTIONS;
    for (const question of Object.values(shown)) {
      const asked = put(face, question, { language });
      await display.shows(`Signet: ${wordsOf(question, language).title}`);
      // What is only read has one button, and no other way to be closed.
      const read = question.kind === 'blocked';
      display.press(read ? 'Return' : 'Escape');
      expect(await asked.end).toEqual(read ? { answer: {} } : { error: expect.objectContaining({ code: 'prompt_cancelled' }) });
    }
  });

  it('the three buttons of a pairing', async () => {
    const long = put(face, QUESTIONS.pair);
    await display.shows('Signet: Allow this website?');
    display.press('Tab', 'Tab', 'space');
    expect(await long.end).toEqual({ answer: { rights: ['certificates', 'sign'], days: 90 } });
    const short = put(face, QUESTIONS.pair);
    await display.shows('Signet: Allow this website?');
    display.press('Tab', 'space');
    expect(await short.end).toEqual({ answer: { rights: ['certificates', 'sign'], days: 1 } });
  });

  it('Enter alone uses no last try', async () => {
    const asked = put(face, QUESTIONS.final_try);
    await display.shows('Signet: The last try');
    display.press('Return');
    expect(await asked.end).toEqual({ error: expect.objectContaining({ code: 'prompt_cancelled' }) });
  });

  it('a window goes when the asker does, and when its time is over', async () => {
    const reason = new Error('the tab was closed');
    const asked = put(face, QUESTIONS.confirm);
    await display.shows('Signet: Sign with your card or key');
    asked.withdraw(reason);
    expect(await asked.end).toEqual({ error: reason });
    expect(display.titles()).toEqual([]);
    expect(await put(face, QUESTIONS.confirm, { timeout: 1_000 }).end).toEqual({
      error: expect.objectContaining({ code: 'prompt_timeout' }),
    });
  });

  it('the message for a reader with keys stays while it is used', async () => {
    const asked = put(face, { ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } });
    expect(await asked.end).toEqual({ answer: { pin: null } });
    expect(display.titles()).toContain('Signet: Sign with your card or key');
    asked.withdraw(new Error('the act is over'));
    await vi.waitFor(() => expect(display.titles()).toEqual([]), 5_000);
  });

  it('a screen that is not there is no way to ask', async () => {
    const nowhere = pinentryFace({ program: 'pinentry-gtk-2', env: { ...display.env, DISPLAY: ':987' } });
    expect(await put(nowhere, QUESTIONS.pin).end).toEqual({ error: expect.objectContaining({ code: 'prompt_unavailable' }) });
  });
});
