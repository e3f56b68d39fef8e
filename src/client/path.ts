/** A query string of the members that are given; a list becomes one member per value. */
export class Query {
  readonly #text: string;

  constructor(members: Readonly<Record<string, string | number | readonly string[] | undefined>>) {
    const given = new URLSearchParams();
    for (const [name, value] of Object.entries(members)) {
      for (const one of value === undefined ? [] : [value].flat()) given.append(name, String(one));
    }
    this.#text = given.size === 0 ? '' : `?${given}`;
  }

  toString(): string {
    return this.#text;
  }
}

/** A path whose values are escaped, so that an id can never name another route. */
export function path(texts: TemplateStringsArray, ...values: readonly (string | Query)[]): string {
  return texts.reduce((whole, text, n) => {
    const value = values[n - 1];
    return `${whole}${value instanceof Query ? value : escapeSegment(value ?? '')}${text}`;
  });
}

function escapeSegment(value: string): string {
  // URL parsers resolve these two even when escaped.
  if (value === '.' || value === '..') return `${encodeURIComponent(value)}%00`;
  return encodeURIComponent(value);
}
