import { SignetError } from '../../errors/index.ts';
import { invalid } from '../loopback.ts';

const SIGNATURE_TYPES = ['signature', 'cms', 'cms-pades'] as const;
const HASHES = ['sha256', 'sha384', 'sha512'] as const;

/** Which certificates a page will do with; keys are ANDed. */
export interface Selector {
  issuers?: readonly string[];
  akis?: readonly string[];
  keyusages?: readonly string[];
  keyalgorithms?: readonly string[];
}

/** A `/sign` request, read; `content` still base64. */
export interface ScsRequest {
  selector: Selector;
  content: unknown;
  contentType: 'data' | 'digest';
  hash: (typeof HASHES)[number];
  signatureType: (typeof SIGNATURE_TYPES)[number];
}

const SELECTOR_KEYS = ['issuers', 'akis', 'keyusages', 'keyalgorithms'] as const;

/** Reads the body of `/sign`. Throws `invalid_request`, or `algorithm_unsupported` for a hash that Signet does not sign over. */
export function readRequest(body: Record<string, unknown>): ScsRequest {
  const { content, contentType = 'data', hashAlgorithm = 'SHA256', signatureType = 'signature' } = body;
  if (typeof body.version !== 'string' || !/^1\.\d+$/.test(body.version)) throw invalid('version', 'to be 1.0 or 1.1');
  if (typeof content !== 'string' || content === '') throw invalid('content', 'to be base64');
  if (contentType !== 'data' && contentType !== 'digest') throw invalid('contentType', 'to be data or digest');
  const type = SIGNATURE_TYPES.find((known) => known === signatureType);
  if (type === undefined) throw invalid('signatureType', `to be one of ${SIGNATURE_TYPES.join(', ')}`);
  if (typeof hashAlgorithm !== 'string') throw invalid('hashAlgorithm', 'to be a text');
  const hash = HASHES.find((known) => known === hashAlgorithm.toLowerCase().replace('-', ''));
  if (hash === undefined)
    throw new SignetError('algorithm_unsupported', { variant: 'key', params: { algorithm: hashAlgorithm.slice(0, 20) } });
  return { selector: readSelector(body.selector ?? {}), content, contentType, hash, signatureType: type };
}

function readSelector(value: unknown): Selector {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('selector', 'to be an object');
  const selector: Record<string, readonly string[]> = {};
  for (const [key, list] of Object.entries(value)) {
    // What is not understood would let certificates through that the page does not want.
    if (!SELECTOR_KEYS.some((known) => known === key))
      throw invalid(`selector.${key.slice(0, 30)}`, `to be one of ${SELECTOR_KEYS.join(', ')}`);
    if (!Array.isArray(list) || list.length > 100 || !list.every((each) => typeof each === 'string'))
      throw invalid(`selector.${key}`, 'to be a list of texts');
    selector[key] = list;
  }
  return selector;
}
