import type { AlgorithmName } from '../../../client/types.ts';
import type { Signed } from '../../api/calls.ts';
import { HASHES } from './algorithm.ts';

/** Largest file that is hashed here, in bytes: WebCrypto wants the whole of it in memory. */
export const LARGEST = 500_000_000;
/** Largest file that EdDSA signs, in bytes: it goes to the daemon whole. */
export const LARGEST_WHOLE = 16_000_000;

/** A file that cannot be used; `limit` is in bytes. */
export class FileTrouble extends Error {
  override readonly name = 'FileTrouble';
  readonly file: File;
  readonly kind: 'too_large' | 'unreadable';
  readonly limit: number;

  constructor(kind: 'too_large' | 'unreadable', file: File, limit = 0) {
    super(kind);
    this.kind = kind;
    this.file = file;
    this.limit = limit;
  }
}

/** Reads a file. Throws FileTrouble when it is larger than `limit` bytes or cannot be read. */
export async function bytesOf(file: File, limit: number): Promise<Uint8Array<ArrayBuffer>> {
  if (file.size > limit) throw new FileTrouble('too_large', file, limit);
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    throw new FileTrouble('unreadable', file);
  }
}

/** What of a file is signed with an algorithm: its hash, made here, or for EdDSA the file. Hashes are remembered by `known`. */
export async function signedOf(file: File, algorithm: AlgorithmName, known: Map<string, Signed> = new Map()): Promise<Signed> {
  const hash = HASHES[algorithm];
  const before = known.get(hash ?? '');
  if (before !== undefined) return before;
  const bytes = await bytesOf(file, hash === null ? LARGEST_WHOLE : LARGEST);
  const signed =
    hash === null ? { data: base64(bytes) } : { digest: base64(new Uint8Array(await crypto.subtle.digest(hash, bytes))) };
  known.set(hash ?? '', signed);
  return signed;
}

/** Bytes as standard base64. */
export function base64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 32_768) text += String.fromCharCode(...bytes.subarray(at, at + 32_768));
  return btoa(text);
}

/** The bytes of standard base64. */
export function unbase64(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}
