import type { Problem } from '../../client/types.ts';
import { language } from '../state/language.ts';
import { lost } from './connection.ts';
import { leave, session } from './session.ts';

/** A refusal of the daemon, with its problem document. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.code);
    this.problem = problem;
  }
}

/** The daemon did not answer, or not as Signet does. */
export class Unreachable extends Error {
  override readonly name = 'Unreachable';
}

export interface Ask {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Sent as JSON; a Blob goes out as it is, under its own type. */
  body?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal;
}

/**
 * Asks the daemon; resolves with the response when it is a good one. Throws ApiProblem, Unreachable, or the signal's reason. A
 * session that has ended is forgotten, which leads back to the door.
 */
export async function open(path: string, { method = 'GET', body, headers = {}, signal }: Ask = {}): Promise<Response> {
  const current = session.value;
  if (typeof current === 'string') throw new Unreachable('no session');
  const all: Record<string, string> = {
    accept: 'application/json, application/problem+json',
    'accept-language': language.value,
    authorization: `Bearer ${current.token}`,
    ...headers,
  };
  if (body !== undefined && !(body instanceof Blob)) all['content-type'] = 'application/json';
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      headers: all,
      cache: 'no-store',
      ...(body === undefined ? {} : { body: body instanceof Blob ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    lost();
    throw new Unreachable('no answer', { cause: error });
  }
  if (response.ok) return response;
  const problem = await readProblem(response);
  if (problem.code === 'unauthenticated' && session.value === current) leave('ended');
  throw new ApiProblem(problem);
}

/** Asks the daemon and parses its answer; null when it has none. */
export async function ask<T>(path: string, options: Ask = {}): Promise<T> {
  const response = await open(path, options);
  const text = await response.text();
  return (text === '' ? null : JSON.parse(text)) as T;
}

/** A path whose values are escaped, so that an id can never name another route: path`/v1/tokens/${id}`. */
export function path(texts: TemplateStringsArray, ...values: readonly string[]): string {
  return texts.reduce((whole, text, n) => `${whole}${encodeURIComponent(values[n - 1] ?? '')}${text}`);
}

async function readProblem(response: Response): Promise<Problem> {
  try {
    const problem = (await response.json()) as Partial<Problem>;
    if (typeof problem.code === 'string') {
      return {
        type: 'about:blank',
        title: problem.code,
        status: response.status,
        detail: '',
        instance: '',
        ...problem,
      } as Problem;
    }
  } catch {
    // Not Signet's: said below.
  }
  throw new Unreachable(`status ${response.status}`);
}
