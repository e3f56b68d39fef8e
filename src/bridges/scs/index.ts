import type { FastifyInstance } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { type Algorithm, algorithmFacts, ecdsaToDer } from '../../signatures/index.ts';
import { documentCard, type Site } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import type { Bridge, BridgeContext } from '../bridge.ts';
import { bytesIn, Loopback, objectIn, type Ports, siteOf } from '../loopback.ts';
import { refusalOf } from './refusal.ts';
import { readRequest, type ScsRequest } from './request.ts';
import { isForLogin, selects } from './selector.ts';

const VERSION = '1.1';

/** What `GET /version` answers, so that a page knows what it can ask for. No certificate and no token shows in it. */
const ABOUT = {
  version: VERSION,
  httpMethods: 'POST',
  contentTypes: 'data, digest',
  signatureTypes: 'signature,cms,cms-pades',
  selectorAvailable: true,
  hashAlgorithms: 'SHA256, SHA384, SHA512',
};

/** SCS, "HTML5 and Digital Signatures", 1.1: what Finland's sites speak to the card software. */
export function scsBridge(context: BridgeContext, ports: Ports): Bridge {
  const routes = (app: FastifyInstance): void => {
    app.get('/version', () => ABOUT);
    app.post('/sign', async (request, reply) => {
      const site = siteOf(context, request, 'scs');
      return sign(context, site, readRequest(objectIn(request.body)), goneSignal(reply));
    });
    // The draft has a form of /sign in the address: data would be in logs and histories, and any <img> could ask.
    app.get('/sign', () => {
      throw new SignetError('method_not_allowed');
    });
  };
  const server = new Loopback(
    context,
    { name: 'scs', routes, refuse: (error, _request, reply) => reply.code(200).send(refusalOf(error, context.language)) },
    ports,
  );
  return { name: 'scs', state: () => server.state(), start: () => server.start(), stop: () => server.stop() };
}

async function sign({ sites }: BridgeContext, site: Site, asked: ScsRequest, signal: AbortSignal) {
  const content = bytesIn(asked.content, 'content');
  const purpose = isForLogin(asked.selector) ? 'authenticate' : 'sign';
  if (purpose === 'authenticate') requireOwnOrigin(site, asked, content);
  const accepts = (credential: Credential): boolean => selects(asked.selector, credential);
  const credential = await sites.choose(site, { purpose, accepts }, { signal });
  const algorithm = algorithmOf(credential, asked.hash);
  const chain = await sites.chain(credential);
  const signature =
    asked.signatureType === 'signature'
      ? await raw(sites, site, credential, asked, algorithm, content, signal)
      : await cms(sites, site, credential, chain, asked, algorithm, content, signal);
  const name = `SHA${asked.hash.slice(3)}with${algorithm.startsWith('RS') ? 'RSA' : 'ECDSA'}`;
  return {
    version: VERSION,
    signatureType: asked.signatureType,
    signatureAlgorithm: name,
    signature: signature.toString('base64'),
    chain: [credential.certificate.der, ...chain].map((der) => der.toString('base64')),
    status: 'ok',
    reasonCode: 200,
    reasonText: 'Signature generated',
  };
}

async function raw(
  sites: BridgeContext['sites'],
  site: Site,
  credential: Credential,
  { contentType }: ScsRequest,
  algorithm: Algorithm,
  content: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  const document = { algorithm, anyCurve: true, ...(contentType === 'data' ? { data: content } : { digest: content }) };
  const [signature = Buffer.alloc(0)] = await sites.sign(site, credential, [document], { signal });
  return algorithm.startsWith('ES') ? ecdsaToDer(signature) : signature;
}

/** A detached CMS signature; that for PDF carries no time (ETSI EN 319 142-1, 6.3). */
async function cms(
  sites: BridgeContext['sites'],
  site: Site,
  credential: Credential,
  chain: readonly Buffer[],
  { contentType, signatureType, hash }: ScsRequest,
  algorithm: Algorithm,
  content: Buffer,
  signal: AbortSignal,
): Promise<Buffer> {
  const { digestLength } = algorithmFacts(algorithm);
  if (contentType === 'digest' && content.length !== digestLength)
    throw new SignetError('digest_length', { params: { algorithm, expected: digestLength ?? 0, actual: content.length } });
  const { signCades } = await import('../../documents/index.ts');
  const wanted = { documents: [documentCard(null, hash, content, contentType === 'data')], count: 1, signatures: 1 };
  const signingTime = signatureType === 'cms' ? new Date() : null;
  return sites.withKey(site, credential, wanted, { signal }, (key) =>
    signCades(
      contentType === 'data' ? { data: content, detached: true } : { digest: content },
      {
        certificate: credential.certificate.der,
        chain,
        algorithm,
        sign: (data) => key.sign({ algorithm, data, anyCurve: true }),
      },
      { signingTime },
    ),
  );
}

/** The hash as asked for; the key decides how it is signed. Throws `algorithm_unsupported`. */
function algorithmOf({ certificate }: Credential, hash: ScsRequest['hash']): Algorithm {
  const bits = hash.slice(3) as '256' | '384' | '512';
  const { type } = certificate.facts.key;
  if (type === 'rsa') return `RS${bits}`;
  if (type === 'ec') return `ES${bits}`;
  throw new SignetError('algorithm_unsupported', { variant: 'key', params: { algorithm: hash } });
}

/**
 * A login key signs only what begins with the asking page's own origin, a line end or a blank, and a challenge: otherwise one
 * site could have another's challenge signed and log in there as the person.
 */
function requireOwnOrigin({ origin }: Site, { contentType }: ScsRequest, content: Buffer): void {
  const text = content.toString('latin1');
  const rest = text.startsWith(origin) ? text.slice(origin.length) : '';
  if (contentType !== 'data' || !/^[\r\n \0]/.test(rest) || rest.length <= MIN_CHALLENGE)
    throw new SignetError('origin_not_paired', { variant: 'login_content' });
}

const MIN_CHALLENGE = 64;
