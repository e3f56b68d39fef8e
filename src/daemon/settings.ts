import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { SettingsAnswer } from '../api/index.ts';
import { socketPath, tokenFile } from '../places/index.ts';
import type { Config, Origins } from './config.ts';
import { packageLicense, packageVersion } from './version.ts';

type Value = SettingsAnswer['settings'][number]['value'];

/** A setting that is told, and what sets it besides config.toml. */
interface Told {
  key: string;
  read(config: Config): Value | undefined;
  flag?: string;
  variable?: string;
}

/** Every setting that is told, and no other: what is not in here stays with the daemon. Held to docs/configuration.md by a test. */
const TOLD: readonly Told[] = [
  { key: 'port', read: ({ port }) => port, flag: '--port', variable: 'SIGNET_PORT' },
  { key: 'drivers', read: ({ drivers }) => drivers.map(pathOf), flag: '--driver', variable: 'SIGNET_DRIVERS' },
  { key: 'catalogue', read: ({ catalogue }) => catalogue, variable: 'SIGNET_CATALOGUE' },
  { key: 'practice', read: ({ practice }) => practice, flag: '--practice', variable: 'SIGNET_PRACTICE' },
  { key: 'procedureDirs', read: ({ procedureDirs }) => procedureDirs, variable: 'SIGNET_PROCEDURE_DIRS' },
  { key: 'stateDir', read: ({ stateDir }) => stateDir, flag: '--state-dir', variable: 'SIGNET_STATE_DIR' },
  { key: 'runtimeDir', read: ({ runtimeDir }) => runtimeDir, flag: '--runtime-dir', variable: 'SIGNET_RUNTIME_DIR' },
  { key: 'language', read: ({ language }) => language, flag: '--language', variable: 'SIGNET_LANGUAGE' },
  { key: 'logLevel', read: ({ logLevel }) => logLevel, flag: '--log-level', variable: 'SIGNET_LOG_LEVEL' },
  { key: 'deadlines.list', read: ({ deadlines }) => deadlines.list },
  { key: 'deadlines.login', read: ({ deadlines }) => deadlines.login },
  { key: 'deadlines.sign', read: ({ deadlines }) => deadlines.sign },
  { key: 'deadlines.start', read: ({ deadlines }) => deadlines.start },
  { key: 'session.idleSeconds', read: ({ session }) => session.idleSeconds },
  { key: 'session.absoluteSeconds', read: ({ session }) => session.absoluteSeconds },
  { key: 'prompt.faces', read: ({ prompt }) => prompt.faces },
  { key: 'prompt.pinentry', read: ({ prompt }) => prompt.pinentry },
  { key: 'prompt.tty', read: ({ prompt }) => prompt.tty },
  { key: 'prompt.timeoutSeconds', read: ({ prompt }) => prompt.timeoutSeconds },
  { key: 'bridges.webeid', read: ({ bridges }) => bridges.webeid, variable: 'SIGNET_BRIDGES' },
  { key: 'bridges.scs', read: ({ bridges }) => bridges.scs, variable: 'SIGNET_BRIDGES' },
  { key: 'bridges.nexu', read: ({ bridges }) => bridges.nexu, variable: 'SIGNET_BRIDGES' },
  { key: 'bridges.afirma', read: ({ bridges }) => bridges.afirma, variable: 'SIGNET_BRIDGES' },
  { key: 'bridges.scsPort', read: ({ bridges }) => bridges.scsPort },
  { key: 'bridges.scsTlsPort', read: ({ bridges }) => bridges.scsTlsPort },
  { key: 'bridges.nexuPort', read: ({ bridges }) => bridges.nexuPort },
  { key: 'bridges.nexuTlsPort', read: ({ bridges }) => bridges.nexuTlsPort },
  { key: 'watchEvery', read: ({ watchEvery }) => watchEvery, variable: 'SIGNET_WATCH_EVERY' },
  { key: 'lanes', read: ({ lanes }) => lanes },
  { key: 'maxQueue', read: ({ maxQueue }) => maxQueue },
];

/**
 * What the daemon runs with, told field by field: of a driver's environment only the names. `origins` null: nobody knows where
 * the settings are from (a daemon inside another program), and all count as defaults. `port` is the one that is listened on.
 */
export function settingsOf(config: Config, origins: Origins | null, port: () => number): () => SettingsAnswer {
  const startedAt = new Date().toISOString();
  const began = performance.now();
  const { stateDir, runtimeDir, drivers } = config;
  const [state, runtime] = [resolve(stateDir), resolve(runtimeDir)];
  return () => ({
    version: packageVersion(),
    license: packageLicense(),
    startedAt,
    process: { pid: process.pid, startedBy: process.env.SIGNET_STARTED_BY === 'host' ? 'host' : null },
    uptimeSeconds: Math.floor((performance.now() - began) / 1_000),
    address: `http://127.0.0.1:${port()}`,
    file: { path: origins?.file ?? '', exists: origins !== null && existsSync(origins.file) },
    places: {
      stateDir: state,
      database: join(state, 'signet.db'),
      runtimeDir: runtime,
      socket: socketPath(runtime),
      tokenFile: tokenFile(runtime),
    },
    settings: TOLD.map(({ key, read, flag, variable }) => ({
      key,
      value: read(config) ?? null,
      source: origins?.of(key) ?? 'default',
      flag: flag ?? null,
      variable: variable ?? null,
    })),
    drivers: drivers.map((driver) => ({
      path: pathOf(driver),
      tryLimit: typeof driver === 'string' ? null : (driver.tryLimit ?? null),
      environment: typeof driver === 'string' ? [] : Object.keys(driver.environment ?? {}),
    })),
  });
}

function pathOf(driver: Config['drivers'][number]): string {
  return typeof driver === 'string' ? driver : driver.path;
}
