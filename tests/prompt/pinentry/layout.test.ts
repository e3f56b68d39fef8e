import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../src/messages/index.ts';
import { layOut, wrap } from '../../../src/prompt/pinentry/layout.ts';
import { columnsOf } from '../../../src/prompt/plain.ts';
import { wordsOf } from '../../../src/prompt/words.ts';
import { QUESTIONS, SITE } from '../questions.ts';

describe('a line', () => {
  it('is broken so that every row fits and no letter is lost', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 90 }), (text, width) => {
        const line = text.replace(/\s+/gu, ' ').trim();
        const rows = wrap(line, width);
        for (const row of rows) expect(columnsOf(row)).toBeLessThanOrEqual(width);
        expect(rows.join('').replaceAll(' ', '')).toBe(line.replaceAll(' ', ''));
      }),
    );
  });
});

describe('a question with the longest names that strangers can give', () => {
  const name = `${'漢字'.repeat(3_000)}.pdf`;
  const asker = { ...SITE, name: `https://${'a'.repeat(240)}.example.es` };
  const act = {
    kind: 'sign' as const,
    documents: Array.from({ length: 20 }, () => ({ name, digest: 'SHA-512 0011 2233 … 4455' })),
    count: 1_000,
  };
  const token = { ...QUESTIONS.pin.token, label: name, reader: name };
  const certificate = { ...QUESTIONS.confirm.certificate, holder: name, issuer: name, token };

  it.each(LANGUAGES)('fits a window and a terminal, in %s', (language) => {
    for (const question of [
      { ...QUESTIONS.pin, asker, act, certificate, token, again: 'pin_format' as const },
      { ...QUESTIONS.confirm, asker, act, certificate },
      { ...QUESTIONS.final_try, asker, token, wayOut: { text: name, procedureId: name } },
      { ...QUESTIONS.blocked, asker, token, wayOut: { text: name, procedureId: name } },
      { ...QUESTIONS.certificate, asker, candidates: [certificate] },
      { ...QUESTIONS.pair, asker },
    ])
      for (const screen of [null, { columns: 80, rows: 24 }]) {
        const sheet = layOut((room) => wordsOf(question, language, room), true, screen);
        expect(sheet?.description.replaceAll('\n', ''), question.kind).toContain(asker.name);
      }
  });
});

it('what fits no screen is not shown at all', () => {
  expect(layOut((room) => wordsOf(QUESTIONS.pin, 'en', room), false, { columns: 30, rows: 8 })).toBeNull();
});
