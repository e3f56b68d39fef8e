import type { Logger } from 'pino';
import type { Credentials, Gate, Principal } from '../access/index.ts';
import type { Bundles, Doctor } from '../diagnostics/index.ts';
import type { DriverStatus, Secret } from '../drivers/index.ts';
import type { Cases, Procedures } from '../procedures/index.ts';
import type { Signing } from '../signatures/index.ts';
import type { Audit, Scope } from '../store/index.ts';
import type { EventHub, Tokens } from '../tokens/index.ts';
import type { SettingsAnswer } from './schemas/index.ts';

/** What the routes work with: one of each room, built by the daemon. */
export interface ApiContext {
  version: string;
  language?: string;
  log: Logger;
  gate: Gate;
  credentials: Credentials;
  drivers(): DriverStatus[];
  tokens: Tokens;
  signing: Signing;
  events: EventHub;
  audit: Audit;
  procedures: Procedures;
  cases: Cases;
  /** Loaded at the first question, like the bundles. */
  doctor(): Promise<Doctor>;
  bundles(): Promise<Bundles>;
  /** What the daemon runs with, as `/v1/settings` tells it. */
  settings(): SettingsAnswer;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any work by the access hook; routes open to anyone have none. */
    principal: Principal | null;
    /** PINs that were cut out of the body, by member name. The handler or the end of the request wipes them. */
    secrets: Record<string, Secret> | null;
  }
  interface FastifyContextConfig {
    /** Scope that the route needs; `open` routes need none and no credential. */
    scope?: Scope | 'open';
    /** Members of the JSON body that are PINs. */
    secrets?: ReadonlySet<string>;
  }
}
