import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { type Credentials, Gate, Origins } from '../access/index.ts';
import { proceduresFor } from '../api/index.ts';
import { Bridges } from '../bridges/index.ts';
import { type Language, pickLanguage, translator } from '../messages/index.ts';
import type { Procedures } from '../procedures/index.ts';
import { Desk, type Face, type FaceName, Prompt, pinentryFace, type WayOut } from '../prompt/index.ts';
import type { Signing } from '../signatures/index.ts';
import { Sites, Unlock } from '../sites/index.ts';
import { type Audit, type Database, OriginStore } from '../store/index.ts';
import type { EventHub, Token, Tokens } from '../tokens/index.ts';
import type { Config } from './config.ts';
import { consoleOpener } from './open-console.ts';
import { packageVersion } from './version.ts';

interface Parts {
  config: Config;
  log: Logger;
  credentials: Credentials;
  database: Database;
  audit: Audit;
  events: EventHub;
  tokens: Tokens;
  signing: Signing;
  procedures: Procedures;
}

/** What serves web sites and asks the person, put together. */
export interface Web {
  gate: Gate;
  origins: Origins;
  desk: Desk;
  prompt: Prompt;
  unlock: Unlock;
  sites: Sites;
  bridges: Bridges;
  /** Closes the bridges and withdraws what is being asked. */
  stop(): Promise<void>;
}

/** Builds the rooms between sites and tokens. Nothing listens before `bridges.start()`. */
export function webOf({ config, log, credentials, database, audit, events, tokens, signing, procedures }: Parts): Web {
  const language = pickLanguage({ configured: config.language, env: process.env });
  const origins = new Origins(new OriginStore(database));
  // Whoever hears events need not learn which sites the person uses: those who may, read them anew.
  origins.onChange(() => events.publish('origin.changed', {}));
  const gate = new Gate(credentials, origins);
  const opener = consoleOpener({ credentials, gate, runtimeDir: config.runtimeDir });
  const desk = new Desk({ waiting: () => prompt.waiting, ...opener });
  const prompt = new Prompt({ faces: facesOf(config, desk), language, timeout: config.prompt.timeoutSeconds * 1_000 });
  const wayOut = (token: Token, wanted: Language): WayOut | null => wayOutOf({ tokens, procedures }, token, wanted);
  const sites = new Sites({ origins, prompt, tokens, signing, audit, language, wayOut });
  const bridges = new Bridges(
    { version: packageVersion(), language, sites, log, tls: () => tlsIn(config.stateDir) },
    config.bridges,
  );
  return {
    gate,
    origins,
    desk,
    prompt,
    unlock: new Unlock(tokens, wayOut),
    sites,
    bridges,
    stop: async () => {
      prompt.stop();
      await bridges.stop();
    },
  };
}

function facesOf({ prompt }: Config, desk: Desk): Face[] {
  const { pinentry, tty, faces } = prompt;
  const make: Record<FaceName, () => Face> = {
    terminal: () => desk.face('terminal'),
    console: () => desk.face('console'),
    pinentry: () =>
      pinentryFace({ ...(pinentry === undefined ? {} : { program: pinentry }), ...(tty === undefined ? {} : { tty }) }),
  };
  return faces.map((name) => make[name]());
}

/** The issuer's procedure for a blocked token, in a sentence. Asks no driver. */
function wayOutOf({ tokens, procedures }: Pick<Parts, 'tokens' | 'procedures'>, token: Token, language: Language): WayOut | null {
  const [procedure] = proceduresFor({ tokens, procedures }, token, 'unblock');
  if (procedure === undefined) return null;
  const params = { issuer: procedure.issuer, title: procedure.title[language] };
  const key = procedure.match.generic ? 'procedures.next.generic' : 'procedures.next.issuer';
  return { text: translator(language)(key, params), procedureId: procedure.id };
}

/** What `signet install --local-tls` made, read anew each time: it may come, be renewed or go while the daemon runs. */
function tlsIn(stateDir: string): { key: string; cert: string } | null {
  try {
    const read = (name: string): string => readFileSync(join(stateDir, 'tls', `${name}.pem`), 'utf8');
    return { key: read('key'), cert: read('cert') };
  } catch {
    return null;
  }
}
