import type { NarrowOriginRequest, PairedOrigin } from '../../client/types.ts';
import { ask, path } from './request.ts';

export async function origins(signal: AbortSignal): Promise<PairedOrigin[]> {
  return (await ask<{ origins: PairedOrigin[] }>('/v1/origins', { signal })).origins;
}

/** Takes rights or time away. */
export function narrowOrigin(origin: string, body: NarrowOriginRequest): Promise<PairedOrigin> {
  return ask(path`/v1/origins/${origin}`, { method: 'PATCH', body });
}

export async function revokeOrigin(origin: string): Promise<void> {
  await ask(path`/v1/origins/${origin}`, { method: 'DELETE' });
}

/** Has the site ask again before it sees the certificate. */
export async function forgetCertificate(origin: string, sha256: string): Promise<void> {
  await ask(path`/v1/origins/${origin}/certificates/${sha256}`, { method: 'DELETE' });
}
