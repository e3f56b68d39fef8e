import type { Logger } from 'pino';
import type { Credentials, Gate, Origins, Principal, WebAccess } from '../access/index.ts';
import type { Bridges } from '../bridges/index.ts';
import type { Bundles, Doctor } from '../diagnostics/index.ts';
import type { DriverStatus, Secret } from '../drivers/index.ts';
import type { Cases, Procedures } from '../procedures/index.ts';
import type { Desk, Prompt } from '../prompt/index.ts';
import type { Signing } from '../signatures/index.ts';
import type { Sites, Unlock } from '../sites/index.ts';
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
  /** The question that the console or the terminal shows. */
  desk: Desk;
  prompt: Prompt;
  /** Asks for a PIN that a caller did not bring. */
  unlock: Unlock;
  origins: Origins;
  sites: Sites;
  bridges: Bridges;
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
    /** Open to web sites, those that are paired or any; nobody else gets in, and `scope` does not count. */
    web?: WebAccess;
    /** Members of the JSON body that are PINs. */
    secrets?: ReadonlySet<string>;
  }
}
