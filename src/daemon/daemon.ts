import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Credentials } from '../access/index.ts';
import { buildApi } from '../api/index.ts';
import type { Bundles } from '../diagnostics/index.ts';
import { type DriverClient, loadCatalogue } from '../drivers/index.ts';
import { Procedures } from '../procedures/index.ts';
import type { Desk } from '../prompt/index.ts';
import { Signing } from '../signatures/index.ts';
import type { Sites } from '../sites/index.ts';
import { Audit, Clients, Database, Ledger, StoreFailure } from '../store/index.ts';
import { EventHub, Tokens } from '../tokens/index.ts';
import type { Config, Origins } from './config.ts';
import type { Running } from './diagnose.ts';
import { driverSpecs } from './drivers.ts';
import { StartFailure } from './failure.ts';
import { casesOf } from './follow.ts';
import { hostDriver } from './host-driver.ts';
import { type Listening, listen } from './listen.ts';
import { daemonLog } from './log.ts';
import { logEvents, watchedCalls } from './log-debug.ts';
import { once } from './once.ts';
import { settingsOf } from './settings.ts';
import { tellProcedures } from './tell-procedures.ts';
import { packageVersion } from './version.ts';
import { type Web, webOf } from './web.ts';

export { packageVersion } from './version.ts';

/** A running daemon. */
export interface Daemon {
  config: Config;
  listening: Listening;
  tokens: Tokens;
  drivers: readonly DriverClient[];
  procedures: Procedures;
  /** Where the console and the terminal find the question that is being asked. */
  desk: Desk;
  sites: Sites;
  /** Logs tokens out, finalises libraries, writes what waits, removes socket and token file. */
  stop(): Promise<void>;
}

/**
 * Builds the rooms and opens the doors; `origins` is where the settings are from, for showing. Throws StartFailure or ConfigError;
 * nothing is left behind then.
 */
export async function startDaemon(config: Config, origins: Origins | null = null): Promise<Daemon> {
  const logging = daemonLog(config.logLevel);
  const { log } = logging;
  const catalogue = loadCatalogue();
  const specs = driverSpecs(config, catalogue);
  const database = openStore(config.stateDir);
  const ledger = new Ledger(database);
  const audit = new Audit(database, {
    onFailure: (error) => log.error({ reason: reasonOf(error) }, 'the audit trail cannot be written'),
  });
  const events = new EventHub();
  const credentials = new Credentials(new Clients(database));
  const tokens = new Tokens({
    ledger,
    audit,
    events,
    grants: { idle: config.session.idleSeconds * 1_000, absolute: config.session.absoluteSeconds * 1_000 },
    watchEvery: config.watchEvery,
  });
  const procedures = new Procedures({
    folders: config.procedureDirs.map((folder) => resolve(folder)),
    onLoaded: (loaded) => tellProcedures(loaded, log),
  });
  const { cases, follow } = casesOf({ database, audit, procedures, tokens, events, log });
  const drivers: DriverClient[] = [];
  const signing = new Signing(tokens, audit);
  const web = webOf({ config, log, credentials, database, audit, events, tokens, signing, procedures });
  const { gate, origins: paired, desk, prompt, unlock, sites, bridges } = web;
  const running: Running = { port: config.port, lastCrash: null };
  try {
    const open = ledger.settle();
    if (open > 0) log.warn({ attempts: open }, 'PIN attempts without outcome were counted as spent');
    // Rarely asked for, and megabytes: their code is loaded at the first question.
    const doctor = once(async () => {
      const { daemonDoctor } = await import('./diagnose.ts');
      return daemonDoctor({ config, catalogue, specs, drivers, tokens, database, audit, running, procedures });
    });
    const states = () => drivers.map((driver) => driver.status());
    const bundles = once(async () => {
      const { daemonBundles } = await import('./bundle.ts');
      return daemonBundles({ config, log: logging, database, audit, tokens, drivers: states, doctor: await doctor() });
    });
    logEvents(log, events);
    const api = await buildApi({
      version: packageVersion(),
      ...(config.language === undefined ? {} : { language: config.language }),
      log,
      gate,
      credentials,
      drivers: states,
      tokens,
      signing,
      events,
      audit,
      procedures,
      cases,
      desk,
      prompt,
      unlock,
      origins: paired,
      sites,
      bridges,
      doctor,
      bundles,
      settings: settingsOf(config, origins, () => running.port),
    });
    const listening = await listen(api, {
      port: config.port,
      runtimeDir: config.runtimeDir,
      token: credentials.localToken,
      onPort: (port) => {
        running.port = port;
        gate.listensOn(port);
      },
    });
    const unfollow = follow();
    await bridges.start();
    for (const spec of specs) {
      const { driver } = hostDriver(spec, config, tokens, {
        // A library that cannot start (its service is off) is tried again for ever; /v1/drivers shows it, the log says it once.
        onFailed: (detail) => log.info({ driver: spec.id, detail }, 'driver cannot start'),
        onCrash: (reason) => {
          running.lastCrash = { driver: spec.id, at: new Date().toISOString() };
          log.warn({ driver: spec.id, detail: reason }, 'driver host was replaced');
          events.publish('driver.crashed', { driver: spec.id, reason });
        },
        watching: () => watchedCalls(log, spec.id),
      });
      drivers.push(driver);
    }
    return {
      config,
      listening,
      tokens,
      drivers,
      procedures,
      desk,
      sites,
      stop: () => stop({ listening, tokens, drivers, web, unfollow, bundles: bundles.made(), audit, database }),
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

function openStore(stateDir: string): Database {
  try {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    return Database.open(join(stateDir, 'signet.db'));
  } catch (error) {
    if (error instanceof StoreFailure)
      throw new StartFailure(`daemon.failure.store_${error.code}`, { path: error.path, reason: error.message }, 3, error);
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    throw new StartFailure('daemon.failure.state_unwritable', { folder: stateDir, reason }, 3, error);
  }
}

async function stop(parts: {
  listening: Listening;
  tokens: Tokens;
  drivers: readonly DriverClient[];
  web: Web;
  unfollow(): Promise<void>;
  /** Null when none was asked for. */
  bundles: Bundles | null;
  audit: Audit;
  database: Database;
}): Promise<void> {
  // Doors close at once; a request inside a hanging driver ends only with that driver, so nobody waits for it first.
  const closed = parts.listening.close();
  const followed = parts.unfollow();
  const unwebbed = parts.web.stop();
  parts.bundles?.close();
  await parts.tokens.stop();
  await Promise.all(parts.drivers.map((driver) => driver.stop()));
  await Promise.all([closed, followed, unwebbed]);
  parts.audit.flush();
  parts.database.close();
}

function reasonOf(error: unknown): string {
  return error instanceof StoreFailure ? error.code : error instanceof Error ? error.name : 'unknown';
}
