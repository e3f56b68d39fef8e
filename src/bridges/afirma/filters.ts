import type { Credential } from '../../tokens/index.ts';
import { type Criterion, CURRENT, readCriterion } from './criteria.ts';
import type { Properties } from './properties.ts';

const MOST_FILTERS = 64;

/**
 * The certificates that a site's filters let through: within one filter every criterion holds (`;`), and `filters.1`,
 * `filters.2`, … are alternatives. A site that sets no filter gets those that are valid today.
 */
export function readFilters(properties: Properties): Criterion {
  const texts = filterTexts(properties);
  if (texts.length === 0) return CURRENT;
  const alternatives = texts.map((text) => {
    const criteria = text.split(';').map(readCriterion);
    return criteria.filter((criterion) => criterion !== null);
  });
  return (all, now) => {
    const picked = alternatives.map((criteria) =>
      criteria.reduce<Credential[]>((left, criterion) => criterion(left, now), [...all]),
    );
    return all.filter((credential) => picked.some((list) => list.includes(credential)));
  };
}

function filterTexts(properties: Properties): string[] {
  const one = properties.get('filter') ?? properties.get('filters');
  if (one !== undefined) return [one];
  const texts: string[] = [];
  for (let number = 1; number <= MOST_FILTERS; number += 1) {
    const text = properties.get(`filters.${number}`);
    if (text === undefined) break;
    texts.push(text);
  }
  return texts;
}
