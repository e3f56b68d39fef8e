import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LANGUAGES } from '../../../src/messages/index.ts';
import { type Face, Prompt, pinentryFace, type Question, type QuestionOf, wordsOf } from '../../../src/prompt/index.ts';
import { CERTIFICATE, OTHER, QUESTIONS, SITE, TOKEN, TRIES } from '../questions.ts';
import { absent, pinentries, put } from './asking.ts';
import { Terminal } from './terminal.ts';

const CANARY = '73915';

const why = absent('tmux', 'pinentry-curses');

describe.skipIf(why !== undefined)(`pinentry on a terminal ${why ?? ''}`, () => {
  let terminal: Terminal;
  let face: Face;

  beforeAll(() => {
    terminal = new Terminal();
    face = pinentryFace({ tty: terminal.tty, env: terminal.env, hasty: 0 });
  });

  afterEach(async () => {
    await vi.waitFor(() => expect(pinentries()).toEqual([]), 5_000);
  });

  afterAll(() => terminal.close());

  const LONG: QuestionOf<'pin'> = {
    ...QUESTIONS.pin,
    asker: { ...SITE, name: `https://${'sede-electronica.'.repeat(14)}example.es` },
    act: {
      kind: 'sign',
      documents: Array.from({ length: 20 }, (_, index) => ({
        name: `solicitud de prestación ${index} ${'muy larga '.repeat(30)}.pdf`,
        digest: 'SHA-256 3f2a 91c0 … 1122 77de',
      })),
      count: 250,
    },
    certificate: {
      ...CERTIFICATE,
      holder: 'MARTÍNEZ-ÁLVAREZ DE LA HOZ, '.repeat(8),
      issuer: 'AC Administración Pública '.repeat(8),
    },
    token: { ...TOKEN, label: 'Étiquette '.repeat(9), reader: 'Generic Smart Card Reader Interface [CCID] (1) 00 00' },
    tries: { ...TRIES, state: 'low', remaining: { atLeast: 1, atMost: 2 }, flagsReliable: 'unproven' },
    again: 'pin_known_wrong',
  };

  const SHOWN: [string, Question][] = [
    ['pair', { ...QUESTIONS.pair, wants: ['certificates', 'authenticate', 'sign'] }],
    ['one certificate', { ...QUESTIONS.certificate, purpose: 'show', candidates: [CERTIFICATE] }],
    ['pin', QUESTIONS.pin],
    [
      'pin, wrong before',
      { ...QUESTIONS.pin, again: 'pin_incorrect', tries: { ...TRIES, state: 'final_try', remaining: { atLeast: 1, atMost: 1 } } },
    ],
    ['pin, too many', { ...QUESTIONS.pin, again: 'rate_limited', waitSeconds: 30 }],
    ['login', { ...QUESTIONS.pin, act: { kind: 'authenticate' }, again: 'pin_format' }],
    ['confirm', { ...QUESTIONS.confirm, certificate: OTHER }],
  ];

  describe.each(LANGUAGES)('on 80 × 24, in %s', (language) => {
    it.each(SHOWN)('nothing of "%s" is cut off', async (_, question) => {
      const words = wordsOf(question, language);
      const asked = put(face, question, { language });
      const shown = await terminal.shows(words.cancel);
      for (const line of [...words.lines, words.warning ?? '', words.prompt ?? '', `<${words.ok}>`, words.other ?? ''])
        expect(shown).toContain(line);
      asked.withdraw(new Error('seen'));
      await asked.end;
    });

    it.each([
      ['the last try', QUESTIONS.final_try],
      ['a blocked token', QUESTIONS.blocked],
      [
        'the last try, perhaps',
        { ...QUESTIONS.final_try, tries: { ...TRIES, remaining: null, state: 'unknown', basis: 'none' } as const },
      ],
    ])('%s says what it means and names the way out', async (_, question) => {
      const words = wordsOf(question, language);
      const asked = put(face, question, { language });
      const shown = await terminal.shows(`<${words.ok}>`);
      for (const line of [words.title, ...words.lines, words.warning ?? '', words.cancel]) expect(shown).toContain(line);
      expect(shown).toContain('signet procedures show certigna.unblock');
      asked.withdraw(new Error('seen'));
      await asked.end;
    });

    it('the longest keeps its origin, count and digest whole', async () => {
      const asked = put(face, LONG, { language });
      const shown = await terminal.shows(`<${wordsOf(LONG, language).ok}>`);
      expect(shown.replaceAll(' ', '')).toContain(LONG.asker.name);
      expect(shown).toContain('SHA-256 3f2a 91c0 … 1122 77de');
      expect(shown).toContain('250');
      asked.withdraw(new Error('seen'));
      await asked.end;
    });
  });

  describe('a PIN', () => {
    it('arrives as it was typed', async () => {
      const asked = put(face, QUESTIONS.pin);
      await terminal.shows('<Sign>');
      terminal.type('12%5é &%41 ñ');
      terminal.press('Enter');
      const end = await asked.end;
      expect('answer' in end && end.answer.pin?.bytes.toString('utf8')).toBe('12%5é &%41 ñ');
    });

    it('is in no command line, environment, error or text', async () => {
      const asked = put(face, QUESTIONS.pin);
      await terminal.shows('<Sign>');
      terminal.type(CANARY);
      const screen = await terminal.shows(/\*{5}/);
      expect(screen).not.toContain(CANARY);
      expect(pinentries()).toHaveLength(1);
      for (const { cmdline, environ } of pinentries()) expect(cmdline + environ).not.toContain(CANARY);
      terminal.press('Enter');
      const end = await asked.end;
      expect(inspect(end, { depth: 9, showHidden: true })).not.toContain(CANARY);
      expect(JSON.stringify(end)).not.toContain(CANARY);
    });

    it('that is empty is handed on, for the guard to say what is missing', async () => {
      const asked = put(face, QUESTIONS.pin);
      await terminal.shows('<Sign>');
      terminal.press('Enter');
      const end = await asked.end;
      expect('answer' in end && end.answer.pin?.bytes.length).toBe(0);
    });

    it('is asked for again with the reason, in the same turn', async () => {
      const prompt = new Prompt({ faces: [face], language: 'fr', timeout: 20_000 });
      const typed = prompt.turn({ asker: SITE, signal: new AbortController().signal }, async (dialog) => {
        const first = await dialog.ask(QUESTIONS.pin);
        const second = await dialog.ask({
          ...QUESTIONS.pin,
          again: 'pin_incorrect',
          tries: { ...TRIES, remaining: { atLeast: 2, atMost: 2 } },
        });
        return [first, second].map(({ pin }) => pin?.bytes.toString());
      });
      await terminal.shows('<Signer>');
      terminal.type('1111');
      terminal.press('Enter');
      await terminal.shows('Ce code PIN était faux.');
      await terminal.shows('il reste 2 essais');
      terminal.type('2222');
      terminal.press('Enter');
      expect(await typed).toEqual(['1111', '2222']);
    });
  });

  describe('buttons', () => {
    it.each([
      [['Enter'], { answer: { rights: ['certificates', 'sign'], days: 90 } }],
      [['Tab', 'Enter'], { answer: { rights: ['certificates', 'sign'], days: 1 } }],
      [['Tab', 'Tab', 'Enter'], { error: expect.objectContaining({ code: 'prompt_cancelled' }) }],
    ])('%j answer a pairing', async (keys, expected) => {
      const asked = put(face, QUESTIONS.pair);
      await terminal.shows('<Refuse>');
      terminal.press(...keys);
      expect(await asked.end).toEqual(expected);
    });

    it('leaf through certificates and remember the one that is taken', async () => {
      const asked = put(face, QUESTIONS.certificate);
      expect(await terminal.shows('Certificate 1 of 2')).toContain('https://sede.example.es');
      terminal.press('Tab', 'Enter');
      expect(await terminal.shows('Certificate 2 of 2')).toContain('EXPIRED on 1 June 2025');
      terminal.press('Tab', 'Enter');
      await terminal.shows('Certificate 1 of 2');
      terminal.press('Enter');
      await terminal.shows('<Allow for 90 days>');
      terminal.press('Tab', 'Enter');
      expect(await asked.end).toEqual({ answer: { credentialId: 'credential-1', remember: true } });
    });

    it('of the last try are so laid that Enter alone stops', async () => {
      const stopped = put(face, QUESTIONS.final_try);
      await terminal.shows('<Use the last try>');
      terminal.press('Enter');
      expect(await stopped.end).toEqual({ error: expect.objectContaining({ code: 'prompt_cancelled' }) });
      const used = put(face, QUESTIONS.final_try);
      await terminal.shows('<Use the last try>');
      terminal.press('Tab', 'Enter');
      expect(await used.end).toEqual({ answer: {} });
    });

    it('cancel a PIN', async () => {
      const asked = put(face, QUESTIONS.pin);
      await terminal.shows('<Cancel>');
      terminal.press('Tab', 'Tab', 'Enter');
      expect(await asked.end).toEqual({ error: expect.objectContaining({ code: 'prompt_cancelled' }) });
    });

    it('give consent, and close what is only read', async () => {
      const agreed = put(face, QUESTIONS.confirm);
      await terminal.shows('<Sign>');
      terminal.press('Enter');
      expect(await agreed.end).toEqual({ answer: {} });
      const read = put(face, QUESTIONS.blocked);
      await terminal.shows('<Close>');
      terminal.press('Enter');
      expect(await read.end).toEqual({ answer: {} });
    });
  });

  describe('a token with a reader of its own', () => {
    const question: QuestionOf<'pin'> = { ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } };

    it('is answered at once; the message stays until the act is over', async () => {
      const prompt = new Prompt({ faces: [face], language: 'en', timeout: 20_000 });
      await prompt.turn({ asker: SITE, signal: new AbortController().signal }, async (dialog) => {
        expect(await dialog.ask(question)).toEqual({ pin: null });
        const shown = await terminal.shows('<Hide this window>');
        expect(shown).toContain(`Type the PIN on the reader now: ${TOKEN.reader}`);
        expect(shown).toContain('https://sede.example.es');
      });
      await terminal.isClear();
    });

    it('has its message hidden by the person, and gone before the next question', async () => {
      const first = put(face, question);
      expect(await first.end).toEqual({ answer: { pin: null } });
      await terminal.shows('<Hide this window>');
      terminal.press('Enter');
      await terminal.isClear();
      const second = put(face, question);
      expect(await second.end).toEqual({ answer: { pin: null } });
      await terminal.shows('<Hide this window>');
      const third = put(face, QUESTIONS.pin);
      await terminal.shows('<Sign>');
      expect(pinentries()).toHaveLength(1);
      third.withdraw(new Error('seen'));
      await third.end;
    });
  });

  describe('nobody answers', () => {
    it('within the time', async () => {
      for (const question of [QUESTIONS.pin, QUESTIONS.pair]) {
        const end = await put(face, question, { timeout: 1_000 }).end;
        expect(end).toEqual({ error: expect.objectContaining({ code: 'prompt_timeout' }) });
      }
    });

    it('since the asker is gone: the dialog goes, the terminal is as before', async () => {
      const before = execFileSync('stty', ['-F', terminal.tty, '-g'], { encoding: 'utf8' });
      const asked = put(face, QUESTIONS.pin);
      await terminal.shows('<Sign>');
      const [{ pid } = { pid: 0 }] = pinentries();
      const reason = new Error('the tab was closed');
      asked.withdraw(reason);
      expect(await asked.end).toEqual({ error: reason });
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
      await terminal.isClear();
      expect(execFileSync('stty', ['-F', terminal.tty, '-g'], { encoding: 'utf8' })).toBe(before);
    });

    it('since the asker left before anything was shown', async () => {
      const asked = put(face, QUESTIONS.pin);
      asked.withdraw(new Error('gone'));
      expect(await asked.end).toEqual({ error: expect.objectContaining({ message: 'gone' }) });
    });

    it('since the terminal is gone', async () => {
      const brief = new Terminal();
      try {
        const there = pinentryFace({ tty: brief.tty, env: brief.env });
        expect(await there.ready()).toBe(true);
        const asked = put(there, QUESTIONS.pin);
        await brief.shows('<Sign>');
        process.kill(brief.pid, 'SIGKILL');
        expect(await asked.end).toEqual({ error: expect.objectContaining({ code: 'prompt_unavailable' }) });
        expect(await there.ready()).toBe(false);
      } finally {
        brief.close();
      }
    });

    it('since there is no terminal and no screen', async () => {
      const nowhere = pinentryFace({ env: { PATH: process.env.PATH } });
      expect(await nowhere.ready()).toBe(false);
      expect(await put(nowhere, QUESTIONS.pin).end).toEqual({ error: expect.objectContaining({ code: 'prompt_unavailable' }) });
    });

    it('since the terminal is too small for the question', async () => {
      const small = new Terminal(40, 10);
      try {
        const end = await put(pinentryFace({ tty: small.tty, env: small.env }), QUESTIONS.pin).end;
        expect(end).toEqual({ error: expect.objectContaining({ code: 'prompt_unavailable' }) });
      } finally {
        small.close();
      }
    });
  });
});
