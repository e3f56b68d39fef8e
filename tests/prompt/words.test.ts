import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/messages/index.ts';
import { certificateWords, type Question, type TriesCard, wordsOf } from '../../src/prompt/index.ts';
import { CERTIFICATE, OTHER, QUESTIONS, SITE, TOKEN, TRIES } from './questions.ts';

const ALL = Object.values(QUESTIONS) as Question[];

describe.each(LANGUAGES)('in %s', (language) => {
  it('every question names the asker in full, on a line of its own', () => {
    for (const question of ALL) expect(wordsOf(question, language).lines, question.kind).toContain('https://sede.example.es');
  });

  it('no text is missing', () => {
    for (const question of ALL)
      for (const asker of [SITE, { kind: 'program', name: 'tool', via: 'program' } as const]) {
        const words = wordsOf({ ...question, asker }, language);
        const texts = [words.title, ...words.lines, words.warning, words.prompt, words.ok, words.other, words.cancel];
        expect(texts.filter((text) => text !== null).join(' ')).not.toMatch(/prompt\.|pin\.|\{\{|undefined|null|NaN/);
        expect([words.title, words.ok, words.cancel]).not.toContain('');
      }
  });

  it('a batch shows its count and the first documents', () => {
    const documents = Array.from({ length: 20 }, (_, index) => ({
      name: `paper ${index + 1}.pdf`,
      digest: `SHA-256 00${index}`,
    }));
    const words = wordsOf({ ...QUESTIONS.pin, act: { kind: 'sign', documents, count: 250 } }, language);
    expect(words.title).toContain('250');
    expect(words.ok).toContain('250');
    const text = words.lines.join('\n');
    expect(text).toContain('paper 1.pdf, SHA-256 000');
    expect(text).not.toContain('paper 9.pdf');
  });
});

describe('a PIN', () => {
  it('says for what, with what, on what and how many tries are left', () => {
    expect(wordsOf(QUESTIONS.pin, 'en')).toEqual({
      title: 'Sign with your card or key',
      lines: [
        'This website asks for your signature:',
        'https://sede.example.es',
        '',
        'Document: contract.pdf',
        'SHA-256 3f2a 91c0 … 77de',
        '',
        'Certificate: MARTIN CAMILLE',
        'Issued by AC Example Signature, valid until 1 January 2099',
        'On: Camille Martin (reader: Gemalto PC Twin 00 00)',
        "PIN: 3 tries left, by the card's or key's own word.",
      ],
      warning: null,
      prompt: 'PIN:',
      ok: 'Sign',
      other: null,
      cancel: 'Cancel',
    });
  });

  it.each([
    ['pin_incorrect', 'That PIN was wrong.'],
    ['pin_known_wrong', 'This PIN was wrong before. Signet did not send it: no try was spent.'],
    ['pin_format', 'A PIN here has 4 to 8 characters. Nothing was sent: no try was spent.'],
    ['rate_limited', 'Too many wrong PINs in a row. Signet waits 30 s before it sends the next.'],
  ] as const)('after %s says why it is asked again', (again, warning) => {
    expect(wordsOf({ ...QUESTIONS.pin, again, waitSeconds: 29.2 }, 'en').warning).toBe(warning);
  });

  it('says so when it uses the last try', () => {
    const tries: TriesCard = { ...TRIES, state: 'final_try', remaining: { atLeast: 1, atMost: 1 } };
    expect(wordsOf({ ...QUESTIONS.pin, tries }, 'en').warning).toBe('You are using the last try.');
    expect(wordsOf({ ...QUESTIONS.pin, tries, again: 'pin_incorrect' }, 'en').warning).toBe(
      'That PIN was wrong. You are using the last try.',
    );
  });

  it('is not typed here when the reader has keys', () => {
    const words = wordsOf({ ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } }, 'en');
    expect(words.prompt).toBeNull();
    expect(words.lines).toContain('Type the PIN on the reader now: Gemalto PC Twin 00 00');
  });

  it('is asked for without a certificate, and for a document without a name', () => {
    const words = wordsOf({ ...QUESTIONS.pin, act: { kind: 'login' }, certificate: null }, 'en');
    expect(words.title).toBe('Unlock your card or key');
    const unnamed = { kind: 'sign', documents: [{ name: '\u200b', digest: 'SHA-256 00' }], count: 1 } as const;
    expect(wordsOf({ ...QUESTIONS.pin, act: unnamed }, 'en').lines).toContain('Document without a name');
  });
});

describe('a certificate', () => {
  it('is in the words when it is the only one, and counted when not', () => {
    const only = wordsOf({ ...QUESTIONS.certificate, candidates: [OTHER] }, 'en');
    expect(only.lines).toEqual(expect.arrayContaining(certificateWords(OTHER, 'en')));
    expect(only.other).toBe('Allow for 90 days');
    expect(wordsOf(QUESTIONS.certificate, 'en').lines).toContain('You can choose among 2 certificates.');
    expect(wordsOf({ ...QUESTIONS.certificate, rememberDays: null }, 'en').other).toBeNull();
  });

  it('says when it ended or has not begun', () => {
    expect(certificateWords(OTHER, 'en')[1]).toBe('Issued by AC Example Signature, EXPIRED on 1 June 2025');
    const early = { ...CERTIFICATE, valid: false, notBefore: '2098-01-01T00:00:00.000Z' };
    expect(certificateWords(early, 'fr')[1]).toBe('Émis par AC Example Signature, PAS VALABLE avant le 1 janvier 2098');
  });
});

describe('the last try', () => {
  it('says what happens after it, with the way out a step away', () => {
    const words = wordsOf(QUESTIONS.final_try, 'en');
    expect(words.title).toBe('The last try');
    expect(words.warning).toContain('is blocked');
    expect(words.lines).toContain('The way out: Your town hall gives you a new PIN.');
    expect(words.lines).toContain('Step by step: signet procedures show certigna.unblock');
  });

  it('is called perhaps the last when nobody knows', () => {
    const tries: TriesCard = { ...TRIES, state: 'unknown', remaining: null, basis: 'none' };
    const words = wordsOf({ ...QUESTIONS.final_try, tries, wayOut: null }, 'en');
    expect(words.title).toBe('Perhaps the last try');
    expect(words.warning).toContain('may be blocked');
    expect(words.lines).toContain('The way out: ask whoever gave you the card or key.');
  });
});

describe('a pairing', () => {
  it('says what the site may do and for how long', () => {
    const words = wordsOf(QUESTIONS.pair, 'en');
    expect(words.lines).toEqual(
      expect.arrayContaining(['- ask for your certificates, which carry your name', '- ask for your signature']),
    );
    expect([words.ok, words.other, words.cancel]).toEqual(['Allow for 90 days', 'Allow for 1 day', 'Refuse']);
    expect(wordsOf({ ...QUESTIONS.pair, days: [1] }, 'es')).toMatchObject({ ok: 'Permitir 1 día', other: null });
  });
});

it('names from outside bring no line, direction, text of ours or length of their own', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    fc.constantFrom('$t(prompt.field)', '{{count}}', '\u202e\u2066x\nCertificate: me', 'x'.repeat(10_240)),
  );
  fc.assert(
    fc.property(hostile, hostile, (name, label) => {
      const token = { ...TOKEN, label, reader: name };
      const words = wordsOf(
        {
          ...QUESTIONS.pin,
          asker: { kind: 'program', name, via: 'program' },
          act: { kind: 'sign', documents: [{ name, digest: name }], count: 1 },
          certificate: { ...CERTIFICATE, holder: name, issuer: label },
          token,
          wayOut: null,
        },
        'en',
      );
      expect(words.lines).toHaveLength(10);
      for (const line of words.lines) {
        expect(line.length).toBeLessThan(400);
        expect(line).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
      }
    }),
  );
  const named = wordsOf(
    { ...QUESTIONS.pin, act: { kind: 'sign', documents: [{ name: '$t(prompt.field) {{count}}', digest: 'd' }], count: 1 } },
    'en',
  );
  expect(named.lines).toContain('Document: $t(prompt.field) {{count}}');
});
