import { createHash } from 'node:crypto';
import { CmsError } from '../../documents/index.ts';
import type { Hash } from '../../signatures/algorithm.ts';
import { type DerElement, DerError, readAll, readOnly, TAG } from '../../tokens/index.ts';

const MESSAGE_DIGEST = Buffer.from('06092a864886f70d010904', 'hex');
/** OBJECT IDENTIFIERs of the hashes in DER (RFC 5754, 2). */
const HASHES: Readonly<Record<Hash, Buffer>> = {
  sha256: Buffer.from('0609608648016503040201', 'hex'),
  sha384: Buffer.from('0609608648016503040202', 'hex'),
  sha512: Buffer.from('0609608648016503040203', 'hex'),
};

/**
 * The digest of what a CMS signature (RFC 5652, 5) signs: of the content in it, or the one that a signer with the same hash
 * wrote down. Null when neither is there. Throws CmsError.
 */
export function signedDigest(bytes: Buffer, hash: Hash): Buffer | null {
  try {
    const [, wrapped] = readAll(readOnly(bytes, TAG.sequence));
    const fields = readAll(readOnly(wrapped?.contents ?? Buffer.alloc(0), TAG.sequence));
    const [, content] = readAll(fields[2]?.contents ?? Buffer.alloc(0));
    if (content !== undefined) return createHash(hash).update(readOnly(content.contents, TAG.octetString)).digest();
    const signers = readAll(fields.at(-1)?.contents ?? Buffer.alloc(0));
    return signers.map((signer) => digestOf(signer, hash)).find((digest) => digest !== null) ?? null;
  } catch (cause) {
    if (cause instanceof DerError) throw new CmsError(cause.message, { cause });
    throw cause;
  }
}

function digestOf({ contents }: DerElement, hash: Hash): Buffer | null {
  const [, , algorithm, signed] = readAll(contents);
  if (signed?.tag !== 0xa0 || algorithm === undefined || !readAll(algorithm.contents)[0]?.encoded.equals(HASHES[hash]))
    return null;
  for (const attribute of readAll(signed.contents)) {
    const [type, values] = readAll(attribute.contents);
    if (type?.encoded.equals(MESSAGE_DIGEST) && values !== undefined) return readOnly(values.contents, TAG.octetString);
  }
  return null;
}
