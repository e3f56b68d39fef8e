import { mkdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import { Credentials, Gate } from '../access/index.ts';
import { buildApi } from '../api/index.ts';
import { DriverClient, type DriverSpec, loadCatalogue } from '../drivers/index.ts';
import { Signing } from '../signatures/index.ts';
import { Audit, Clients, Database, Ledger, StoreFailure } from '../store/index.ts';
import { EventHub, Tokens } from '../tokens/index.ts';
import type { Config } from './config.ts';
import { driverSpecs } from './drivers.ts';
import { StartFailure } from './failure.ts';
import { type Listening, listen } from './listen.ts';

/** A running daemon. */
export interface Daemon {
  config: Config;
  listening: Listening;
  tokens: Tokens;
  drivers: readonly DriverClient[];
  /** Logs tokens out, finalises libraries, writes what waits, removes socket and token file. */
  stop(): Promise<void>;
}

/** This package's version. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** Builds the rooms and opens the doors. Throws StartFailure or ConfigError; nothing is left behind then. */
export async function startDaemon(config: Config): Promise<Daemon> {
  const log = pino(
    { name: 'signet', level: config.logLevel, base: { pid: process.pid } },
    pino.destination({ dest: 2, sync: true }),
  );
  const specs = driverSpecs(config, loadCatalogue());
  const database = openStore(config.stateDir);
  const ledger = new Ledger(database);
  const audit = new Audit(database, {
    onFailure: (error) => log.error({ reason: reasonOf(error) }, 'the audit trail cannot be written'),
  });
  const events = new EventHub();
  const credentials = new Credentials(new Clients(database));
  const gate = new Gate(credentials);
  const tokens = new Tokens({
    ledger,
    audit,
    events,
    grants: { idle: config.session.idleSeconds * 1_000, absolute: config.session.absoluteSeconds * 1_000 },
    watchEvery: config.watchEvery,
  });
  const drivers: DriverClient[] = [];
  try {
    const open = ledger.settle();
    if (open > 0) log.warn({ attempts: open }, 'PIN attempts without outcome were counted as spent');
    const api = await buildApi({
      version: packageVersion(),
      ...(config.language === undefined ? {} : { language: config.language }),
      log,
      gate,
      credentials,
      drivers: () => drivers.map((driver) => driver.status()),
      tokens,
      signing: new Signing(tokens, audit),
      events,
      audit,
    });
    const listening = await listen(api, {
      port: config.port,
      runtimeDir: config.runtimeDir,
      token: credentials.localToken,
      onPort: (port) => gate.listensOn(port),
    });
    for (const spec of specs) drivers.push(hostDriver(spec, config, tokens, events, log));
    return { config, listening, tokens, drivers, stop: () => stop({ listening, tokens, drivers, audit, database }) };
  } catch (error) {
    database.close();
    throw error;
  }
}

function hostDriver(spec: DriverSpec, config: Config, tokens: Tokens, events: EventHub, log: Logger): DriverClient {
  let lastFailure = '';
  const driver: DriverClient = new DriverClient(spec, {
    deadlines: config.deadlines as Required<Config['deadlines']>,
    lanes: config.lanes === 0 ? Math.min(availableParallelism(), 8) : config.lanes,
    maxQueue: config.maxQueue,
    onChange: (event, detail) => {
      if (event === 'running') {
        lastFailure = '';
        return void tokens.refresh(driver);
      }
      // A library that cannot start (its service is off) is tried again for ever; /v1/drivers shows it, the log says it once.
      if (event === 'failed' && detail !== lastFailure) log.info({ driver: spec.id, detail }, 'driver cannot start');
      if (event === 'crashed') log.warn({ driver: spec.id, detail }, 'driver host was replaced');
      lastFailure = detail;
      tokens.lost(driver);
      if (event === 'crashed') events.publish('driver.crashed', { driver: spec.id, reason: detail });
    },
  });
  tokens.watch(driver);
  return driver;
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
  audit: Audit;
  database: Database;
}): Promise<void> {
  // Doors close at once; a request inside a hanging driver ends only with that driver, so nobody waits for it first.
  const closed = parts.listening.close();
  await parts.tokens.stop();
  await Promise.all(parts.drivers.map((driver) => driver.stop()));
  await closed;
  parts.audit.flush();
  parts.database.close();
}

function reasonOf(error: unknown): string {
  return error instanceof StoreFailure ? error.code : error instanceof Error ? error.name : 'unknown';
}
