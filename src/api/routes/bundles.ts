import type { FastifyPluginCallback } from 'fastify';
import { answerLanguage } from '../../messages/index.ts';
import { Type } from '../../schema/index.ts';
import type { ApiContext } from '../context.ts';
import { BundleAnswer, BundleRequest, Failure, Recording } from '../schemas/index.ts';
import { callerOf } from './answers.ts';

const config = { scope: 'admin' } as const;
const tags = ['diagnostics'];
const SMALL = 16 * 1024;

/** `/v1/support-bundles`: made and shown, then fetched as it was shown; and recordings for them. */
export function bundleRoutes({ bundles, audit, language: configured }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    const note = (caller: string, action: string, detail: Record<string, string>): void =>
      audit.addNow({ caller, action, outcome: 'ok', detail });
    app.post<{ Body: { language?: string; record?: string } | undefined }>(
      '/v1/support-bundles',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Make a support bundle and show it; it can be fetched for ten minutes',
          tags,
          body: BundleRequest,
          response: { 201: BundleAnswer, ...Failure },
        },
      },
      async (request, reply) => {
        const { language, record } = request.body ?? {};
        const shelf = await bundles();
        const made = await shelf.make(language ?? answerLanguage(request.headers['accept-language'], configured), record);
        note(callerOf(request).id, 'bundle.make', { bundle: made.id });
        return reply.code(201).send(made);
      },
    );
    app.get<{ Params: { bundleId: string } }>(
      '/v1/support-bundles/:bundleId',
      {
        config,
        schema: {
          summary: 'The bundle that was shown, as a zip archive',
          tags,
          response: {
            200: {
              description: 'signet-bundle.json and README.html',
              content: { 'application/zip': { schema: Type.String({ format: 'binary' }) } },
            },
            ...Failure,
          },
        },
      },
      async (request, reply) => {
        const { bundleId } = request.params;
        const zip = (await bundles()).zip(bundleId);
        note(callerOf(request).id, 'bundle.fetch', { bundle: bundleId });
        void reply.header('content-type', 'application/zip');
        void reply.header('content-disposition', `attachment; filename="signet-bundle-${bundleId.replace(/[^\w-]/g, '')}.zip"`);
        return reply.serializer((bytes) => bytes as unknown as string).send(zip);
      },
    );
    app.post(
      '/v1/support-bundles/recordings',
      {
        config,
        bodyLimit: SMALL,
        schema: {
          summary: 'Begin a recording: the log tells more, ten minutes at most',
          tags,
          response: { 201: Recording, ...Failure },
        },
      },
      async (request, reply) => {
        const recording = (await bundles()).recordings.start();
        note(callerOf(request).id, 'bundle.record', { recording: recording.marker });
        return reply.code(201).send(recording);
      },
    );
    app.delete<{ Params: { recordingId: string } }>(
      '/v1/support-bundles/recordings/:recordingId',
      { config, schema: { summary: 'End a recording', tags, response: { 200: Recording, ...Failure } } },
      async (request) => (await bundles()).recordings.end(request.params.recordingId),
    );
    done();
  };
}
