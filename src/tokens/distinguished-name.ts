import { type DerElement, DerError, expectTag, objectIdentifier, readAll, TAG } from './der.ts';

export type DistinguishedName = { text: string; commonName: string | null };

const COMMON_NAME = '2.5.4.3';

// Short names of RFC 4519 and of the attributes that European certificates carry (ETSI EN 319 412-1); others appear as OIDs.
const SHORT_NAMES: ReadonlyMap<string, string> = new Map([
  [COMMON_NAME, 'CN'],
  ['2.5.4.4', 'SN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'street'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.12', 'title'],
  ['2.5.4.13', 'description'],
  ['2.5.4.42', 'GN'],
  ['2.5.4.43', 'initials'],
  ['2.5.4.44', 'generationQualifier'],
  ['2.5.4.46', 'dnQualifier'],
  ['2.5.4.65', 'pseudonym'],
  ['2.5.4.97', 'organizationIdentifier'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
]);

/**
 * Reads the contents of a Name (RFC 5280 section 4.1.2.4). `text` is its RFC 4514 form, most specific part first; `commonName`
 * is the most specific common name, unescaped, for display.
 * @throws DerError
 */
export function readName(contents: Buffer): DistinguishedName {
  const parts: string[] = [];
  let commonName: string | null = null;
  for (const rdn of readAll(contents)) {
    const attributes = readAll(expectTag(rdn, TAG.set).contents).map(readAttribute);
    if (attributes.length === 0) throw new DerError('empty RDN');
    for (const { oid, value } of attributes) if (oid === COMMON_NAME && value !== null) commonName = value;
    // The order inside an RDN is free; this is OpenSSL's, so that the two can be compared.
    parts.push(
      attributes
        .reverse()
        .map((attribute) => attribute.text)
        .join('+'),
    );
  }
  return { text: parts.reverse().join(','), commonName };
}

function readAttribute(element: DerElement) {
  const [type, raw, ...rest] = readAll(expectTag(element, TAG.sequence).contents);
  if (raw === undefined || rest.length > 0) throw new DerError('attribute is not a pair');
  const oid = objectIdentifier(type);
  const shortName = SHORT_NAMES.get(oid);
  const value = decodeString(raw);
  // RFC 4514 section 2.4: a type written as an OID, and a value that is not a string, take the hexadecimal form.
  if (shortName === undefined || value === null) {
    return { oid, value, text: `${shortName ?? oid}=#${raw.encoded.toString('hex')}` };
  }
  return { oid, value, text: `${shortName}=${escapeValue(value)}` };
}

/** A string value of any of the X.520 string types, or null when it is something else or wrongly encoded. */
function decodeString({ tag, contents }: DerElement): string | null {
  switch (tag) {
    case 0x0c:
      return decodeUtf8(contents);
    case 0x12: // NumericString
    case 0x13: // PrintableString
    case 0x16: // IA5String
    case 0x1a: // VisibleString
      return contents.every((octet) => octet < 0x80) ? contents.toString('latin1') : null;
    case 0x14: // TeletexString, which issuers fill with Latin-1
      return contents.toString('latin1');
    case 0x1e:
      return decodeBmp(contents);
    default:
      return null;
  }
}

function decodeUtf8(contents: Buffer): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(contents);
  } catch {
    return null;
  }
}

function decodeBmp(contents: Buffer): string | null {
  if (contents.length % 2 !== 0) return null;
  const text = Buffer.from(contents).swap16().toString('utf16le');
  return text.isWellFormed() ? text : null;
}

// Control characters and bidirectional overrides are legal to escape, and a name must not rewrite the line it is shown on.
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu;

/** Escapes an attribute value as RFC 4514 section 2.4 asks. */
function escapeValue(value: string): string {
  return value
    .replace(/[\\"+,;<>]/g, '\\$&')
    .replace(/^[ #]|(?<!^) $/g, '\\$&')
    .replace(UNSAFE, (character) => Buffer.from(character).toString('hex').toUpperCase().replace(/../g, '\\$&'));
}
