import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { answerLanguage } from '../../messages/index.ts';
import { type Algorithm, algorithmsFor } from '../../signatures/index.ts';
import type { Site, SiteCall, SiteDocument } from '../../sites/index.ts';
import { SITE_RIGHTS, type SiteRight } from '../../store/index.ts';
import type { Credential } from '../../tokens/index.ts';
import type { ApiContext } from '../context.ts';
import {
  Failure,
  SiteAuthenticateAnswer,
  SiteAuthenticateRequest,
  SiteCertificate,
  SiteCertificateRequest,
  SitePairingRequest,
  SiteSignAnswer,
  SiteSignBatchAnswer,
  SiteSignBatchRequest,
  SiteSignRequest,
  SiteStatus,
  SiteStatusRequest,
} from '../schemas/index.ts';
import { callerOf } from './answers.ts';
import { bytes, encoded, inputOf, oneOf } from './sign.ts';

const SMALL = 16 * 1024;
const tags = ['site'];

type Encoding = 'p1363' | 'der';

interface Which {
  credentialId?: string;
  certificate?: string;
}
interface SignBody extends Which {
  algorithm: Algorithm;
  data?: string;
  digest?: string;
  documentName?: string;
  encoding?: Encoding;
}
interface BatchBody extends Which {
  algorithm: Algorithm;
  documents: { digest: string; name?: string }[];
  encoding?: Encoding;
}

/** What web sites may ask for, by a page's own script or through the extension. `Sites` asks the person. */
export function siteRoutes(context: Pick<ApiContext, 'sites' | 'version' | 'language'>): FastifyPluginCallback {
  const { sites, version, language } = context;
  const statusOf = (site: Site) => {
    const { paired, rights, expiresAt } = sites.status(site);
    return { name: 'signet' as const, version, paired, rights: [...rights], expiresAt };
  };
  return (app, _options, done) => {
    app.post(
      '/v1/site/status',
      {
        config: { web: 'anyone' },
        bodyLimit: SMALL,
        schema: { summary: 'What this site may do', tags, body: SiteStatusRequest, response: { 200: SiteStatus, ...Failure } },
      },
      (request) => statusOf(siteOf(request)),
    );
    app.post<{ Body: { rights?: SiteRight[] } }>(
      '/v1/site/pairing',
      {
        config: { web: 'anyone' },
        bodyLimit: SMALL,
        schema: {
          summary: 'Ask the person to allow this site something',
          tags,
          body: SitePairingRequest,
          response: { 200: SiteStatus, ...Failure },
        },
      },
      async (request, reply) => {
        const site = siteOf(request);
        await sites.pair(site, request.body.rights ?? SITE_RIGHTS, callOf(request, reply));
        return statusOf(site);
      },
    );
    app.post<{ Body: { purpose?: 'show' | 'authenticate' | 'sign' } }>(
      '/v1/site/certificates',
      {
        config: { web: 'paired' },
        bodyLimit: SMALL,
        schema: {
          summary: 'A certificate that the person chooses to show',
          tags,
          body: SiteCertificateRequest,
          response: { 200: SiteCertificate, ...Failure },
        },
      },
      async (request, reply) => {
        const { purpose = 'show' } = request.body;
        const credential = await sites.certificate(siteOf(request), { purpose }, callOf(request, reply));
        const chain = (await sites.chain(credential)).map((der) => der.toString('base64'));
        const algorithms = algorithmsFor(credential.certificate.facts.key, credential.mechanisms);
        return { certificate: derOf(credential), credentialId: credential.id, algorithms, chain };
      },
    );
    app.post<{ Body: { challengeNonce: string } }>(
      '/v1/site/authenticate',
      {
        config: { web: 'paired' },
        bodyLimit: SMALL,
        schema: {
          summary: 'Log the person in: a Web eID token for the server to check',
          tags,
          body: SiteAuthenticateRequest,
          response: { 200: SiteAuthenticateAnswer, ...Failure },
        },
      },
      (request, reply) => sites.authenticate(siteOf(request), request.body, callOf(request, reply)),
    );
    app.post<{ Body: SignBody }>(
      '/v1/site/sign',
      {
        config: { web: 'paired' },
        schema: { summary: 'Sign a document', tags, body: SiteSignRequest, response: { 200: SiteSignAnswer, ...Failure } },
      },
      async (request, reply) => {
        const { algorithm, documentName = null, encoding } = request.body;
        const input = inputOf(request.body);
        const site = siteOf(request);
        const credential = await sites.find(site, whichOf(request.body));
        const documents: SiteDocument[] = [{ algorithm, name: documentName, ...input }];
        const [raw] = await sites.sign(site, credential, documents, callOf(request, reply));
        if (raw === undefined) throw new SignetError('internal_error');
        return { signature: encoded(raw, algorithm, encoding).toString('base64'), algorithm, certificate: derOf(credential) };
      },
    );
    app.post<{ Body: BatchBody }>(
      '/v1/site/sign-batch',
      {
        config: { web: 'paired' },
        schema: {
          summary: 'Sign up to 10,000 documents with one consent, in order',
          tags,
          body: SiteSignBatchRequest,
          response: { 200: SiteSignBatchAnswer, ...Failure },
        },
      },
      async (request, reply) => {
        const { algorithm, encoding } = request.body;
        const site = siteOf(request);
        const credential = await sites.find(site, whichOf(request.body));
        const documents = request.body.documents.map(({ digest, name = null }) => ({ algorithm, digest: bytes(digest), name }));
        const raw = await sites.sign(site, credential, documents, callOf(request, reply));
        const signatures = raw.map((signature) => encoded(signature, algorithm, encoding).toString('base64'));
        return { signatures, algorithm, certificate: derOf(credential) };
      },
    );
    done();
  };

  function siteOf(request: FastifyRequest): Site {
    const { site } = callerOf(request);
    if (site === undefined) throw new SignetError('unauthenticated');
    return sites.site(site.origin, site.via);
  }

  /** Aborted when the asker is gone before it was answered. */
  function callOf(request: FastifyRequest, reply: FastifyReply): SiteCall {
    const signal = goneSignal(reply);
    // A page sets this header as it likes: it must not choose in which language the person is asked.
    if (callerOf(request).site?.via === 'page') return { signal };
    return { signal, language: answerLanguage(request.headers['accept-language'], language) };
  }
}

function whichOf({ credentialId, certificate }: Which): { credentialId: string } | { certificate: Buffer } {
  if (credentialId !== undefined && certificate === undefined) return { credentialId };
  if (certificate !== undefined && credentialId === undefined) return { certificate: bytes(certificate) };
  throw oneOf('credentialId', 'certificate');
}

function derOf({ certificate }: Credential): string {
  return certificate.der.toString('base64');
}
