export { LOCAL, type Principal, type SiteWay } from './caller.ts';
export { CONSOLE_CALLER, type CodeState, ConsoleSessions } from './console-sessions.ts';
export { Credentials, type NamedClient } from './credentials.ts';
export { type Arrival, Gate, requireScope, type WebAccess } from './gate.ts';
export { goneSignal } from './gone.ts';
export { originOf } from './origin.ts';
export { Origins, type Pairing, SITE_RIGHTS, type SiteRight } from './origins.ts';
export { type Ends, isOwnUser } from './peer.ts';
