import { fold } from './fold.ts';
import { looksEncoded } from './forms.ts';
import { shortPath, shortPaths } from './paths.ts';
import { ADDRESSES, PATTERNS, type Pattern, PERSONAL } from './patterns.ts';
import type { Needle, Pseudonyms } from './pseudonyms.ts';

interface Span {
  from: number;
  to: number;
  name: string;
}

/** Own pseudonyms are not taken for something to hide. */
const OURS =
  /(?:case|cert|client|email|hex|host|iban|id|name|number|opaque|org|phone|serial|site|token|user)-[2-9A-HJKMNP-TW-Z]{4,}/;

/** Takes personal values out of free text: those that are known, then whatever has the shape of one. */
export class Redactor {
  readonly #pseudonyms: Pseudonyms;
  readonly #home: string;
  /** Private paths and what is shown of them, longest first. A blank in a path hides its end from the general rule. */
  readonly #paths: readonly (readonly [string, string])[];

  constructor(pseudonyms: Pseudonyms, home: string, paths: readonly string[] = []) {
    this.#pseudonyms = pseudonyms;
    this.#home = home;
    const known = [...new Set([...paths, home])].filter((path) => path.length > 1).sort((a, b) => b.length - a.length);
    this.#paths = known.map((path) => [path, shortPath(path, home)]);
  }

  /** A text that may be shown. */
  text(original: string): string {
    if (original === '') return '';
    let told = original.normalize('NFC').replace(/[\p{Cc}\p{Bidi_Control}]+/gu, ' ');
    for (const [path, shown] of this.#paths) told = told.replaceAll(path, shown);
    told = told.replace(/\b([a-z][a-z0-9+.-]*):\/\/([^\s"'`<>]+)/gi, (_, scheme: string, rest: string) =>
      this.#url(scheme, rest),
    );
    // Before names are taken out: what is left of an address would not look like one.
    return this.#shapes(this.#known(this.#shapes(shortPaths(told, this.#home), ADDRESSES)), PATTERNS);
  }

  /** A path that may be shown. */
  path(path: string): string {
    return this.#shapes(this.#known(shortPath(path, this.#home)), PATTERNS);
  }

  /** The name of an issuer: public, unless it is a person's. */
  issuer(name: string): string {
    return this.#shapes(this.#known(name), PERSONAL);
  }

  /** Whether a known value stands in a text that was cleaned: what the last look before writing asks. */
  finds(text: string): boolean {
    const rest = text.replace(new RegExp(OURS.source, 'g'), ' \u2026 ');
    const folded = fold(rest).text;
    const { plain, encoded } = this.#pseudonyms.needles();
    const hit = (needle: Needle): boolean => !occurrences(folded, needle).next().done;
    return plain.some(hit) || (looksEncoded(rest) && encoded.some(hit));
  }

  #known(text: string): string {
    const folded = fold(text);
    const { plain, encoded } = this.#pseudonyms.needles();
    const needles = looksEncoded(text) ? [...plain, ...encoded] : plain;
    const spans: Span[] = [];
    for (const needle of needles) {
      for (const start of occurrences(folded.text, needle)) {
        const from = folded.at[start] ?? 0;
        const to = folded.at[start + needle.text.length] ?? text.length;
        const { name, head, tail } = needle;
        place(spans, {
          from: head !== '' && text.slice(0, from).endsWith(head) ? from - head.length : from,
          to: tail !== '' && text.startsWith(tail, to) ? to + tail.length : to,
          name,
        });
      }
    }
    spans.sort((a, b) => b.from - a.from);
    return spans.reduce((told, { from, to, name }) => `${told.slice(0, from)}${name}${told.slice(to)}`, text);
  }

  #url(scheme: string, rest: string): string {
    if (scheme.toLowerCase() === 'file') return `file://${rest}`;
    const [, authority = '', path = ''] = /^([^/?#]*)(.*)$/s.exec(rest) ?? [];
    const host = authority.replace(/^.*@/s, '');
    if (/^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d+)?$/i.test(host))
      return `${scheme}://${host}${path.replace(/[?#].*$/s, '')}`;
    return `${scheme}://${this.#pseudonyms.name('site', host.replace(/:\d+$/, ''))}`;
  }

  #shapes(text: string, patterns: readonly Pattern[]): string {
    let told = text;
    for (const { kind, shape, when } of patterns) {
      // Every second part is a pseudonym, which is not to be hidden again.
      const parts = told.split(new RegExp(`(${OURS.source})`));
      const name = (found: string): string => (when?.(found) === false ? found : this.#pseudonyms.name(kind, found));
      told = parts.map((part, index) => (index % 2 === 1 ? part : part.replace(shape, name))).join('');
    }
    return told;
  }
}

function* occurrences(text: string, { text: wanted, word }: Needle): Generator<number> {
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + 1)) {
    if (word && (isWord(text[at - 1]) || isWord(text[at + wanted.length]))) continue;
    yield at;
  }
}

function isWord(character: string | undefined): boolean {
  return character !== undefined && character !== ' ';
}

/** Adds a span; one that overlaps another widens it, so that no part of either stays. The first, which is the longer, names it. */
function place(spans: Span[], span: Span): void {
  const other = spans.find(({ from, to }) => span.from < to && from < span.to);
  if (other === undefined) {
    spans.push(span);
    return;
  }
  if (span.from >= other.from && span.to <= other.to) return;
  spans.splice(spans.indexOf(other), 1);
  place(spans, { from: Math.min(span.from, other.from), to: Math.max(span.to, other.to), name: other.name });
}
