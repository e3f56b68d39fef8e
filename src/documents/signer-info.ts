import { createHash } from 'node:crypto';
import { type Algorithm, algorithmFacts, ecdsaToDer } from '../signatures/index.ts';
import { expectTag, readAll, readOnly, TAG } from '../tokens/index.ts';
import { element, integer, oid, setOf, time } from './encode.ts';
import { algorithmIdentifier } from './signed-data.ts';

export type CmsHash = 'sha256' | 'sha384' | 'sha512';

/** An explicit signature policy (ETSI EN 319 122-1, 5.2.9.1). `hash` is of the policy document. */
export interface SignaturePolicy {
  id: string;
  hashAlgorithm: CmsHash | 'sha1';
  hash: Buffer;
  uri?: string | undefined;
}

/** Who signs and with what. RSA with PKCS#1 v1.5 or ECDSA on any curve; the hash is the algorithm's. */
export interface Signer {
  /** DER of the signer's certificate. */
  certificate: Buffer;
  /** DER of the certificates above it, put into the signature so that others find the way up. */
  chain?: readonly Buffer[];
  algorithm: Algorithm;
  /** Signs `data` with the algorithm; ECDSA comes as R‖S. */
  sign(data: Buffer): Promise<Buffer>;
}

export interface Attributes {
  /** Null leaves the attribute out, as PAdES wants it. */
  signingTime: Date | null;
  policy?: SignaturePolicy | undefined;
}

const HASHES: Readonly<Record<CmsHash | 'sha1', string>> = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
};
const ECDSA: Readonly<Record<CmsHash, string>> = {
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
const RSA = '1.2.840.113549.1.1.1';
const ATTRIBUTE = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  signaturePolicy: '1.2.840.113549.1.9.16.2.15',
} as const;
const POLICY_URI = '1.2.840.113549.1.9.16.5.1';

/** The hash of an algorithm that CMS signatures can be made with. Throws TypeError for PSS and EdDSA, which nobody asks for here. */
export function hashOf(algorithm: Algorithm): CmsHash {
  const { family, hash } = algorithmFacts(algorithm);
  if (hash === null || family === 'pss') throw new TypeError(`${algorithm} is not made in CMS`);
  return hash;
}

/** The DigestAlgorithmIdentifier, with absent parameters (RFC 5754, 2). */
export function digestAlgorithm(hash: CmsHash): Buffer {
  return algorithmIdentifier(HASHES[hash], 'absent');
}

/**
 * Makes a SignerInfo (RFC 5652, 5.3) with the signed attributes of CAdES B-B (ETSI EN 319 122-1, table 1). `contentType` null for
 * a countersignature, which must not carry that attribute (RFC 5652, 11.4).
 */
export async function signerInfo(
  signer: Signer,
  content: { digest: Buffer; contentType: string | null },
  { signingTime, policy }: Attributes,
): Promise<Buffer> {
  const hash = hashOf(signer.algorithm);
  const attributes = setOf([
    ...(content.contentType === null ? [] : [attribute(ATTRIBUTE.contentType, oid(content.contentType))]),
    attribute(ATTRIBUTE.messageDigest, element(TAG.octetString, content.digest)),
    ...(signingTime === null ? [] : [attribute(ATTRIBUTE.signingTime, time(signingTime))]),
    attribute(ATTRIBUTE.signingCertificateV2, signingCertificate(signer.certificate, hash)),
    ...(policy === undefined ? [] : [attribute(ATTRIBUTE.signaturePolicy, policyId(policy))]),
  ]);
  const raw = await signer.sign(attributes);
  const rsa = algorithmFacts(signer.algorithm).family === 'pkcs1';
  const { issuer, serial } = nameOf(signer.certificate);
  return element(
    TAG.sequence,
    integer(1),
    element(TAG.sequence, issuer, serial),
    digestAlgorithm(hash),
    // Signed as a SET OF, written as [0] IMPLICIT (RFC 5652, 5.4).
    Buffer.concat([Buffer.from([0xa0]), attributes.subarray(1)]),
    rsa ? algorithmIdentifier(RSA, 'null') : algorithmIdentifier(ECDSA[hash], 'absent'),
    element(TAG.octetString, rsa ? raw : ecdsaToDer(raw)),
  );
}

/** An Attribute with one value. */
export function attribute(type: string, value: Buffer): Buffer {
  return element(TAG.sequence, oid(type), setOf([value]));
}

/** SigningCertificateV2 (RFC 5035, 3): SHA-256 is the default and so is left out. */
function signingCertificate(certificate: Buffer, hash: CmsHash): Buffer {
  const digest = element(TAG.octetString, createHash(hash).update(certificate).digest());
  const { issuer, serial } = nameOf(certificate);
  const issuerSerial = element(TAG.sequence, element(TAG.sequence, element(0xa4, issuer)), serial);
  const id = element(TAG.sequence, ...(hash === 'sha256' ? [] : [digestAlgorithm(hash)]), digest, issuerSerial);
  return element(TAG.sequence, element(TAG.sequence, id));
}

function policyId({ id, hashAlgorithm, hash, uri }: SignaturePolicy): Buffer {
  const value = element(TAG.sequence, algorithmIdentifier(HASHES[hashAlgorithm], 'absent'), element(TAG.octetString, hash));
  const qualifier = (at: string): Buffer =>
    element(TAG.sequence, element(TAG.sequence, oid(POLICY_URI), element(0x16, Buffer.from(at, 'latin1'))));
  return element(TAG.sequence, oid(id), value, ...(uri === undefined ? [] : [qualifier(uri)]));
}

/** Issuer and serial number of a certificate, in their own encoding. */
function nameOf(certificate: Buffer): { issuer: Buffer; serial: Buffer } {
  const [tbs] = readAll(readOnly(certificate, TAG.sequence));
  const fields = readAll(expectTag(tbs, TAG.sequence).contents);
  const [serial, , issuer] = fields[0]?.tag === 0xa0 ? fields.slice(1) : fields;
  return { issuer: expectTag(issuer, TAG.sequence).encoded, serial: expectTag(serial, TAG.integer).encoded };
}
