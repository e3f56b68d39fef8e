export type { CasesClient } from './cases.ts';
export { SignetClient, type SignetClientOptions } from './client.ts';
export type { DiagnosticsOptions } from './diagnostics.ts';
export type { EventsOptions } from './events.ts';
export { DaemonUnreachable, SignetApiError, type UnreachableReason } from './failure.ts';
export type { SiteClient, SiteWay } from './site.ts';
export type * from './types.ts';
