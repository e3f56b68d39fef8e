import { AfirmaFailure } from './failure.ts';
import type { Operation } from './signable.ts';

/** The formats that Signet makes: the bare signature, and CAdES. */
export type DocumentFormat = 'none' | 'cades';

/** What the page's `format` means for this document. Throws AfirmaFailure for those that Signet does not make. */
export function readFormat(name: string | undefined, operation: Operation, data: Buffer): DocumentFormat {
  const word = (name ?? '').trim().toUpperCase();
  if (word === '') throw new AfirmaFailure('format_missing');
  if (word.endsWith('TRI')) throw new AfirmaFailure('format_server');
  if (word === 'CADES') return 'cades';
  if (word === 'AUTO') return automatic(operation, data);
  if (word !== 'NONE' && word !== 'PKCS#1' && word !== 'PKCS1') throw new AfirmaFailure('format');
  // A bare signature has no place for a second signer.
  if (operation !== 'sign') throw new AfirmaFailure('operation');
  return 'none';
}

function automatic(operation: Operation, data: Buffer): DocumentFormat {
  if (operation !== 'sign') {
    if (!isSignedData(data)) throw new AfirmaFailure('data_unknown');
    return 'cades';
  }
  // The original makes PAdES, XAdES or an office signature of these: another format would not be what the site expects.
  if (isPdf(data) || isXml(data) || isOffice(data)) throw new AfirmaFailure('format');
  return 'cades';
}

/** The object identifier of signed data (RFC 5652, 5.1) as DER: near the start of every CMS signature. */
const SIGNED_DATA = Buffer.from('06092a864886f70d010702', 'hex');

function isSignedData(data: Buffer): boolean {
  return data[0] === 0x30 && data.subarray(0, 20).includes(SIGNED_DATA);
}

function isPdf(data: Buffer): boolean {
  return data.subarray(0, 1_024).includes('%PDF-');
}

function isXml(data: Buffer): boolean {
  const start = data
    .subarray(0, 256)
    .toString('utf8')
    .replace(/^\ufeff/, '')
    .trimStart();
  return start.startsWith('<?xml') || /^<[A-Za-z_!][^<]*>?/.test(start);
}

function isOffice(data: Buffer): boolean {
  if (data.subarray(0, 4).toString('latin1') !== 'PK\x03\x04') return false;
  return data.subarray(0, 128).includes('mimetypeapplication/vnd.oasis') || data.includes('[Content_Types].xml');
}
