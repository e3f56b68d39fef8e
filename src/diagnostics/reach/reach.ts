import * as http from 'node:http';
import * as https from 'node:https';
import { getCACertificates, rootCertificates, type TLSSocket } from 'node:tls';
import { ocspRequest } from '../revocation/ocsp-request.ts';
import { guardedLookup, isOwnHost, OWN_ADDRESS } from './guard.ts';
import { proxyFor } from './proxy.ts';
import type { Reached, ReachOptions } from './reached.ts';

/** Longest that one request may take, in milliseconds. */
const PATIENCE = 5_000;
const SHORTEST_LIMIT = 1_024;
const LARGEST_LIMIT = 4 * 1024 * 1024;
const MOST_REDIRECTS = 3;
/** The chain ends where none of the authorities is (RFC 5280 path building, in OpenSSL's words). */
const NOT_ANCHORED =
  /^(DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE)$/;

export interface Surroundings {
  env: Readonly<Record<string, string | undefined>>;
  /** Also asks this very machine; for tests. */
  own?: boolean;
  /** PEM of the authorities that are known everywhere, and of those that this machine trusts; Node's lists when left out. */
  roots?: { public: readonly string[]; local: readonly string[] };
  patience?: number;
}

export type Reach = (url: string, signal: AbortSignal, options?: ReachOptions) => Promise<Reached>;

/**
 * Asks other machines, by http and https only: no cookie, no credential, no name of this program; through the proxy that the
 * environment sets; bounded in time and size; never this machine itself. Certificates of servers are looked at and not relied on.
 * Never rejects.
 */
export function reacher({ env, own = false, roots, patience = PATIENCE }: Surroundings): Reach {
  return async (url, signal, options = {}) => {
    let target = url;
    for (let redirects = 0; ; redirects += 1) {
      const asked = await ask(target, signal, options);
      if (asked.next === undefined || redirects === MOST_REDIRECTS) return asked.reached;
      target = asked.next;
    }
  };

  async function ask(url: string, outer: AbortSignal, options: ReachOptions): Promise<Asked> {
    const target = usable(url);
    if (target === null) return failed('address', 'ERR_INVALID_URL', false);
    if (!own && isOwnHost(target.hostname)) return failed('own', OWN_ADDRESS, false);
    const proxy = proxyFor(target, env);
    if (proxy === 'unsupported') return failed('proxy', 'ERR_PROXY_UNSUPPORTED', true);
    const deadline = AbortSignal.timeout(patience);
    const signal = AbortSignal.any([outer, deadline]);
    const trip = { target, proxy, signal, options, own };
    try {
      if (target.protocol === 'http:') return toldBy(await exchange(trip, []), trip);
      const { public: known, local } = roots ?? { public: rootCertificates, local: machineRoots() };
      const first = await exchange(trip, known);
      if (first.unanchored === null) return toldBy(first, trip);
      // The same server again, with what was added to this machine: whether that makes the difference is the question.
      const second = await exchange(trip, local);
      return toldBy({ ...second, anchor: second.unanchored === null ? 'local' : 'nobody' }, trip);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.name : 'unknown');
      if (code === OWN_ADDRESS) return failed('own', code, proxy !== null);
      if (signal.aborted) return failed('silent', 'ETIMEDOUT', proxy !== null);
      if (proxy !== null) return failed('proxy', code, true);
      return failed(/^(ERR_SSL|ERR_TLS|EPROTO)/.test(code) ? 'tls' : 'network', code, false);
    }
  }
}

interface Asked {
  reached: Reached;
  /** Where the answer sends on to. */
  next?: string;
}

interface Trip {
  target: URL;
  proxy: URL | null;
  signal: AbortSignal;
  options: ReachOptions;
  own: boolean;
}

interface Exchange {
  response: http.IncomingMessage;
  body: Buffer;
  cut: boolean;
  /** Why none of the authorities vouches for the server; null when one does. */
  unanchored: string | null;
  issuer: string | null;
  anchor: 'public' | 'local' | 'nobody';
}

