export { LOCAL, type Principal } from './caller.ts';
export { CONSOLE_CALLER, type CodeState, ConsoleSessions } from './console-sessions.ts';
export { Credentials, type NamedClient } from './credentials.ts';
export { type Arrival, Gate, requireScope } from './gate.ts';
