import { PassThrough } from 'node:stream';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { goneSignal } from '../../access/index.ts';
import type { CheckResult, Doctor } from '../../diagnostics/index.ts';
import { SignetError } from '../../errors/index.ts';
import { answerLanguage } from '../../messages/index.ts';
import { Type } from '../../schema/index.ts';
import type { ApiContext } from '../context.ts';
import { DiagnosticList, DiagnosticQuery, DiagnosticReport, Failure } from '../schemas/index.ts';

const LINES = 'application/x-ndjson';

interface Query {
  check?: string | string[];
  list?: boolean;
}

/** `/v1/diagnostics`: the doctor. No check can present a PIN, so that `status` is enough. */
export function diagnosticRoutes({ doctor: ask, language: configured }: ApiContext): FastifyPluginCallback {
  return (app, _options, done) => {
    app.get<{ Querystring: Query }>(
      '/v1/diagnostics',
      {
        config: { scope: 'status' },
        schema: {
          summary: 'What works, what does not, and what to do about it; line by line with Accept: application/x-ndjson',
          tags: ['diagnostics'],
          querystring: DiagnosticQuery,
          response: {
            200: {
              description: 'The report, or with `list` the checks there are',
              content: {
                'application/json': { schema: Type.Union([DiagnosticReport, DiagnosticList]) },
                [LINES]: { schema: Type.String({ description: 'One DiagnosticResult a line; last `{"end":true,"summary":…}`' }) },
              },
            },
            ...Failure,
          },
        },
      },
      async (request, reply) => {
        const language = answerLanguage(request.headers['accept-language'], configured);
        void reply.header('content-language', language);
        const ids = [request.query.check ?? []].flat();
        const doctor = await ask();
        requireKnown(doctor, ids);
        if (request.query.list === true) return { checks: doctor.list(language) };
        const signal = goneSignal(reply);
        if (!wantsLines(request)) return doctor.run({ ids, language, signal });
        return streamed(reply, (onResult) => doctor.run({ ids, language, signal, onResult }));
      },
    );
    done();
  };
}

function requireKnown(doctor: Doctor, ids: readonly string[]): void {
  if (doctor.unknown(ids).length === 0) return;
  const errors = [{ field: 'querystring.check', expected: 'the id of a check, as ?list=true tells them' }];
  throw new SignetError('invalid_request', { params: { field: 'querystring.check' }, extra: { errors } });
}

function wantsLines({ headers }: FastifyRequest): boolean {
  return (headers.accept ?? '').split(',').some((range) => range.split(';', 1)[0]?.trim() === LINES);
}

/** Sends each result as it comes. A run that cannot begin is an answer of its own, before anything was sent. */
async function streamed(
  reply: FastifyReply,
  run: (onResult: (result: CheckResult) => void) => Promise<{ summary: unknown; end: true }>,
): Promise<FastifyReply> {
  const lines = new PassThrough();
  let begun = (): void => undefined;
  const first = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const write = (line: unknown): void => {
    begun();
    lines.write(`${JSON.stringify(line)}\n`);
  };
  const whole = run(write).then(({ summary, end }) => {
    write({ end, summary });
    lines.end();
  });
  await Promise.race([first, whole]);
  whole.catch((error: unknown) => lines.destroy(error instanceof Error ? error : new Error('the run broke off')));
  return reply.type(`${LINES}; charset=utf-8`).send(lines);
}
