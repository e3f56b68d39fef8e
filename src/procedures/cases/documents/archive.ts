import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SignetError } from '../../../errors/index.ts';
import { MAX_EXPORT } from '../limits.ts';
import { CASE_FORMAT, type CaseRecord } from '../record.ts';
import { isCase, MEMBERS, type WrittenCase } from './shape.ts';
import { readZip, ZipError, type ZipLimits } from './zip.ts';

const FORMAT = 'signet-case';
const HEAD = 'case.json';
/** The same in every file, so that the same case gives the same bytes; local, because the format knows no time zones. */
const STAMP = new Date(1980, 0, 1);
/** A text that packs better than this is stored as it is: the way back refuses whatever looks like a bomb. */
const RATIO = 100;
const LIMITS: ZipLimits = { entries: 60, total: MAX_EXPORT, ratio: 2 * RATIO, unsuspicious: 1024 * 1024 };

/** A case as one file: a zip with the case in `case.json` and its attached files, in their order, in `files/1`, `files/2`, … */
export function packCase(record: CaseRecord): Buffer {
  // Loaded here and not at the start: a daemon that exports nothing does not pay for it.
  const { zipSync } = createRequire(import.meta.url)('fflate') as typeof import('fflate');
  const written = {
    format: FORMAT,
    formatVersion: CASE_FORMAT,
    program: programVersion(),
    case: {
      ...Object.fromEntries(MEMBERS.map((name) => [name, record[name]])),
      files: record.files.map(({ bytes: _, stepId, ...facts }) => (stepId === null ? facts : { ...facts, stepId })),
    },
  };
  const head = Buffer.from(JSON.stringify(written, null, 2));
  const files = record.files.map(({ bytes }, index) => [`files/${index + 1}`, [bytes, { level: 0 }]] as const);
  const pack = (level: 0 | 6): Uint8Array =>
    zipSync({ [HEAD]: [head, { level }], ...Object.fromEntries(files) }, { mtime: STAMP });
  const packed = pack(6);
  const rest = record.files.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return Buffer.from((packed.length - rest) * RATIO < head.length ? pack(0) : packed);
}

/** The case in a file of `packCase`. Throws `case_import_invalid` with the variant `not_a_case`, `newer`, `damaged` or `too_large`. */
export function unpackCase(bytes: Buffer): CaseRecord {
  if (bytes.length > MAX_EXPORT) throw invalid('too_large');
  const contents = entries(bytes);
  const head = contents.get(HEAD);
  if (head === undefined) throw invalid('not_a_case');
  const written = caseIn(head);
  const { files } = written;
  if (contents.size !== files.length + 1) throw invalid('damaged');
  return {
    ...written,
    files: files.map((facts, index) => {
      const content = contents.get(`files/${index + 1}`);
      if (content?.length !== facts.size || createHash('sha256').update(content).digest('hex') !== facts.sha256)
        throw invalid('damaged');
      return { ...facts, stepId: facts.stepId ?? null, bytes: new Uint8Array(content) };
    }),
  };
}

function entries(bytes: Buffer): Map<string, Buffer> {
  try {
    return readZip(bytes, LIMITS);
  } catch (error) {
    if (!(error instanceof ZipError)) throw error;
    throw invalid(error.fault === 'not_a_zip' ? 'not_a_case' : error.fault);
  }
}

function caseIn(head: Buffer): WrittenCase {
  const written = parsed(head);
  if (typeof written !== 'object' || written === null || !('format' in written) || written.format !== FORMAT)
    throw invalid('not_a_case');
  const version = 'formatVersion' in written ? written.formatVersion : undefined;
  if (typeof version === 'number' && version > CASE_FORMAT) throw invalid('newer');
  if (version !== CASE_FORMAT || !('case' in written) || !isCase(written.case)) throw invalid('damaged');
  return written.case;
}

function parsed(head: Buffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(head));
  } catch {
    throw invalid('damaged');
  }
}

function invalid(variant: 'not_a_case' | 'newer' | 'damaged' | 'too_large'): SignetError {
  return new SignetError('case_import_invalid', { variant });
}

function programVersion(): string {
  const manifest = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}
