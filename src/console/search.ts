/** Something that can be searched for, each text with how much a hit in it counts. */
export interface Searchable<T> {
  item: T;
  texts: readonly (readonly [text: string, weight: number])[];
}

/** Words so short carry no meaning and would hit everywhere. */
const SHORTEST = 2;

/** A text as it is compared: without accents, case and signs; its words apart. */
export function wordsOf(text: string): string[] {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/**
 * What fits a query, best first; everything, in its own order, when nothing is asked for. Every word of some length must fit somewhere:
 * whole, as a beginning, or, from four letters on, with one letter wrong, missing, too many or swapped (two from eight on).
 */
export function find<T>(query: string, among: readonly Searchable<T>[]): T[] {
  const asked = wordsOf(query);
  const long = asked.filter((word) => word.length >= SHORTEST);
  const wanted = long.length > 0 ? long : asked;
  if (wanted.length === 0) return among.map(({ item }) => item);
  const texts = among.map(({ texts: all }) => all.map(([text, weight]) => ({ words: [...new Set(wordsOf(text))], weight })));
  const hits = (word: string, at: number): number =>
    Math.max(
      0,
      ...(texts[at] ?? []).map(({ words, weight }) => weight * Math.max(0, ...words.map((own) => closeness(word, own)))),
    );
  // A word that most have tells little: "how", "my", "card".
  const rarity = new Map(
    wanted.map((word) => [word, Math.log(1 + among.length / (1 + among.filter((_, at) => hits(word, at) > 0).length))]),
  );
  return among
    .map(({ item }, at) => {
      const each = wanted.map((word) => hits(word, at) * (rarity.get(word) ?? 1));
      const missed = each.filter((score) => score === 0).length;
      return { item, at, score: missed > wanted.length / 3 ? 0 : each.reduce((sum, score) => sum + score, 0) / (1 + missed) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.at - b.at)
    .map(({ item }) => item);
}

/** How well a word that was typed fits one that is there: 1 is the same, 0 is not at all. */
function closeness(typed: string, own: string): number {
  if (typed === own) return 1;
  if (typed.length >= 3 && own.startsWith(typed)) return 0.8;
  if (typed.length >= 4 && own.length >= 4 && typed.startsWith(own) && typed.length - own.length <= 2) return 0.7;
  const allowed = typed.length < 4 || own.length < 4 ? 0 : typed.length < 8 ? 1 : 2;
  if (allowed === 0 || Math.abs(typed.length - own.length) > allowed) return 0;
  const steps = distance(typed, own);
  return steps <= allowed ? 0.6 / steps : 0;
}

/** Letters to change, add, take away or swap with their neighbour to get from one word to the other. */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, n) => n);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1] ? (before[j - 2] ?? 0) + 1 : Infinity;
      row.push(Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + same, swapped));
    }
    [before, last] = [last, row];
  }
  return last[b.length] ?? 0;
}
