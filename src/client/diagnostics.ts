import { DaemonUnreachable } from './failure.ts';
import { path, Query } from './path.ts';
import type { Transport } from './transport.ts';
import type { CallOptions, DiagnosticReport, DiagnosticResult, DiagnosticSummary } from './types.ts';

/** Longest line taken, in characters. */
const LONGEST_LINE = 1_000_000;

export interface DiagnosticsOptions extends CallOptions {
  /** Only these checks. */
  ids?: readonly string[];
  /** Called with each result as it comes. */
  onResult?(result: DiagnosticResult): void;
}

type Line = DiagnosticResult | { end: true; summary: DiagnosticSummary };

/** Asks the daemon's doctor, line by line. Throws `broken` when the last line did not come: the report is not whole. */
export async function diagnose(transport: Transport, options: DiagnosticsOptions = {}): Promise<DiagnosticReport> {
  const { ids = [], signal, onResult = () => undefined } = options;
  const { response, place } = await transport.open({
    method: 'GET',
    path: path`/v1/diagnostics${new Query({ check: ids })}`,
    headers: { accept: 'application/x-ndjson, application/problem+json' },
    signal,
  });
  const checks: DiagnosticResult[] = [];
  let rest = '';
  try {
    for await (const chunk of response.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > LONGEST_LINE) throw new Error('a line is too long');
      for (const text of lines) {
        const line = JSON.parse(text) as Line;
        if ('end' in line) return { checks, summary: line.summary, end: true };
        checks.push(line);
        onResult(line);
      }
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw new DaemonUnreachable('broken', place.name, error);
  } finally {
    response.destroy();
  }
  throw new DaemonUnreachable('broken', place.name);
}
