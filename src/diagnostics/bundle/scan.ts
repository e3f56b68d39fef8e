import { SignetError } from '../../errors/index.ts';
import type { BundleDocument } from './document.ts';
import type { Redactor } from './redact.ts';

/**
 * The last look at a document: no text of it may hold a value that is known to be personal, in any of its forms. Its keys and `words`, which
 * are Signet's own, cannot. Throws SignetError `bundle_unsafe`, which names the place and not the value.
 */
export function checkedDocument(document: BundleDocument, redactor: Redactor, words: ReadonlySet<string>): BundleDocument {
  for (const [path, text] of leaves(document, '')) {
    if (!words.has(text) && redactor.finds(text)) throw unsafe(path);
  }
  return document;
}

/**
 * The last look at a finished file: `texts` are what was put into it, read back from its bytes. Throws SignetError `bundle_unsafe`.
 */
export function checkTexts(file: string, texts: Iterable<string>, redactor: Redactor, words: ReadonlySet<string>): void {
  for (const text of texts) if (!words.has(text) && redactor.finds(text)) throw unsafe(file);
}

/** Every text below a value, with the path that leads to it (`tokens[0].reader`). */
export function* leaves(value: unknown, path: string): Generator<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  else if (Array.isArray(value)) for (const [index, one] of value.entries()) yield* leaves(one, `${path}[${index}]`);
  else if (typeof value === 'object' && value !== null)
    for (const [name, one] of Object.entries(value)) yield* leaves(one, path === '' ? name : `${path}.${name}`);
}

function unsafe(field: string): SignetError {
  return new SignetError('bundle_unsafe', { params: { field }, extra: { field } });
}
