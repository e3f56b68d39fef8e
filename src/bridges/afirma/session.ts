import { timingSafeEqual } from 'node:crypto';
import { SignetError } from '../../errors/index.ts';
import type { BridgeContext } from '../bridge.ts';
import { AfirmaFailure, failureFrame, failureOf } from './failure.ts';
import type { Launch } from './launch.ts';
import { familyOf, perform } from './perform.ts';
import type { Sticky } from './pick.ts';
import { readQuery } from './query.ts';
import { type AfirmaRequest, readRequest } from './request.ts';

/** How a page is answered on one of its connections. */
export interface Line {
  readonly origin: string;
  send(text: string): void;
  /** Ends the connection: a WebSocket close code. */
  close(code: number): void;
}

interface Parts {
  launch: Launch;
  context: BridgeContext;
  sticky: Sticky;
  now(): number;
  /** Called at every message that names the session's id. */
  heard(): void;
  log(event: string, detail: Record<string, string | number>): void;
}

type Result = { state: 'none' } | { state: 'running' } | { state: 'done'; text: string };

/** Wrong session ids that one connection may show. */
const MOST_WRONG = 3;
const WAIT = '#wait';

/**
 * What a page and Signet say to each other in one launched session. It belongs to the origin whose page first shows the
 * session's id, which that page and the launch address alone know; connections of other origins end there and then.
 */
export class Session {
  readonly #parts: Parts;
  readonly #lines = new Map<Line, { proven: boolean; wrong: number }>();
  readonly #gone = new AbortController();
  #origin: string | null = null;
  #result: Result = { state: 'none' };

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** The origin that the session belongs to, once one has shown its id. */
  get origin(): string | null {
    return this.#origin;
  }

  /** An operation is under way. */
  get busy(): boolean {
    return this.#result.state === 'running';
  }

  /** Whether the connection has shown the session's id. */
  isProven(line: Line): boolean {
    return this.#lines.get(line)?.proven === true;
  }

  opened(line: Line): void {
    this.#lines.set(line, { proven: false, wrong: 0 });
  }

  /** True when the page is gone: the last connection that had shown the id has closed. */
  closed(line: Line): boolean {
    const proven = this.isProven(line);
    this.#lines.delete(line);
    return proven && ![...this.#lines.values()].some((other) => other.proven);
  }

  /** Withdraws whatever is being asked for the page. */
  end(): void {
    this.#gone.abort(new SignetError('prompt_cancelled', { variant: 'gone' }));
  }

  /** Answers one message. */
  message(line: Line, text: string): void {
    const named = sessionIn(text);
    if (named === null || !same(named, this.#parts.launch.session)) {
      this.#wrong(line, text);
      return;
    }
    if (!this.#prove(line)) return;
    if (text.startsWith('echo=')) line.send('OK');
    else if (text.startsWith('getresult')) line.send(this.#collect());
    else this.#start(line, text);
  }

  #wrong(line: Line, text: string): void {
    const state = this.#lines.get(line);
    const readable = /^(?:afirma:\/\/|echo=|getresult)/i.test(text);
    line.send(this.#frame(new AfirmaFailure(readable ? 'session' : 'scheme')));
    if (state === undefined) return;
    state.wrong += 1;
    if (state.wrong >= MOST_WRONG) line.close(1008);
  }

  #prove(line: Line): boolean {
    const state = this.#lines.get(line);
    if (state === undefined || (this.#origin !== null && this.#origin !== line.origin)) {
      line.close(1008);
      return false;
    }
    state.proven = true;
    this.#parts.heard();
    if (this.#origin !== null) return true;
    this.#origin = line.origin;
    for (const other of this.#lines.keys()) if (other.origin !== line.origin) other.close(1008);
    return true;
  }

  /** The result, once; `NULL` where nothing was asked for, because `#wait` would have the page ask for ever. */
  #collect(): string {
    if (this.#result.state === 'running') return WAIT;
    const text = this.#result.state === 'done' ? this.#result.text : 'NULL';
    this.#result = { state: 'none' };
    return text;
  }

  #start(line: Line, text: string): void {
    if (this.busy) {
      line.send(this.#frame(new AfirmaFailure('busy')));
      return;
    }
    let request: AfirmaRequest;
    try {
      request = readRequest(text);
    } catch (error) {
      line.send(this.#frame(failureOf(error, 'sign')));
      return;
    }
    const { modern } = this.#parts.launch;
    this.#result = { state: 'running' };
    if (modern) line.send(WAIT);
    void this.#run(request, line.origin).then((result) => {
      this.#result = modern ? { state: 'done', text: result } : { state: 'none' };
      if (!modern) line.send(result);
    });
  }

  /** The text of the result or of the failure. Never rejects. */
  async #run(request: AfirmaRequest, origin: string): Promise<string> {
    const { context, sticky, now, log } = this.#parts;
    const { sites, language } = context;
    const { op } = request;
    try {
      const site = sites.site(origin, 'afirma');
      return await perform({ request, sites, site, call: { signal: this.#gone.signal }, sticky, language, now });
    } catch (error) {
      const failure = failureOf(error, familyOf(op));
      const cause = error instanceof SignetError ? error.code : failure.kind;
      log('operation failed', { kind: failure.kind, cause });
      // Nobody foresaw it: without its stack it could not be mended.
      if (!(error instanceof SignetError || error instanceof AfirmaFailure)) context.log.error({ err: error }, 'afirma: defect');
      return this.#frame(failure);
    }
  }

  #frame(failure: AfirmaFailure): string {
    const { launch, context } = this.#parts;
    return failureFrame(failure, launch.modern, context.language);
  }
}

/** The session id that a message names, or null. */
function sessionIn(text: string): string | null {
  const echo = /^echo=-?idsession=([^&@]{1,128})(?:@EOF)?$/.exec(text.slice(0, 512));
  if (echo !== null) return echo[1] ?? null;
  const at = text.indexOf('?');
  if (!/^(?:afirma:\/\/|getresult)/i.test(text) || at < 0) return null;
  // A document may be megabytes long and comes last; the id is read without taking it apart.
  const [, id] = /[?&]idsession=([^&]{1,128})(?:&|$)/.exec(text.slice(at)) ?? [];
  if (text.startsWith('getresult') && readQuery(text.slice(at + 1))?.get('idsession') !== id) return null;
  return id?.replace(/@EOF$/, '') ?? null;
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
