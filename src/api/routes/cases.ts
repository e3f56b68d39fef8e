import type { FastifyPluginCallback, FastifyRequest } from 'fastify';
import { answerLanguage, type Language, translator } from '../../messages/index.ts';
import {
  type CaseActor,
  type CaseChange,
  type CaseOutcome,
  caseSummary,
  caseView,
  type OpenRequest,
  type Proposal,
  type StepChange,
} from '../../procedures/index.ts';
import { Type } from '../../schema/index.ts';
import type { ApiContext } from '../context.ts';
import {
  Case,
  CaseId,
  CaseNoteRequest,
  CaseProposal,
  CaseStepId,
  CaseStepRequest,
  CaseSummary,
  CasesQuery,
  ChangeCaseRequest,
  CloseCaseRequest,
  Done,
  Failure,
  OpenCaseRequest,
  ReopenCaseRequest,
  VersionQuery,
} from '../schemas/index.ts';
import { callerOf } from './answers.ts';
import { caseFileRoutes } from './case-files.ts';

const config = { scope: 'admin' } as const;
const tags = ['cases'];
/** A note of 10,000 characters with every one escaped, and what stands around it. */
const SMALL = 128 * 1024;

export interface OnCase {
  Params: { caseId: string };
}
interface Seen {
  version: number;
}

/** Who asks, and in which language the answer goes out. */
export function actorOf(request: FastifyRequest, context: Pick<ApiContext, 'language'>): CaseActor {
  return { id: callerOf(request).id, language: answerLanguage(request.headers['accept-language'], context.language) };
}

/** Cases: a person's way through one procedure. Every view is in the caller's language. */
export function caseRoutes(context: ApiContext): FastifyPluginCallback {
  const { cases } = context;
  const answer = (one: Parameters<typeof caseView>[0], { language }: CaseActor) => caseView(one, language, new Date());
  return (app, _options, done) => {
    app.get<{ Querystring: { state?: 'open' | 'closed' } }>(
      '/v1/cases',
      {
        config,
        schema: {
          summary: 'Cases, newest first',
          tags,
          querystring: CasesQuery,
          response: { 200: Type.Object({ cases: Type.Array(CaseSummary) }), ...Failure },
        },
      },
      (request) => {
        const { language } = actorOf(request, context);
        return { cases: cases.list(request.query.state).map((one) => caseSummary(one, language, new Date())) };
      },
    );
    app.post<{ Body: OpenRequest }>(
      '/v1/cases',
      {
        config,
        bodyLimit: SMALL,
        schema: { summary: 'Open a case', tags, body: OpenCaseRequest, response: { 201: Case, ...Failure } },
      },
      async (request, reply) => {
        const actor = actorOf(request, context);
        return reply.code(201).send(answer(await cases.open(request.body, actor), actor));
      },
    );
    app.get(
      '/v1/cases/proposals',
      {
        config,
        schema: {
          summary: 'Cases that could be opened for what is plugged in now',
          tags,
          response: { 200: Type.Object({ proposals: Type.Array(CaseProposal) }), ...Failure },
        },
      },
      async (request) => {
        const { language } = actorOf(request, context);
        return { proposals: (await cases.proposals()).map((proposal) => proposalAnswer(proposal, language)) };
      },
    );
    app.post<{ Params: { proposalId: string } }>(
      '/v1/cases/proposals/:proposalId/dismiss',
      {
        config,
        bodyLimit: SMALL,
        schema: { summary: 'Do not propose this again', tags, response: { 204: Done, ...Failure } },
      },
      async (request, reply) => {
        await cases.dismiss(request.params.proposalId, actorOf(request, context));
        return reply.code(204).send();
      },
    );
    app.get<OnCase>(
      '/v1/cases/:caseId',
      { config, schema: { summary: 'One case', tags, params: CaseId, response: { 200: Case, ...Failure } } },
      (request) => answer(cases.get(request.params.caseId), actorOf(request, context)),
    );
    app.patch<OnCase & { Body: CaseChange & Seen }>(
      '/v1/cases/:caseId',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Change holder, language, references or reminder',
          tags,
          params: CaseId,
          body: ChangeCaseRequest,
          response: { 200: Case, ...Failure },
        },
      },
      (request) => {
        const { version, ...change } = request.body;
        const actor = actorOf(request, context);
        return answer(cases.change(request.params.caseId, version, change, actor), actor);
      },
    );
    app.delete<OnCase & { Querystring: Seen }>(
      '/v1/cases/:caseId',
      {
        config,
        schema: {
          summary: 'Delete a case for good, files and history included',
          tags,
          params: CaseId,
          querystring: VersionQuery,
          response: { 204: Done, ...Failure },
        },
      },
      async (request, reply) => {
        cases.remove(request.params.caseId, request.query.version, actorOf(request, context));
        return reply.code(204).send();
      },
    );
    app.post<{ Params: { caseId: string; stepId: string }; Body: StepChange & Seen }>(
      '/v1/cases/:caseId/steps/:stepId',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Record what became of a step',
          tags,
          params: CaseStepId,
          body: CaseStepRequest,
          response: { 200: Case, ...Failure },
        },
      },
      (request) => {
        const { version, ...change } = request.body;
        const { caseId, stepId } = request.params;
        const actor = actorOf(request, context);
        return answer(cases.step(caseId, stepId, version, change, actor), actor);
      },
    );
    app.post<OnCase & { Body: Seen & { text: string } }>(
      '/v1/cases/:caseId/notes',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Add a note',
          tags,
          params: CaseId,
          body: CaseNoteRequest,
          response: { 201: Case, ...Failure },
        },
      },
      (request, reply) => {
        const { version, text } = request.body;
        const actor = actorOf(request, context);
        return reply.code(201).send(answer(cases.note(request.params.caseId, version, text, actor), actor));
      },
    );
    app.post<OnCase & { Body: Seen & { outcome: CaseOutcome } }>(
      '/v1/cases/:caseId/close',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Close a case',
          tags,
          params: CaseId,
          body: CloseCaseRequest,
          response: { 200: Case, ...Failure },
        },
      },
      (request) => {
        const { version, outcome } = request.body;
        const actor = actorOf(request, context);
        return answer(cases.close(request.params.caseId, version, outcome, actor), actor);
      },
    );
    app.post<OnCase & { Body: Seen }>(
      '/v1/cases/:caseId/reopen',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Reopen a closed case',
          tags,
          params: CaseId,
          body: ReopenCaseRequest,
          response: { 200: Case, ...Failure },
        },
      },
      (request) => {
        const actor = actorOf(request, context);
        return answer(cases.reopen(request.params.caseId, request.body.version, actor), actor);
      },
    );
    app.register(caseFileRoutes(context));
    done();
  };
}

function proposalAnswer({ id, reason, purpose, token, certificate, daysLeft, procedure }: Proposal, language: Language) {
  const t = translator(language);
  const name = certificate?.commonName ?? certificate?.subject ?? token.label;
  const text =
    reason === 'expiring'
      ? t('cases.proposal.expiring', { name, count: daysLeft ?? 0 })
      : t(`cases.proposal.${reason}`, { name, label: token.label });
  const title = procedure.title[language];
  return { id, reason, purpose, text, procedureId: procedure.id, title, token, certificate, daysLeft };
}
