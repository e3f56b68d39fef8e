import type { SignaturePolicy } from '../../documents/index.ts';
import { AfirmaFailure } from './failure.ts';
import type { Properties } from './properties.ts';
import { fromBase64 } from './query.ts';

/** The policies of the Spanish administration that sites name in short (`expPolicy`), as published. */
const AGE: SignaturePolicy = {
  id: '2.16.724.1.3.1.1.2.1.9',
  hashAlgorithm: 'sha1',
  hash: Buffer.from('G7roucf600+f03r/o0bAOQ6WAs0=', 'base64'),
  uri: 'https://sede.administracion.gob.es/politica_de_firma_anexo_1.pdf',
};

/** True when the site asks for the policy of the Spanish administration by its short name. */
export function wantsAge(properties: Properties): boolean {
  return ['FIRMAAGE', 'FIRMAAGE19'].includes((properties.get('expPolicy') ?? '').trim().toUpperCase());
}

/** The policy that the properties name, or null. Throws AfirmaFailure for one that is not whole: a policy is not fetched to hash it. */
export function readPolicy(properties: Properties): SignaturePolicy | null {
  if (wantsAge(properties)) return AGE;
  if ((properties.get('expPolicy') ?? '') !== '') throw new AfirmaFailure('policy');
  const named = (properties.get('policyIdentifier') ?? '').trim();
  if (named === '') return null;
  const [, id] = /^(?:urn:oid:)?([0-2](?:\.(?:0|[1-9]\d*)){1,30})$/i.exec(named) ?? [];
  const hash = fromBase64((properties.get('policyIdentifierHash') ?? '').trim());
  const hashAlgorithm = hashNamed(properties.get('policyIdentifierHashAlgorithm') ?? '');
  const uri = (properties.get('policyQualifier') ?? '').trim();
  if (id === undefined || hashAlgorithm === null || hash?.length !== LENGTHS[hashAlgorithm]) throw new AfirmaFailure('policy');
  if (uri !== '' && !/^https?:\/\/[\x21-\x7e]{1,1000}$/i.test(uri)) throw new AfirmaFailure('policy');
  return { id, hashAlgorithm, hash, ...(uri === '' ? {} : { uri }) };
}

const LENGTHS = { sha1: 20, sha256: 32, sha384: 48, sha512: 64 } as const;

/** Names, OIDs and XML names of the hashes. */
const HASHES: Readonly<Record<string, SignaturePolicy['hashAlgorithm']>> = {
  sha1: 'sha1',
  sha256: 'sha256',
  sha384: 'sha384',
  sha512: 'sha512',
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};

/** The hash that a name, an OID or an XML name stands for, or null. */
export function hashNamed(name: string): SignaturePolicy['hashAlgorithm'] | null {
  const text = name.trim().toLowerCase();
  const short = /^http:\/\/www\.w3\.org\/200[01]\/0[49]\/(?:xmldsig|xmlenc|xmldsig-more)#(sha\d+)$/.exec(text)?.[1] ?? text;
  return HASHES[short.replace('urn:oid:', '').replace(/^sha-/, 'sha')] ?? null;
}
