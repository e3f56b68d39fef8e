import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { SignetError } from '../../errors/index.ts';
import { answerLanguage, type Language } from '../../messages/index.ts';
import {
  type LoadedProcedure,
  namesOf,
  type Procedure,
  PURPOSES,
  type Purpose,
  reasonOf,
  render,
  renderShort,
} from '../../procedures/index.ts';
import type { Static } from '../../schema/index.ts';
import type { Token } from '../../tokens/index.ts';
import type { ApiContext } from '../context.ts';
import {
  Failure,
  ProcedureAnswer,
  ProcedureMatchAnswer,
  ProcedureMatchQuery,
  ProceduresAnswer,
  ProceduresQuery,
} from '../schemas/index.ts';
import { proceduresFor } from '../way-out.ts';

const config = { scope: 'status' } as const;
const tags = ['procedures'];

/** Issuers' procedures: the list, the best for a token or certificate, and each in full. */
export function procedureRoutes({ procedures, tokens, language: configured }: ApiContext): FastifyPluginCallback {
  const languageOf = (request: FastifyRequest, reply: FastifyReply): Language => {
    const language = answerLanguage(request.headers['accept-language'], configured);
    void reply.header('content-language', language);
    return language;
  };
  /** What fits a token, by its certificates where they can be listed and by its make alone where not. */
  const fitting = async (token: Token, purpose: Purpose): Promise<Procedure[]> => {
    await tokens.contents(token).catch(() => undefined);
    return proceduresFor({ tokens, procedures }, token, purpose);
  };
  const forToken = async (token: Token, purposes: readonly Purpose[]): Promise<LoadedProcedure[]> => {
    const lists = await Promise.all(purposes.map((purpose) => fitting(token, purpose)));
    const known = new Map(procedures.list().map((loaded) => [loaded.procedure.id, loaded]));
    return lists.flat().flatMap(({ id }) => known.get(id) ?? []);
  };
  return (app, _options, done) => {
    app.get<{ Querystring: Static<typeof ProceduresQuery> }>(
      '/v1/procedures',
      {
        config,
        schema: {
          summary: 'Issuers’ procedures to unblock, obtain, renew and revoke',
          tags,
          querystring: ProceduresQuery,
          response: { 200: ProceduresAnswer, ...Failure },
        },
      },
      async (request, reply): Promise<Static<typeof ProceduresAnswer>> => {
        const { purpose, issuer, tokenId } = request.query;
        const language = languageOf(request, reply);
        const wanted = purpose === undefined ? PURPOSES : [purpose];
        const all = tokenId === undefined ? procedures.list() : await forToken(tokens.get(tokenId), wanted);
        const shown = all.filter(
          ({ procedure }) => wanted.includes(procedure.purpose) && (issuer === undefined || isNamed(procedure, issuer)),
        );
        return {
          procedures: shown.map(({ procedure, origin, replaces }) => ({
            ...renderShort(procedure, language),
            origin,
            replaces,
          })),
          refusals: procedures.refusals().map((refusal) => {
            const { file, line, code } = refusal;
            return { file, line, code, reason: reasonOf(refusal, language) };
          }),
        };
      },
    );
    app.get<{ Querystring: Static<typeof ProcedureMatchQuery> }>(
      '/v1/procedures/match',
      {
        config,
        schema: {
          summary: 'The procedure for a token or for the issuer of a certificate',
          tags,
          querystring: ProcedureMatchQuery,
          response: { 200: ProcedureMatchAnswer, ...Failure },
        },
      },
      async (request, reply): Promise<Static<typeof ProcedureMatchAnswer>> => {
        const { purpose, tokenId, issuerDn } = request.query;
        const language = languageOf(request, reply);
        const token = tokenId === undefined ? undefined : tokens.get(tokenId);
        const found =
          token === undefined
            ? procedures.matches({ purpose, issuerDn })
            : issuerDn === undefined
              ? await fitting(token, purpose)
              : proceduresFor({ tokens, procedures }, token, purpose, [issuerDn]);
        const [best, ...others] = found;
        if (best === undefined) throw new SignetError('procedure_not_found');
        return {
          procedure: render(best, language, new Date()),
          alternatives: others.map((procedure) => renderShort(procedure, language)),
        };
      },
    );
    app.get<{ Params: { id: string } }>(
      '/v1/procedures/:id',
      { config, schema: { summary: 'One procedure in full', tags, response: { 200: ProcedureAnswer, ...Failure } } },
      (request, reply): Static<typeof ProcedureAnswer> => {
        const procedure = procedures.get(request.params.id);
        if (procedure === undefined) throw new SignetError('procedure_not_found');
        return render(procedure, languageOf(request, reply), new Date());
      },
    );
    done();
  };
}

function isNamed({ issuer, programme }: Procedure, part: string): boolean {
  const wanted = part.toLowerCase();
  return [issuer, ...namesOf(programme ?? '')].some((name) => name.toLowerCase().includes(wanted));
}
