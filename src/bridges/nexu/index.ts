import type { FastifyInstance, FastifyRequest } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { type Algorithm, algorithmsFor, ecdsaToDer } from '../../signatures/index.ts';
import type { Site } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import type { Bridge, BridgeContext } from '../bridge.ts';
import { bytesIn, invalid, Loopback, objectIn, type Ports, siteOf } from '../loopback.ts';
import { acceptsOf } from './filter.ts';
import { refusalOf } from './refusal.ts';
import { script } from './script.ts';

/** Pages look for a version that begins with `1.` (dss-demonstrations, nexu_deploy). */
const VERSION = '1.22';
const HASHES = ['SHA256', 'SHA384', 'SHA512'] as const;

/** NexU 1.x, as the demonstration pages of the European Commission's DSS speak it. */
export function nexuBridge(context: BridgeContext, ports: Ports): Bridge {
  const routes = (app: FastifyInstance): void => {
    for (const path of ['/', '/nexu-info']) app.get(path, () => ({ version: VERSION }));
    // Read into the page by a script element, which sends no Origin: the same bytes for everyone, nothing secret in them.
    app.get('/nexu.js', (request, reply) =>
      reply.type('text/javascript; charset=utf-8').send(script(`${request.protocol}://${request.headers.host}`)),
    );
    app.post('/rest/certificates', async (request, reply) => {
      const site = siteOf(context, request, 'nexu');
      return { success: true, response: await certificates(context, site, bodyOf(request), goneSignal(reply)) };
    });
    app.post('/rest/sign', async (request, reply) => {
      const site = siteOf(context, request, 'nexu');
      return { success: true, response: await sign(context, site, bodyOf(request), goneSignal(reply)) };
    });
    for (const path of ['/rest/identityInfo', '/rest/authenticate'])
      app.post(path, () => {
        throw new SignetError('not_found');
      });
  };
  const server = new Loopback(
    context,
    { name: 'nexu', routes, refuse: (error, _request, reply) => reply.code(500).send(refusalOf(error, context)) },
    ports,
  );
  return { name: 'nexu', state: () => server.state(), start: () => server.start(), stop: () => server.stop() };
}

async function certificates({ sites }: BridgeContext, site: Site, asked: Record<string, unknown>, signal: AbortSignal) {
  const { purpose, accepts } = acceptsOf(asked);
  const credential = await sites.certificate(site, { purpose, accepts }, { signal });
  const able = algorithmsFor(credential.certificate.facts.key, credential.mechanisms);
  const digests = HASHES.filter((hash) => isEc(credential) || able.includes(`RS${hash.slice(3)}` as Algorithm));
  return {
    tokenId: { id: credential.token.id },
    keyId: credential.id,
    ...(await certificateOf(sites, credential)),
    encryptionAlgorithm: isEc(credential) ? 'ECDSA' : 'RSA',
    supportedDigests: digests,
    preferredDigest: digests[0] ?? null,
  };
}

async function sign({ sites }: BridgeContext, site: Site, asked: Record<string, unknown>, signal: AbortSignal) {
  const { keyId } = asked;
  const data = bytesIn(
    (asked.toBeSigned as { bytes?: unknown } | undefined)?.bytes ?? unblanked(asked.dataToSign),
    'toBeSigned.bytes',
  );
  if (data.length === 0) throw invalid('toBeSigned.bytes', 'not to be empty');
  const name = String(asked.digestAlgorithm ?? asked.digestAlgo ?? '')
    .toUpperCase()
    .replace('-', '');
  const hash = HASHES.find((known) => known === name);
  if (hash === undefined)
    throw new SignetError('algorithm_unsupported', { variant: 'key', params: { algorithm: name.slice(0, 20) } });
  const credential =
    typeof keyId === 'string' && keyId !== ''
      ? await sites.find(site, { credentialId: keyId })
      : await sites.choose(site, { purpose: 'sign' }, { signal });
  const algorithm = `${isEc(credential) ? 'ES' : 'RS'}${hash.slice(3)}` as Algorithm;
  const [signature = Buffer.alloc(0)] = await sites.sign(site, credential, [{ algorithm, data, anyCurve: true }], { signal });
  return {
    signatureValue: (isEc(credential) ? ecdsaToDer(signature) : signature).toString('base64'),
    signatureAlgorithm: `${isEc(credential) ? 'ECDSA' : 'RSA'}_${hash}`,
    ...(await certificateOf(sites, credential)),
  };
}

async function certificateOf(sites: BridgeContext['sites'], credential: Credential) {
  const own = credential.certificate.der.toString('base64');
  const above = (await sites.chain(credential)).map((der) => der.toString('base64'));
  return { certificate: own, certificateChain: [own, ...above] };
}

/** Base64 of a query or a form, where a plus sign that was not escaped reads as a blank. */
function unblanked(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(' ', '+') : value;
}

function isEc({ certificate }: Credential): boolean {
  return certificate.facts.key.type === 'ec';
}

/**
 * What a request asks: its JSON body and its query, the body first. One of the original's functions sends a form under a JSON
 * content type, so a body that is no JSON is read as one.
 */
function bodyOf(request: FastifyRequest): Record<string, unknown> {
  const query = request.query as Record<string, unknown>;
  const { body } = request;
  if (typeof body === 'string' && /^[A-Za-z]\w*=/.test(body))
    return { ...query, ...Object.fromEntries(new URLSearchParams(body)) };
  const asked: Record<string, unknown> = { ...query, ...objectIn(body) };
  const { tokenId } = asked;
  if (typeof tokenId === 'object' && tokenId !== null) asked.tokenId = (tokenId as { id?: unknown }).id;
  return asked;
}
