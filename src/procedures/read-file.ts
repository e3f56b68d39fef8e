import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { basename } from 'node:path';
import { checkProcedure } from './check.ts';
import { JsonSourceError, parseJsonSource } from './json-source.ts';
import type { Procedure } from './procedure.ts';
import type { Refusal } from './refusal.ts';
import { checkShape } from './shape.ts';

/** Largest file that is read, in bytes: the longest procedure is a tenth of it. */
export const MAX_BYTES = 256 * 1024;
/** Whoever made more mistakes than this sees the rest after mending these. */
const MAX_REFUSALS = 10;

export type ReadProcedure = { procedure: Procedure } | { refusals: Refusal[] };

/** Reads and checks one procedure file. Never throws: whatever is wrong comes back as refusals, by line. */
export function readProcedure(file: string): ReadProcedure {
  const refuse = (code: string, params: Refusal['params'] = {}): ReadProcedure => ({
    refusals: [{ file, line: null, member: '', code, params }],
  });
  let bytes: Buffer;
  try {
    const read = readBounded(file);
    if (typeof read === 'string') return refuse(read, { most: MAX_BYTES / 1024 });
    bytes = read;
  } catch (error) {
    return refuse('unreadable', { reason: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' });
  }
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return refuse('not_utf8');
  }
  return checkText(text, file);
}

/** Checks the text of a procedure file that would be called `file`. */
export function checkText(text: string, file: string): ReadProcedure {
  try {
    const { value, lineOf } = parseJsonSource(text);
    const shape = checkShape(value);
    const findings = 'findings' in shape ? shape.findings : checkProcedure(shape.procedure, basename(file));
    if ('procedure' in shape && findings.length === 0) return shape;
    const refusals = findings.map(({ pointer, code, params }) => ({
      file,
      line: lineOf(pointer),
      member: pointer.slice(1).replaceAll('/', '.'),
      code,
      params,
    }));
    return { refusals: refusals.sort((a, b) => a.line - b.line).slice(0, MAX_REFUSALS) };
  } catch (error) {
    if (!(error instanceof JsonSourceError)) throw error;
    return { refusals: [{ file, line: error.line, member: '', code: error.code, params: error.params }] };
  }
}

/** The bytes of a regular file, or why there are none. A pipe or device is opened without waiting and never read. */
function readBounded(file: string): Buffer | 'not_a_file' | 'too_large' {
  const descriptor = openSync(file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(descriptor);
    if (!stats.isFile()) return 'not_a_file';
    if (stats.size > MAX_BYTES) return 'too_large';
    let bytes = readUpTo(descriptor, stats.size + 1);
    // It may have grown since it was measured.
    if (bytes.length > stats.size) bytes = readUpTo(descriptor, MAX_BYTES + 1);
    return bytes.length > MAX_BYTES ? 'too_large' : bytes;
  } finally {
    closeSync(descriptor);
  }
}

function readUpTo(descriptor: number, most: number): Buffer {
  const bytes = Buffer.alloc(most);
  let length = 0;
  for (let more = -1; more !== 0 && length < most; length += more)
    more = readSync(descriptor, bytes, length, most - length, length);
  return bytes.subarray(0, length);
}
