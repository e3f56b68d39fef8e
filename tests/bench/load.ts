import { compile } from '../backends/compile.ts';
import { runOrThrow } from '../backends/run.ts';

/** What the load generator measured, warm-up left out. Latencies run from the first byte sent to the last received. */
export interface LoadFigures {
  connections: number;
  seconds: number;
  requests: number;
  perSecond: number;
  p50Microseconds: number;
  p90Microseconds: number;
  p99Microseconds: number;
  maxMicroseconds: number;
  errors: number;
}

export interface LoadRequest {
  /** A TCP port on 127.0.0.1, or the path of a Unix socket. */
  place: number | string;
  method?: 'GET' | 'POST';
  path: string;
  /** Bearer token; none when not given. */
  token?: string;
  body?: unknown;
  /** Requests in flight: one per connection. */
  connections: number;
  /** Seconds of load before anything is measured; none when not given. */
  warmUp?: number;
  seconds: number;
  /** Ends the measurement after so many requests. */
  limit?: number;
}

/** Builds the load generator, once per content of its source, and resolves to its path. Rejects when gcc fails. */
export function buildLoad(): Promise<string> {
  return compile(import.meta.dirname, 'load', []);
}

/** Runs the load generator. Rejects with what it printed, and when any answer had another status than 200. */
export async function runLoad(request: LoadRequest): Promise<LoadFigures> {
  const { place, method = 'POST', path, token = '', body, connections, warmUp = 0, seconds, limit = 0 } = request;
  const program = await buildLoad();
  const args = [String(place), method, path, ...[connections, warmUp, seconds, limit].map(String)];
  const input = `${token}\n${body === undefined ? '' : JSON.stringify(body)}`;
  const { stdout } = await runOrThrow(program, args, { input, timeoutMs: (warmUp + seconds) * 1000 + 90_000 });
  const figures = JSON.parse(stdout) as LoadFigures & { firstError: number };
  if (figures.errors > 0) {
    throw new Error(
      `${figures.errors} of ${figures.requests} answers to ${path} failed, the first with status ${figures.firstError}`,
    );
  }
  return figures;
}
