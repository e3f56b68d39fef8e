import type { Credential, PinStatus, ProcedureMatch, Token } from '../client/index.ts';
import { type Daemon, Unreachable } from './daemon.ts';

const DAY = 86_400_000;
/** Days before its end at which a certificate is spoken of when its issuer's procedure does not tell. */
const USUAL_WINDOW = 30;
/** Days before its end at which no issuer renews yet. */
const FAR = 400;

/** What the extension's popup shows. */
export interface Overview {
  version: string;
  tokens: { id: string; label: string; pin: PinStatus; pinPad: boolean }[];
  /** Certificates near their end or past it, and not yet followed by another. Times are ISO 8601. */
  ending: { holder: string; token: string; notAfter: string; daysLeft: number }[];
}

/** Looks at what is plugged in. Presents no PIN. Throws as Daemon.request does. */
export async function overview(daemon: Pick<Daemon, 'request'>, signal: AbortSignal, now = Date.now()): Promise<Overview> {
  const get = async <T>(path: string): Promise<T> => {
    const { status, json } = await daemon.request('GET', path, undefined, { signal });
    // Such as a daemon that is about to end: what it says is not what is plugged in.
    if (status !== 200) throw new Unreachable('lost');
    return json as T;
  };
  const [{ version }, { tokens }, { credentials }] = await Promise.all([
    get<{ version: string }>('/health'),
    get<{ tokens: Token[] }>('/v1/tokens'),
    get<{ credentials: Credential[] }>('/v1/credentials'),
  ]);
  const near = credentials.filter((one) => daysLeft(one, now) <= FAR && !isReplaced(one, credentials));
  const windows = await Promise.all(
    near.map(async (one) => {
      const path = `/v1/procedures/match?purpose=renew&issuerDn=${encodeURIComponent(one.issuer)}`;
      const match = await get<ProcedureMatch>(path).catch(() => null);
      return match?.procedure.renewalOpensDaysBefore ?? USUAL_WINDOW;
    }),
  );
  return {
    version,
    tokens: tokens.map(({ id, label, pin, pinPad }) => ({ id, label, pin, pinPad })),
    ending: near
      .filter((one, n) => daysLeft(one, now) <= (windows[n] ?? USUAL_WINDOW))
      .map((one) => ({
        holder: one.certificate.commonName ?? one.subject,
        token: tokens.find(({ id }) => id === one.tokenId)?.label ?? '',
        notAfter: one.validity.notAfter,
        daysLeft: daysLeft(one, now),
      })),
  };
}

function daysLeft({ validity }: Credential, now: number): number {
  return Math.floor((Date.parse(validity.notAfter) - now) / DAY);
}

/** Whoever has the next certificate already need not hear of the end of the one before. */
function isReplaced(one: Credential, all: readonly Credential[]): boolean {
  return all.some(
    ({ subject, issuer, validity }) =>
      subject === one.subject && issuer === one.issuer && Date.parse(validity.notAfter) > Date.parse(one.validity.notAfter),
  );
}
