import type { DiagnosticList, DiagnosticResult, DiagnosticSummary } from '../../client/types.ts';
import { ask, open, Unreachable } from './request.ts';

export type ListedCheck = DiagnosticList['checks'][number];

/** The checks there are, in the order in which they are told. */
export async function checks(signal: AbortSignal): Promise<ListedCheck[]> {
  return (await ask<DiagnosticList>('/v1/diagnostics?list=true', { signal })).checks;
}

/**
 * Has the doctor look and hands over each result as it comes: all checks, or those with these ids. Throws what `open` throws, and
 * Unreachable when the answer breaks off before its end line.
 */
export async function diagnose(
  ids: readonly string[],
  signal: AbortSignal,
  onResult: (result: DiagnosticResult) => void,
): Promise<DiagnosticSummary> {
  const query = new URLSearchParams(ids.map((id) => ['check', id]));
  const address = ids.length === 0 ? '/v1/diagnostics' : `/v1/diagnostics?${query}`;
  const response = await open(address, { headers: { accept: 'application/x-ndjson, application/problem+json' }, signal });
  for await (const line of linesOf(response, signal)) {
    const told = JSON.parse(line) as DiagnosticResult | { end: true; summary: DiagnosticSummary };
    if ('end' in told) return told.summary;
    onResult(told);
  }
  throw new Unreachable('cut off');
}

async function* linesOf(response: Response, signal: AbortSignal): AsyncGenerator<string> {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined };
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      yield* lines.filter((line) => line !== '');
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Unreachable('cut off', { cause: error });
  }
}
