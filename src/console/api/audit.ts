import type { AuditAnswer } from '../../client/types.ts';
import { ask } from './request.ts';

export type AuditEntry = AuditAnswer['entries'][number];

/** The newest entries, or those before a number, newest first; and whether the whole record is sound. */
export function audit(query: { limit: number; before?: number }, signal?: AbortSignal): Promise<AuditAnswer> {
  const given = new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)]));
  return ask(`/v1/audit?${given}`, signal === undefined ? {} : { signal });
}
