import { gunzipSync } from 'node:zlib';
import { AfirmaFailure } from './failure.ts';
import { isTrue, type Properties, readProperties } from './properties.ts';
import { fromBase64, readQuery } from './query.ts';

/** Bytes that a document may have once it is decoded and unpacked. */
export const LARGEST_DATA = 32 * 1024 * 1024;

/** Bytes that the settings of an operation may have: the largest that sites put there is an image of a stamp. */
export const LONGEST_PROPERTIES = 4 * 1024 * 1024;

/** One operation, as the page's script wrote it. */
export interface AfirmaRequest {
  op: string;
  parameters: ReadonlyMap<string, string>;
  properties: Properties;
}

/** Reads `afirma://<op>?op=<op>&idsession=…&…`. Throws AfirmaFailure. */
export function readRequest(text: string): AfirmaRequest {
  const at = text.indexOf('?');
  const head = at < 0 ? text : text.slice(0, at);
  if (!/^afirma:\/\//i.test(head)) throw new AfirmaFailure('scheme');
  const parameters = readQuery(at < 0 ? '' : text.slice(at + 1));
  if (parameters === null) throw new AfirmaFailure('malformed');
  const word = head.slice('afirma://'.length).replace(/\/$/, '').toLowerCase();
  const op = (parameters.get('op') ?? word).toLowerCase();
  if (op !== word) throw new AfirmaFailure('malformed');
  return { op, parameters, properties: propertiesOf(parameters.get('properties')) };
}

/** The properties that a parameter carries in base64. Throws AfirmaFailure. */
export function propertiesOf(encoded: string | undefined): Properties {
  const bytes = fromBase64(encoded ?? '');
  if (bytes === null || bytes.length > LONGEST_PROPERTIES) throw new AfirmaFailure('properties');
  return readProperties(bytes.toString('utf8'));
}

/**
 * The bytes of a document. An address is not fetched and a file not opened: a page must not send Signet anywhere. Throws
 * AfirmaFailure.
 */
export function readData(text: string | undefined, gzip: boolean): Buffer {
  if (text === undefined || text === '') throw new AfirmaFailure('data_missing');
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text.slice(0, 32)) ?? [];
  if (scheme !== undefined) throw new AfirmaFailure(scheme.toLowerCase() === 'file' ? 'data_file' : 'data_address');
  const bytes = fromBase64(text);
  if (bytes === null || bytes.length > LARGEST_DATA) throw new AfirmaFailure('data_malformed');
  if (!gzip) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_DATA });
  } catch (cause) {
    throw new AfirmaFailure('data_malformed', { cause });
  }
}

/** The document of a request. Throws AfirmaFailure. */
export function dataOf({ parameters }: AfirmaRequest): Buffer {
  return readData(parameters.get('dat'), isTrue(parameters.get('gzip')));
}

/** The version of the original whose protocol is spoken: what a page that needs a minimum is measured by. */
const SPOKEN = [1, 10, 1];
/** Stores that are a file of the page's choice, which a card or key is not. */
const FILE_STORES = new Set(['PKCS12', 'PFX', 'JAVA', 'JKS', 'JCEKS', 'CASEEXACTJKS', 'BKS', 'SINGLE', 'PKCS7', 'X509']);

/** Throws AfirmaFailure when the page needs a newer program or a store that is no card or key. A driver's path from a page is never used. */
export function requireServed({ parameters }: AfirmaRequest): void {
  const wanted = parameters.get('mcv');
  if (wanted !== undefined && wanted !== '' && isNewer(wanted)) throw new AfirmaFailure('newer_wanted');
  const encoded = parameters.get('ksb64');
  const store = encoded === undefined ? parameters.get('keystore') : fromBase64(encoded)?.toString('utf8');
  if (encoded !== undefined && store === undefined) throw new AfirmaFailure('malformed');
  const [name = ''] = (store ?? '').split(':', 1);
  if (FILE_STORES.has(name.trim().toUpperCase())) throw new AfirmaFailure('keystore');
}

function isNewer(version: string): boolean {
  const numbers = /^\d{1,6}(?:\.\d{1,6}){0,3}/.exec(version.trim())?.[0].split('.').map(Number);
  if (numbers === undefined) throw new AfirmaFailure('malformed');
  for (const [index, number] of numbers.entries()) {
    const ours = SPOKEN[index] ?? 0;
    if (number !== ours) return number > ours;
  }
  return false;
}
