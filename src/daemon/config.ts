import { existsSync, readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { parse } from 'smol-toml';
import { configFile, runtimeDir, stateDir } from '../places/index.ts';
import { type Static, Type } from '../schema/index.ts';

const Milliseconds = Type.Integer({ minimum: 1, maximum: 86_400_000 });

const DriverSetting = Type.Union([
  Type.String({ minLength: 1 }),
  Type.Object(
    {
      path: Type.String({ minLength: 1 }),
      tryLimit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
      environment: Type.Optional(Type.Record(Type.String(), Type.String())),
    },
    { additionalProperties: false },
  ),
]);

/** Every setting, for flags, environment and file alike. No setting is a secret: there is none for a PIN. */
const Schema = Type.Object(
  {
    port: Type.Integer({ minimum: 0, maximum: 65_535, default: 9711 }),
    drivers: Type.Array(DriverSetting, { default: [] }),
    catalogue: Type.Boolean({ default: true }),
    practice: Type.Boolean({ default: true }),
    stateDir: Type.String({ minLength: 1 }),
    runtimeDir: Type.String({ minLength: 1 }),
    language: Type.Optional(Type.Unsafe<'en' | 'fr' | 'es'>({ type: 'string', enum: ['en', 'fr', 'es'] })),
    logLevel: Type.Unsafe<'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace' | 'silent'>({
      type: 'string',
      enum: ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'],
      default: 'warn',
    }),
    deadlines: Type.Object(
      {
        list: { ...Milliseconds, default: 5_000 },
        login: { ...Milliseconds, default: 60_000 },
        sign: { ...Milliseconds, default: 30_000 },
        start: { ...Milliseconds, default: 15_000 },
      },
      { additionalProperties: false, default: {} },
    ),
    session: Type.Object(
      { idleSeconds: Type.Integer({ minimum: 1, default: 900 }), absoluteSeconds: Type.Integer({ minimum: 1, default: 28_800 }) },
      { additionalProperties: false, default: {} },
    ),
    watchEvery: Type.Integer({ minimum: 100, maximum: 60_000, default: 1_000 }),
    /** Lanes of a concurrent driver; 0 takes one per core. */
    lanes: Type.Integer({ minimum: 0, maximum: 64, default: 0 }),
    maxQueue: Type.Integer({ minimum: 1, maximum: 1_000_000, default: 20_000 }),
  },
  { additionalProperties: false },
);

export type Config = Static<typeof Schema>;

/** A setting that cannot be used: which, where it came from, and what would be. */
export class ConfigError extends Error {
  override name = 'ConfigError';
  readonly key: string;
  readonly source: string;

  constructor(key: string, source: string, expected: string) {
    super(`${source}: ${key} ${expected}`);
    this.key = key;
    this.source = source;
  }
}

/** What the command line gave; undefined where it gave nothing. */
export interface Flags {
  port?: number | undefined;
  drivers?: string[] | undefined;
  stateDir?: string | undefined;
  runtimeDir?: string | undefined;
  language?: string | undefined;
  logLevel?: string | undefined;
  practice?: boolean | undefined;
  config?: string | undefined;
}

type Settings = Record<string, unknown>;

/**
 * The configuration: flags over SIGNET_* environment over config.toml over defaults, each checked against the one schema, so
 * that a refusal names the key and where it stands. Throws ConfigError.
 */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env): Config {
  const { config: named, ...given } = flags;
  const file = named ?? configFile({ env });
  const layers: [string, Settings][] = [
    [file, fromFile(file, named !== undefined)],
    ['environment', fromEnvironment(env)],
    ['command line', Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))],
  ];
  const merged: Settings = { stateDir: stateDir({ env }), runtimeDir: runtimeDir({ env }) };
  for (const [source, settings] of layers) {
    check({ ...merged, ...settings }, source, settings);
    Object.assign(merged, settings);
  }
  return check(merged, 'configuration', merged);
}

function fromFile(path: string, required: boolean): Settings {
  if (!existsSync(path)) {
    if (required) throw new ConfigError('config', 'command line', `names ${path}, which does not exist`);
    return {};
  }
  try {
    return parse(readFileSync(path, 'utf8')) as Settings;
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : 'not readable').split('\n');
    throw new ConfigError('(whole file)', path, `cannot be read: ${first}`);
  }
}

function fromEnvironment(env: NodeJS.ProcessEnv): Settings {
  const settings: Settings = {};
  const text = (name: string, key: string, read: (value: string) => unknown = (value) => value): void => {
    const value = env[name];
    if (value !== undefined && value !== '') settings[key] = read(value);
  };
  const number = (value: string): unknown => (/^\d+$/.test(value) ? Number(value) : value);
  const boolean = (value: string): unknown => ({ '1': true, true: true, '0': false, false: false })[value] ?? value;
  text('SIGNET_PORT', 'port', number);
  text('SIGNET_DRIVERS', 'drivers', (value) =>
    value.split(process.platform === 'win32' ? ';' : ':').filter((path) => path !== ''),
  );
  text('SIGNET_CATALOGUE', 'catalogue', boolean);
  text('SIGNET_PRACTICE', 'practice', boolean);
  text('SIGNET_STATE_DIR', 'stateDir');
  text('SIGNET_RUNTIME_DIR', 'runtimeDir');
  text('SIGNET_LANGUAGE', 'language');
  text('SIGNET_LOG_LEVEL', 'logLevel');
  text('SIGNET_WATCH_EVERY', 'watchEvery', number);
  return settings;
}

function check(settings: Settings, source: string, own: Settings): Config {
  const copy = structuredClone(settings);
  const ajv = new Ajv({ useDefaults: true, allErrors: false, strict: false });
  if (ajv.validate(Schema, copy)) return copy as Config;
  const [error] = ajv.errors ?? [];
  const extra =
    error?.keyword === 'additionalProperties'
      ? `/${String((error.params as { additionalProperty: string }).additionalProperty)}`
      : '';
  const key = `${error?.instancePath ?? ''}${extra}`.slice(1).replaceAll('/', '.') || '(whole)';
  const allowed =
    error?.keyword === 'enum' ? ` (${((error.params as { allowedValues: unknown[] }).allowedValues ?? []).join(', ')})` : '';
  const told = extra !== '' ? 'is not a setting' : `${error?.message ?? 'is not usable'}${allowed}`;
  throw new ConfigError(key, (key.split('.')[0] ?? '') in own ? source : 'configuration', told);
}
