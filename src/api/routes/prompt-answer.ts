import type { Language } from '../../messages/index.ts';
import { certificateWords, type DeskEvent, type OpenPrompt, type Question, wordsOf } from '../../prompt/index.ts';

/** The open question as the API shows it, with its words in a language. */
export function promptAnswer(prompt: OpenPrompt, language: Language) {
  const { question } = prompt;
  const cards = question.kind === 'certificate' ? question.candidates : [];
  return {
    ...prompt,
    question: shown(question),
    words: wordsOf(question, language),
    choices: cards.map((card) => certificateWords(card, language)),
  };
}

/** A question without the bytes of a file, which are fetched apart. */
function shown(question: Question) {
  if (question.kind !== 'save') return question;
  const { content: _, ...rest } = question;
  return rest;
}

/** What those who attend hear, as a block of Server-Sent Events. It has no id: a question that is still open is told anew. */
export function promptBlock(event: DeskEvent, language: Language): string {
  const data = event.event === 'opened' ? promptAnswer(event.prompt, language) : { id: event.id, why: event.why };
  return `event: prompt.${event.event}\ndata: ${JSON.stringify(data)}\n\n`;
}
