import type { Bytes } from './types.ts';

/** Bytes of one call of String.fromCharCode: it takes them as arguments, of which there cannot be too many. */
const PIECE = 0x8000;

/** Bytes as base64, standard alphabet, with padding. Throws TypeError for anything else: a number would pass for as many zeros. */
export function base64(bytes: Bytes): string {
  // Not by class: an ArrayBuffer may come from another frame.
  if (!ArrayBuffer.isView(bytes) && !/ArrayBuffer]$/.test(Object.prototype.toString.call(bytes)))
    throw new TypeError('Bytes are an ArrayBuffer or a view of one.');
  const view = ArrayBuffer.isView(bytes)
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
  let text = '';
  for (let at = 0; at < view.length; at += PIECE) text += String.fromCharCode(...view.subarray(at, at + PIECE));
  return btoa(text);
}
