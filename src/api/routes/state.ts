import type { FastifyPluginCallback } from 'fastify';
import { answerLanguage, translator } from '../../messages/index.ts';
import { Type } from '../../schema/index.ts';
import type { ApiContext } from '../context.ts';
import { Bridge, Certificate, Credential, Driver, Failure, Health, Token } from '../schemas/index.ts';
import { callerOf, certificateAnswer, credentialAnswer, type Include, tokenAnswer } from './answers.ts';

const IncludeQuery = Type.Object(
  { include: Type.Optional(Type.String({ pattern: '^(der|pem)(,(der|pem))*$', description: 'der, pem, or both with a comma' })) },
  { additionalProperties: false },
);

/** What is there: health, drivers, tokens, certificates, credentials. None of these routes can present a PIN. */
export function stateRoutes(context: ApiContext): FastifyPluginCallback {
  const { tokens } = context;
  const read = { scope: 'status' } as const;
  return (app, _options, done) => {
    app.get(
      '/health',
      {
        config: { scope: 'open' },
        schema: {
          summary: 'Alive; never touches a driver',
          tags: ['state'],
          security: [],
          response: { 200: Health, ...Failure },
        },
      },
      () => ({ name: 'signet', version: context.version }),
    );
    app.get(
      '/v1/drivers',
      {
        config: read,
        schema: {
          summary: 'PKCS#11 libraries and how they are',
          tags: ['state'],
          response: { 200: Type.Object({ drivers: Type.Array(Driver) }), ...Failure },
        },
      },
      () => ({ drivers: context.drivers() }),
    );
    app.get(
      '/v1/bridges',
      {
        config: read,
        schema: {
          summary: 'Protocols of other programs that Signet speaks, and where',
          tags: ['state'],
          response: { 200: Type.Object({ bridges: Type.Array(Bridge) }), ...Failure },
        },
      },
      (request) => {
        const t = translator(answerLanguage(request.headers['accept-language'], context.language));
        const states = context.bridges.states();
        return {
          bridges: states.map(({ problem, ...state }) => ({
            ...state,
            problem: problem === null ? null : t(`bridges.problem.${problem.code}`, problem.params),
          })),
        };
      },
    );
    app.get(
      '/v1/tokens',
      {
        config: read,
        schema: {
          summary: 'What is plugged in',
          tags: ['state'],
          response: { 200: Type.Object({ tokens: Type.Array(Token) }), ...Failure },
        },
      },
      (request) => ({ tokens: tokens.list().map((token) => tokenAnswer(tokens, token, callerOf(request))) }),
    );
    app.get<{ Params: { tokenId: string } }>(
      '/v1/tokens/:tokenId',
      { config: read, schema: { summary: 'One token', tags: ['state'], response: { 200: Token, ...Failure } } },
      (request) => tokenAnswer(tokens, tokens.get(request.params.tokenId), callerOf(request)),
    );
    app.get<{ Params: { tokenId: string }; Querystring: { include?: string } }>(
      '/v1/tokens/:tokenId/certificates',
      {
        config: read,
        schema: {
          summary: 'Certificates on a token, with or without a key',
          tags: ['state'],
          querystring: IncludeQuery,
          response: { 200: Type.Object({ certificates: Type.Array(Certificate) }), ...Failure },
        },
      },
      async (request) => {
        const { certificates } = await tokens.contents(tokens.get(request.params.tokenId));
        return {
          certificates: certificates.map((certificate) => certificateAnswer(certificate, includeOf(request.query.include))),
        };
      },
    );
    app.get<{ Querystring: { include?: string } }>(
      '/v1/credentials',
      {
        config: read,
        schema: {
          summary: 'Certificates with their private keys, on every token',
          tags: ['state'],
          querystring: IncludeQuery,
          response: { 200: Type.Object({ credentials: Type.Array(Credential) }), ...Failure },
        },
      },
      async (request) => {
        const include = includeOf(request.query.include);
        return {
          credentials: (await tokens.credentials()).map((credential) => credentialAnswer(credential, include, new Date())),
        };
      },
    );
    app.get<{ Params: { credentialId: string }; Querystring: { include?: string } }>(
      '/v1/credentials/:credentialId',
      {
        config: read,
        schema: {
          summary: 'One credential',
          tags: ['state'],
          querystring: IncludeQuery,
          response: { 200: Credential, ...Failure },
        },
      },
      async (request) => {
        const credential = await tokens.credential(request.params.credentialId);
        return credentialAnswer(credential, includeOf(request.query.include), new Date());
      },
    );
    done();
  };
}

function includeOf(text: string | undefined): Include {
  return new Set((text?.split(',') ?? []) as ('der' | 'pem')[]);
}
