import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import {
  type CheckResult,
  Doctor,
  FROM_OUTSIDE,
  type SettingProblem,
  thisMachine,
  type ViewParts,
} from '../diagnostics/index.ts';
import { type Catalogue, type DriverClient, type DriverSpec, type DriverStatus, loadCatalogue } from '../drivers/index.ts';
import { Procedures } from '../procedures/index.ts';
import { type Audit, Database, StoreFailure } from '../store/index.ts';
import type { Tokens } from '../tokens/index.ts';
import type { Config, Flags } from './config.ts';
import { hosted, librariesOf } from './hosted-drivers.ts';
import { TemporaryRooms } from './temporary-rooms.ts';
import { usableConfig } from './usable-config.ts';
import { packageVersion } from './version.ts';
import { waysOf } from './ways.ts';
import { within } from './within.ts';

export { listChecks, summarise, unknownChecks } from '../diagnostics/index.ts';

/** How long tokens may take to show when a run begins, in milliseconds. */
const PATIENCE = 4_000;

/** What changes while the daemon runs: the port it got, and the last driver whose process had to be replaced. */
export interface Running {
  port: number;
  lastCrash: { driver: string; at: string } | null;
}

/** What the running daemon lends to its doctor. */
export interface DaemonParts {
  config: Config;
  catalogue: Catalogue;
  specs: readonly DriverSpec[];
  drivers: readonly DriverClient[];
  tokens: Tokens;
  database: Database;
  audit: Audit;
  running: Readonly<Running>;
  procedures: Procedures;
}

/** The doctor inside the daemon. */
export function daemonDoctor(parts: DaemonParts): Doctor {
  const { config, catalogue, specs, drivers, tokens, database, audit, running, procedures } = parts;
  const { stateDir, runtimeDir, logLevel } = config;
  return new Doctor({
    machine: thisMachine(),
    version: packageVersion(),
    inDaemon: true,
    get settings() {
      return { port: running.port, stateDir, runtimeDir, logLevel, problems: [] };
    },
    catalogue,
    drivers: () =>
      specs.map((spec) => ({
        ...hosted(spec, config),
        status: () => drivers.find(({ id }) => id === spec.id)?.status() ?? null,
      })),
    tokens: async () => {
      await within(PATIENCE, Promise.all(drivers.map((driver) => tokens.refresh(driver))));
      return tokens;
    },
    database,
    audit,
    lastCrash: () => running.lastCrash,
    ...waysOf(procedures),
  });
}

/** What the doctor beside has to look at. */
export interface Seen {
  config: Config;
  drivers: DriverStatus[];
  tokens: Tokens | null;
  /** Null when there is none, or none that can be used. */
  database: Database | null;
  audit: Audit;
}

/** A doctor that looks from beside, for when no daemon answers. `close` ends what it started. */
export interface BesideDoctor {
  doctor: Doctor;
  /** What a support bundle is made of besides the report. Tokens are there once the doctor has looked for them. */
  seen(): Promise<Seen>;
  close(): Promise<void>;
}

/**
 * Builds what a daemon would build, without listening anywhere: the settings as far as they can be used, the database if it
 * opens, and a host for each library that a probe has seen load. Never throws: what is wrong is the report's business.
 */
export function doctorBeside(flags: Flags, env: NodeJS.ProcessEnv = process.env): BesideDoctor {
  const { config, problems } = usableConfig(flags, env);
  const catalogue = catalogueOrNone(problems);
  const drivers = librariesOf(config, catalogue, env, problems);
  const store = openIfThere(config.stateDir);
  const rooms = new TemporaryRooms(config, store instanceof Database ? store : Database.open(':memory:'));
  const { port, stateDir, runtimeDir, logLevel } = config;
  const parts: ViewParts = {
    machine: thisMachine(env),
    version: packageVersion(),
    inDaemon: false,
    settings: { port, stateDir, runtimeDir, logLevel, problems },
    catalogue,
    drivers: () => drivers,
    tokens: (probe) =>
      rooms.tokens(
        async (spec) => {
          const driver = drivers.find(({ id }) => id === spec.id);
          if (driver === undefined) return false;
          const seen = await probe({ ...driver, name: spec.profile.name, library: spec.path, status: null });
          return seen.outcome === 'ok';
        },
        drivers.filter(({ path }) => existsSync(path)),
      ),
    database: store,
    audit: store instanceof Database ? rooms.audit : null,
    lastCrash: () => null,
    ...waysOf(new Procedures({ folders: config.procedureDirs.map((folder) => resolve(folder)) })),
  };
  const seen = async (): Promise<Seen> => ({
    config,
    drivers: drivers.map((driver) => rooms.status(driver)),
    tokens: await rooms.found(),
    database: store instanceof Database ? store : null,
    audit: rooms.audit,
  });
  return { doctor: new Doctor(parts), seen, close: () => rooms.close() };
}

/**
 * What only another program than the daemon can tell: how its doors look from outside. Of `ids` those that are about that; all
 * of them when it is empty. Loads no driver and opens no database.
 */
export async function seenFromOutside(
  flags: Flags,
  options: { ids: readonly string[]; language: string },
  env: NodeJS.ProcessEnv = process.env,
): Promise<CheckResult[]> {
  const ids = options.ids.length === 0 ? FROM_OUTSIDE : FROM_OUTSIDE.filter((id) => options.ids.includes(id));
  if (ids.length === 0) return [];
  const { config, problems } = usableConfig(flags, env);
  const { port, stateDir, runtimeDir, logLevel } = config;
  const doctor = new Doctor({
    machine: thisMachine(env),
    version: packageVersion(),
    inDaemon: false,
    settings: { port, stateDir, runtimeDir, logLevel, problems },
    catalogue: { drivers: [] },
    drivers: () => [],
    tokens: async () => null,
    database: null,
    audit: null,
    lastCrash: () => null,
    renewalOpens: () => null,
    procedureFor: () => null,
  });
  return (await doctor.run({ ids, language: options.language })).checks;
}

function catalogueOrNone(problems: SettingProblem[]): Catalogue {
  try {
    return loadCatalogue();
  } catch (error) {
    problems.push({
      key: 'catalogue',
      source: 'drivers.json',
      expected: error instanceof Error ? error.message : 'is not usable',
    });
    return { drivers: [] };
  }
}

/** The database if there is one; nothing is made where there is none. */
function openIfThere(stateDir: string): Database | StoreFailure | null {
  const path = join(stateDir, 'signet.db');
  if (!existsSync(path)) return null;
  try {
    return Database.open(path);
  } catch (error) {
    if (error instanceof StoreFailure) return error;
    throw error;
  }
}
