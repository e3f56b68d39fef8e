import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { requireScope } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import {
  type Algorithm,
  algorithmFacts,
  ecdsaToDer,
  inputError,
  SignatureInputError,
  verifySignature,
} from '../../signatures/index.ts';
import { CertificateError, FLAG, publicKeyOf } from '../../tokens/index.ts';
import type { ApiContext } from '../context.ts';
import {
  Failure,
  SignAnswer,
  SignBatchAnswer,
  SignBatchRequest,
  SignRequest,
  VerifyAnswer,
  VerifyRequest,
} from '../schemas/index.ts';
import { callerOf } from './answers.ts';
import { take } from './pin.ts';

interface OnCredential {
  Params: { credentialId: string };
}

type Encoding = 'p1363' | 'der';

interface SignBody {
  algorithm: Algorithm;
  data?: string;
  digest?: string;
  encoding?: Encoding;
  pin?: string;
  finalTryConsent?: string;
}

interface VerifyBody {
  algorithm: Algorithm;
  data?: string;
  digest?: string;
  signature: string;
  encoding?: Encoding;
  certificate?: string;
  credentialId?: string;
}

/** Raw signatures and their verification. */
export function signRoutes(context: ApiContext): FastifyPluginCallback {
  const { tokens, signing } = context;
  return (app, _options, done) => {
    app.post<OnCredential & { Body: SignBody }>(
      '/v1/credentials/:credentialId/sign',
      {
        config: { scope: 'sign', secrets: new Set(['pin']) },
        schema: {
          summary: 'Sign data or a digest',
          tags: ['sign'],
          body: SignRequest,
          response: { 200: SignAnswer, ...Failure },
        },
      },
      async (request) => {
        const { algorithm, encoding } = request.body;
        const input = inputOf(request.body);
        const credential = await tokens.credential(request.params.credentialId);
        const caller = callerOf(request);
        const pin = take(request, 'pin');
        const onReader = pin === null && (credential.token.facts.flags & FLAG.pinPad) !== 0 && caller.scopes.has('pin');
        if (pin !== null) requireScope(caller, 'pin');
        const asked = pin !== null || onReader ? { pin, consent: request.body.finalTryConsent } : undefined;
        const raw = await signing.sign(credential, caller, { algorithm, ...input }, asked);
        return { signature: encoded(raw, algorithm, encoding).toString('base64'), algorithm, credentialId: credential.id };
      },
    );
    app.post<OnCredential & { Body: { algorithm: Algorithm; digests: string[]; encoding?: Encoding } }>(
      '/v1/credentials/:credentialId/sign-batch',
      {
        config: { scope: 'sign' },
        schema: {
          summary: 'Sign up to 10,000 digests, in order',
          tags: ['sign'],
          body: SignBatchRequest,
          response: { 200: SignBatchAnswer, ...Failure },
        },
      },
      async (request) => {
        const { algorithm, digests, encoding } = request.body;
        const credential = await tokens.credential(request.params.credentialId);
        const raw = await signing.signBatch(credential, callerOf(request), algorithm, digests.map(bytes));
        const signatures = raw.map((signature) => encoded(signature, algorithm, encoding).toString('base64'));
        return { signatures, algorithm, credentialId: credential.id };
      },
    );
    app.post<{ Body: VerifyBody }>(
      '/v1/verify',
      {
        config: { scope: 'status' },
        schema: {
          summary: 'Check a signature',
          tags: ['sign'],
          body: VerifyRequest,
          response: { 200: VerifyAnswer, ...Failure },
        },
      },
      async (request) => {
        const { algorithm, encoding = 'p1363' } = request.body;
        const input = inputOf(request.body);
        const publicKey = await keyOf(request);
        try {
          return await verifySignature({
            algorithm,
            publicKey,
            signature: bytes(request.body.signature),
            encoding,
            ...input,
          } as Parameters<typeof verifySignature>[0]);
        } catch (error) {
          throw error instanceof SignatureInputError ? inputError(error) : error;
        }
      },
    );
    done();
  };

  async function keyOf(request: FastifyRequest<{ Body: VerifyBody }>) {
    const { certificate, credentialId } = request.body;
    if ((certificate === undefined) === (credentialId === undefined)) throw oneOf('certificate', 'credentialId');
    const der = credentialId === undefined ? derOf(certificate ?? '') : (await tokens.credential(credentialId)).certificate.der;
    try {
      return publicKeyOf(der);
    } catch (error) {
      throw error instanceof CertificateError ? new SignetError('certificate_malformed', { cause: error }) : error;
    }
  }
}

/** What is to be signed: exactly one of the two, or `invalid_request`. */
export function inputOf({ data, digest }: { data?: string; digest?: string }): { data: Buffer } | { digest: Buffer } {
  if (data !== undefined && digest === undefined) return { data: bytes(data) };
  if (digest !== undefined && data === undefined) return { digest: bytes(digest) };
  throw oneOf('data', 'digest');
}

/** The refusal of a body that has both members, or neither. */
export function oneOf(first: string, second: string): SignetError {
  const expected = `exactly one of ${first} and ${second}`;
  return new SignetError('invalid_request', { params: { field: 'body' }, extra: { errors: [{ field: 'body', expected }] } });
}

/** A raw signature in the form that was asked for; only ECDSA has two. */
export function encoded(raw: Buffer, algorithm: Algorithm, encoding: Encoding | undefined): Buffer {
  return encoding === 'der' && algorithmFacts(algorithm).family === 'ecdsa' ? ecdsaToDer(raw) : raw;
}

/** The bytes of checked base64. */
export function bytes(base64: string): Buffer {
  return Buffer.from(base64, 'base64');
}

function derOf(text: string): Buffer {
  const pem = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(text);
  return bytes((pem?.[1] ?? text).replace(/\s+/g, ''));
}