function usable(url: string): URL | null {
  const target = URL.canParse(url) ? new URL(url) : null;
  if (target === null || target.username !== '' || target.password !== '') return null;
  return target.protocol === 'http:' || target.protocol === 'https:' ? target : null;
}

function machineRoots(): string[] {
  return [...getCACertificates('system'), ...getCACertificates('extra')];
}

function failed(why: Extract<Reached, { outcome: 'failed' }>['why'], code: string, proxied: boolean): Asked {
  return { reached: { outcome: 'failed', why, code, proxied } };
}

function toldBy({ response, body, cut, issuer, anchor }: Exchange, { target, proxy, options }: Trip): Asked {
  const status = response.statusCode ?? 0;
  const { location, date, age } = response.headers;
  const proxied = proxy !== null;
  if (status === 407) return failed('proxy', 'ERR_PROXY_AUTHENTICATION', true);
  const sent = Date.parse(date ?? '');
  const time = Number.isNaN(sent) ? null : sent + (Number(age) || 0) * 1_000;
  const tls = target.protocol === 'https:' ? { anchor, issuer } : null;
  const reached: Reached = { outcome: 'answered', status, time, body, cut, proxied, tls };
  if (options.question !== undefined || location === undefined || ![301, 302, 303, 307, 308].includes(status)) return { reached };
  const next = URL.canParse(location, target.href) ? new URL(location, target) : null;
  // What was asked for over TLS is not fetched without it.
  const weaker = target.protocol === 'https:' && next?.protocol !== 'https:';
  return next === null || weaker ? { reached } : { reached, next: next.href };
}

function exchange(trip: Trip, authorities: readonly string[]): Promise<Exchange> {
  const { target, proxy, signal, options, own } = trip;
  const limit = Math.min(options.limit ?? SHORTEST_LIMIT, LARGEST_LIMIT);
  const posted = options.question === undefined ? null : ocspRequest(options.question);
  const secure = target.protocol === 'https:';
  const through = proxy === null ? {} : { proxyEnv: { HTTP_PROXY: proxy.href, HTTPS_PROXY: proxy.href } };
  const agent = secure ? new https.Agent(through) : new http.Agent(through);
  const request: https.RequestOptions = {
    method: posted === null ? 'GET' : 'POST',
    headers: {
      accept: '*/*',
      'cache-control': 'no-cache',
      ...(posted === null ? {} : { 'content-type': 'application/ocsp-request', 'content-length': posted.length }),
    },
    signal,
    agent,
    ...(proxy === null && !own ? { lookup: guardedLookup } : {}),
    // Looked at afterwards: a server that nobody vouches for is what some checks look for.
    ...(secure ? { ca: [...authorities], rejectUnauthorized: false, checkServerIdentity: () => undefined } : {}),
  };
  return new Promise<Exchange>((resolve, reject) => {
    const read = (response: http.IncomingMessage): void => {
      const chunks: Buffer[] = [];
      let length = 0;
      const { socket } = response;
      const trust = secure ? trustOf(socket as TLSSocket) : { unanchored: null, issuer: null };
      const done = (cut: boolean): void => {
        const body = Buffer.concat(chunks).subarray(0, limit);
        resolve({ response, body, cut, ...trust, anchor: 'public' });
        sent.destroy();
      };
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        length += chunk.length;
        if (length > limit) done(true);
      });
      response.on('end', () => done(false));
      response.on('error', reject);
    };
    const sent = secure ? https.request(target, request, read) : http.request(target, request, read);
    sent.on('error', reject);
    sent.end(posted ?? undefined);
  }).finally(() => agent.destroy());
}

function trustOf(socket: TLSSocket): { unanchored: string | null; issuer: string | null } {
  let top = socket.getPeerCertificate(true);
  for (let height = 0; height < 10 && top.issuerCertificate && top.issuerCertificate !== top; height += 1) {
    top = top.issuerCertificate;
  }
  const { CN, O } = top.issuer ?? {};
  const reason = String(socket.authorizationError ?? '');
  const [issuer] = [CN ?? O].flat();
  return { unanchored: NOT_ANCHORED.test(reason) ? reason : null, issuer: issuer ?? null };
}
