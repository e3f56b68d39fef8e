export { LOCAL, type Principal } from './caller.ts';
export { Credentials, type NamedClient } from './credentials.ts';
export { type Arrival, Gate, requireScope } from './gate.ts';
