import { isUtf8 } from 'node:buffer';
import { X509Certificate } from 'node:crypto';
import { SignetError } from '../../errors/index.ts';

/** What may be attached: media type, and the extensions that fit, the usual one first. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'application/pdf': ['pdf'],
  'image/jpeg': ['jpg', 'jpeg'],
  'image/png': ['png'],
  'image/tiff': ['tif', 'tiff'],
  'image/webp': ['webp'],
  'image/heic': ['heic', 'heif'],
  'application/vnd.oasis.opendocument.text': ['odt'],
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document': ['docx'],
  'text/plain': ['txt', 'text', 'log', 'md', 'csv'],
  'message/rfc822': ['eml'],
  'application/pkcs7-mime': ['p7m', 'p7s', 'p7b'],
  'application/pkix-cert': ['cer', 'crt', 'der'],
  'application/x-pem-file': ['pem', 'crt', 'cer', 'p7b', 'csr'],
};

/** Text that some system runs when it is opened, whatever is in it. */
const RUNS =
  /\.(bat|cmd|com|csh|desktop|hta|html?|inf|ink|jar|js|jse|lnk|mht|mjs|msc|php|pl|ps1|psm1|py|rb|reg|scf|sct|sh|svgz?|url|vbe|vbs|wsf|wsh|xht|xhtml|xml|xsl)\s*$/i;

/** Tab, line feed, form feed, carriage return and escape. */
const OF_TEXT = [0x09, 0x0a, 0x0c, 0x0d, 0x1b];

export interface FileKind {
  type: string;
  extensions: readonly string[];
}

/**
 * What a file is, judged by its bytes; the name can only speak against it. Throws `case_file_type` for whatever is not on the
 * list: programs, pages, drawings that can carry scripts, archives, the unknown.
 */
export async function fileKind(bytes: Uint8Array, name: string): Promise<FileKind> {
  const type = (await byMagic(bytes)) ?? byContent(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength), name);
  const extensions = type === null ? undefined : ALLOWED[type];
  if (type === null || extensions === undefined) throw new SignetError('case_file_type');
  return { type, extensions };
}

/** By the signatures that the library knows; null when it knows none. */
async function byMagic(bytes: Uint8Array): Promise<string | null> {
  const { fileTypeFromBuffer } = await import('file-type');
  try {
    return (await fileTypeFromBuffer(bytes))?.mime ?? null;
  } catch {
    // A file that ends in the middle of its own structure.
    return null;
  }
}

function byContent(bytes: Buffer, name: string): string | null {
  if (bytes.length === 0) return null;
  if (bytes[0] === 0x30) return isCertificate(bytes) ? 'application/pkix-cert' : isCms(bytes) ? 'application/pkcs7-mime' : null;
  if (bytes.includes(0)) return null;
  const text = (isUtf8(bytes) ? bytes.toString('utf8') : bytes.toString('latin1')).replace(/^\ufeff/, '');
  if (/^\s*(<[!?a-z]|#!|MZ)/i.test(text) || RUNS.test(name)) return null;
  if (isMail(text)) return 'message/rfc822';
  if (!isUtf8(bytes) || bytes.some((byte) => byte < 0x20 && !OF_TEXT.includes(byte))) return null;
  return /^-----BEGIN (CERTIFICATE|PKCS7|CMS|CERTIFICATE REQUEST|TRUSTED CERTIFICATE)-----/m.test(text)
    ? 'application/x-pem-file'
    : 'text/plain';
}

function isCertificate(bytes: Buffer): boolean {
  try {
    return new X509Certificate(bytes).raw.length === bytes.length;
  } catch {
    return false;
  }
}

/** ContentInfo (RFC 5652, 3) that holds signed data: its object identifier right behind the outer length. */
function isCms(bytes: Buffer): boolean {
  const signedData = Buffer.from('06092a864886f70d010702', 'hex');
  const at = bytes.indexOf(signedData);
  return at >= 2 && at <= 6;
}

/** A message begins with header fields (RFC 5322, 2.2), of which at least two are ones that every mail has. */
function isMail(text: string): boolean {
  const [head = ''] = text.slice(0, 65_536).split(/\r?\n\r?\n/, 1);
  const lines = head.split(/\r?\n/);
  if (!lines.every((line, index) => /^[!-9;-~]+:/.test(line) || (index > 0 && /^[ \t]/.test(line)))) return false;
  const usual = ['from', 'to', 'subject', 'date', 'message-id', 'mime-version', 'received', 'content-type', 'return-path'];
  const named = new Set(lines.map((line) => line.split(':', 1)[0]?.toLowerCase() ?? ''));
  return usual.filter((field) => named.has(field)).length >= 2;
}
