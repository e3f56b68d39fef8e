import type { Built } from './build.ts';
import { textsOf } from './html.ts';
import { readablePage } from './page.ts';
import { checkTexts, leaves } from './scan.ts';

export const JSON_NAME = 'signet-bundle.json';
export const PAGE_NAME = 'README.html';

/** A bundle as it is written: the archive, and how long each file in it is (bytes). */
export interface Packed {
  zip: Buffer;
  sizes: { zip: number; json: number; page: number };
}

/**
 * Packs a document: JSON and a readable page, always in this order and with the same times, so that one document makes one
 * archive. Both files are read once more as they are. Throws SignetError `bundle_unsafe`.
 */
export async function packBundle({ document, redactor, words }: Omit<Built, 'id'>): Promise<Packed> {
  const { strToU8, zipSync } = await import('fflate');
  const json = strToU8(`${JSON.stringify(document, null, 2)}\n`);
  const page = readablePage(document);
  const html = strToU8(page.html);
  const known = new Set([...words, ...page.said]);
  const read = JSON.parse(Buffer.from(json).toString('utf8')) as unknown;
  for (const [path, text] of leaves(read, '')) checkTexts(`${JSON_NAME}: ${path}`, [text], redactor, known);
  checkTexts(PAGE_NAME, textsOf(Buffer.from(html).toString('utf8')), redactor, known);
  // The archive keeps local times without a zone; this one is the first it can.
  const mtime = new Date(1980, 0, 1);
  const zip = Buffer.from(zipSync({ [JSON_NAME]: [json, { mtime }], [PAGE_NAME]: [html, { mtime }] }, { level: 9 }));
  return { zip, sizes: { zip: zip.length, json: json.length, page: html.length } };
}
