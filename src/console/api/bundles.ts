import type { SupportBundle } from '../../client/types.ts';
import { ask, open, path } from './request.ts';

/** The parts of a bundle that are shown in words; all of it is shown as JSON. */
export interface BundleOutline {
  versions: { signet: string | null; system: string | null };
  tokens: { token: string; model: string | null; pin: { state: string } }[];
  drivers: { name: string | null; id: string | null; state: string | null }[];
  diagnostics: {
    summary: { startHere: string | null };
    checks: { id: string | null; title: string | null; result: string | null; found: string | null; fix: string | null }[];
  } | null;
  attempts: unknown[];
  audit: { counts: unknown[]; newest: unknown[] };
  cases: { count: number }[];
  log: { lines: unknown[] };
}

/** A bundle as it is shown before it is saved. */
export type ShownBundle = Omit<SupportBundle, 'preview'> & { preview: BundleOutline };

export function makeBundle(): Promise<ShownBundle> {
  return ask('/v1/support-bundles', { method: 'POST', body: {} });
}

/** Where the archive of a bundle that was shown can be fetched. */
export function bundleAddress(bundleId: string): string {
  return path`/v1/support-bundles/${bundleId}`;
}

export async function bundleArchive(bundleId: string): Promise<Uint8Array> {
  return new Uint8Array(await (await open(bundleAddress(bundleId), { headers: { accept: '*/*' } })).arrayBuffer());
}
