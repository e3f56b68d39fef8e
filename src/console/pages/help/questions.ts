import { find } from '../../search.ts';
import { namesBelow, t } from '../../state/language.ts';

export interface Question {
  id: string;
  question: string;
  /** Paragraphs. */
  answer: string[];
}

/** Pages of the console on which an answer can be followed, by the path and the key of the name. */
const WHERE: Readonly<Record<string, string>> = {
  unblock: 'tokens',
  left: 'tokens',
  forgot: 'tokens',
  post: 'cases',
  change: 'tokens',
  unseen: 'doctor',
  busy: 'tokens',
  renew: 'certificates',
  lost: 'cases',
  sign: 'sign',
  verify: 'sign',
};

/** Every question in its order: the one that most people come with stands first. */
export function questions(): Question[] {
  return namesBelow('help').map((id) => ({ id, question: t(`help.${id}.question`), answer: t(`help.${id}.answer`).split('\n') }));
}

/** The questions that fit what somebody typed, best first. */
export function search(query: string): Question[] {
  return find(
    query,
    questions().map((item) => ({
      item,
      texts: [
        [item.question, 3],
        [t(`help.${item.id}.words`), 2.5],
        [item.answer.join(' '), 1],
      ],
    })),
  );
}

/** Where in the console to go on after an answer: path and name of the page. */
export function placeOf(id: string): { path: string; name: string } | null {
  const path = WHERE[id];
  return path === undefined ? null : { path, name: t(`console.${path}.title`) };
}
