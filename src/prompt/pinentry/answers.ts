import type { Language } from '../../messages/index.ts';
import { translator } from '../../messages/index.ts';
import type { Room } from '../lines.ts';
import { askingLines } from '../lines.ts';
import type { Question, QuestionOf } from '../question.ts';
import { certificateWords, type Words, wordsOf } from '../words.ts';

/** Words for as much of names as there is room for. */
export type Draw = (room: Room) => Words;

/** The words of a question that is one dialog. */
export function drawQuestion(question: Question, language: Language): Draw {
  return (room) => wordsOf(question, language, room);
}

/** The consent to the last try: the button that is under the fingers stops, going on is another. */
export function drawLastTry(question: QuestionOf<'final_try'>, language: Language): Draw {
  const cancel = translator(language)('prompt.cancel.any');
  return (room) => {
    const words = wordsOf(question, language, room);
    return { ...words, ok: words.cancel, other: words.ok, cancel };
  };
}

/** A question that shows where the PIN is typed on the reader; its one button only hides it. */
export function drawReader(question: QuestionOf<'pin'>, language: Language): Draw {
  return (room) => ({ ...wordsOf(question, language, room), ok: translator(language)('prompt.ok.hide') });
}

/** One of several certificates: use it, see the next, or none. */
export function drawCandidate(question: QuestionOf<'certificate'>, index: number, language: Language): Draw {
  const nth = { number: index + 1, count: question.candidates.length };
  return (room) => ({
    ...wordsOf(question, language, room),
    lines: candidateLines(question, index, language, room, nth),
    other: translator(language)('prompt.ok.next'),
  });
}

/** Whether the certificate that was chosen is to be remembered for the asker. */
export function drawRemember(question: QuestionOf<'certificate'>, index: number, days: number, language: Language): Draw {
  const t = translator(language);
  return (room) => ({
    ...wordsOf(question, language, room),
    title: t('prompt.title.remember'),
    lines: [...candidateLines(question, index, language, room), '', t('prompt.remember', { days })],
    ok: t('prompt.ok.remember_not'),
    other: t('prompt.ok.remember', { days }),
  });
}

function candidateLines(
  { asker, purpose, candidates }: QuestionOf<'certificate'>,
  index: number,
  language: Language,
  room: Room,
  nth?: { number: number; count: number },
): string[] {
  const card = candidates[index];
  return [
    ...askingLines(asker, `certificate_${purpose}`, { t: translator(language), language, room }),
    '',
    ...(card === undefined ? [] : certificateWords(card, language, room, nth)),
  ];
}
