import type { FastifyPluginCallback } from 'fastify';
import { SignetError } from '../../errors/index.ts';
import type { Language } from '../../messages/index.ts';
import { type Case as CaseState, caseDocuments, caseView, MAX_EXPORT, MAX_FILE } from '../../procedures/index.ts';
import { Type } from '../../schema/index.ts';
import { bytesOf, useByteBodies } from '../bytes.ts';
import type { ApiContext } from '../context.ts';
import { sendFile } from '../download.ts';
import {
  CaseFile,
  CaseFileAnswer,
  CaseFileId,
  CaseId,
  CaseImportAnswer,
  Done,
  DossierQuery,
  EmailQuery,
  Failure,
  FileQuery,
  VersionQuery,
} from '../schemas/index.ts';
import { actorOf, type OnCase } from './cases.ts';

const config = { scope: 'admin' } as const;
const tags = ['cases'];

/** A file as it comes or goes, for the OpenAPI document: its body is never made or checked by a schema. */
const file = (description: string, type = 'application/octet-stream') => ({
  200: { description, content: { [type]: { schema: Type.Unsafe({}) } } },
  ...Failure,
});

/** Files of a case, and the files a case is made into. */
export function caseFileRoutes(context: ApiContext): FastifyPluginCallback {
  const { cases } = context;
  return (app, _options, done) => {
    app.get<OnCase>(
      '/v1/cases/:caseId/files',
      {
        config,
        schema: {
          summary: 'Files attached to a case',
          tags,
          params: CaseId,
          response: { 200: Type.Object({ files: Type.Array(CaseFile) }), ...Failure },
        },
      },
      (request) => ({ files: cases.get(request.params.caseId).files }),
    );
    app.get<{ Params: { caseId: string; fileId: string } }>(
      '/v1/cases/:caseId/files/:fileId',
      { config, schema: { summary: 'A file, as an attachment', tags, params: CaseFileId, response: file('The file') } },
      (request, reply) => {
        const { name, bytes } = cases.file(request.params.caseId, request.params.fileId);
        return sendFile(reply, name, bytes);
      },
    );
    app.delete<{ Params: { caseId: string; fileId: string }; Querystring: { version: number } }>(
      '/v1/cases/:caseId/files/:fileId',
      {
        config,
        schema: {
          summary: 'Remove a file for good',
          tags,
          params: CaseFileId,
          querystring: VersionQuery,
          response: { 204: Done, ...Failure },
        },
      },
      async (request, reply) => {
        const { caseId, fileId } = request.params;
        cases.detach(caseId, request.query.version, fileId, actorOf(request, context));
        return reply.code(204).send();
      },
    );
    app.get<OnCase & { Querystring: { step?: string; language?: Language } }>(
      '/v1/cases/:caseId/email',
      {
        config,
        schema: {
          summary: 'The e-mail of a step, ready to be looked over and sent',
          tags,
          params: CaseId,
          querystring: EmailQuery,
          response: file('The message', 'message/rfc822'),
        },
      },
      async (request, reply) => {
        const input = cases.documentInput(request.params.caseId);
        const step = request.query.step ?? nextByEmail(input);
        const language = request.query.language ?? input.language;
        const { makeEmail } = await caseDocuments();
        return sendFile(reply, `${input.id}.eml`, await makeEmail(input, step, language), 'message/rfc822');
      },
    );
    app.get<OnCase & { Querystring: { language?: Language } }>(
      '/v1/cases/:caseId/dossier',
      {
        config,
        schema: {
          summary: 'The papers of a case: letter, checklist, label, steps',
          tags,
          params: CaseId,
          querystring: DossierQuery,
          response: file('The dossier', 'application/pdf'),
        },
      },
      async (request, reply) => {
        const input = cases.documentInput(request.params.caseId, false);
        const { pressDossier } = await caseDocuments();
        const bytes = await pressDossier(input, request.query.language ?? input.language);
        return sendFile(reply, `${input.id}.pdf`, bytes, 'application/pdf');
      },
    );
    app.get<OnCase>(
      '/v1/cases/:caseId/export',
      {
        config,
        schema: { summary: 'The whole case as one file', tags, params: CaseId, response: file('The case') },
      },
      async (request, reply) => {
        const record = cases.record(request.params.caseId);
        const { packCase } = await caseDocuments();
        const bytes = packCase(record);
        cases.exported(record.id, actorOf(request, context));
        return sendFile(reply, `${record.id}.signetcase`, bytes);
      },
    );
    app.register((bytes, _bytesOptions, ready) => {
      useByteBodies(bytes);
      bytes.post<OnCase & { Querystring: { version: number; name: string; stepId?: string }; Body: unknown }>(
        '/v1/cases/:caseId/files',
        {
          config,
          bodyLimit: MAX_FILE,
          schema: {
            summary: 'Attach a file: its bytes are the body',
            tags,
            params: CaseId,
            querystring: FileQuery,
            consumes: ['application/octet-stream'],
            response: { 201: CaseFileAnswer, ...Failure },
          },
        },
        async (request, reply) => {
          const { version, name, stepId } = request.query;
          const given = { name, stepId, bytes: bytesOf(request.body) };
          const made = await cases.attach(request.params.caseId, version, given, actorOf(request, context));
          return reply.code(201).send({ file: made, version: version + 1 });
        },
      );
      bytes.post<{ Body: unknown }>(
        '/v1/cases/import',
        {
          config,
          bodyLimit: MAX_EXPORT,
          schema: {
            summary: 'Take in a case that was exported',
            tags,
            consumes: ['application/octet-stream'],
            response: { 200: CaseImportAnswer, 201: CaseImportAnswer, ...Failure },
          },
        },
        async (request, reply) => {
          const { unpackCase } = await caseDocuments();
          const actor = actorOf(request, context);
          const { case: one, known } = await cases.import(unpackCase(bytesOf(request.body)), actor);
          return reply.code(known ? 200 : 201).send({ case: caseView(one, actor.language, new Date()), known });
        },
      );
      ready();
    });
    done();
  };
}

/** The first step that goes by e-mail and is not over; throws `case_no_email` where none does. */
function nextByEmail({ procedure, states }: Pick<CaseState, 'procedure'> & { states: Readonly<Record<string, string>> }): string {
  const byEmail = procedure.steps.filter(({ channel }) => channel === 'email');
  const found = byEmail.find(({ id }) => states[id] !== 'done' && states[id] !== 'not_needed') ?? byEmail[0];
  if (found === undefined) throw new SignetError('case_no_email');
  return found.id;
}
