import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'smol-toml';
import { BRIDGES } from '../bridges/index.ts';
import { configFile, runtimeDir, stateDir } from '../places/index.ts';
import { FACES, type FaceName } from '../prompt/index.ts';
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
    /** An organisation's own procedures; `procedures` beside the configuration file when that folder exists. */
    procedureDirs: Type.Array(Type.String({ minLength: 1 }), { default: [] }),
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
    prompt: Type.Object(
      {
        /** Ways of asking the person, in the order they are tried. */
        faces: Type.Array(Type.Unsafe<FaceName>({ type: 'string', enum: [...FACES] }), {
          default: ['terminal', 'pinentry', 'console'],
        }),
        pinentry: Type.Optional(Type.String({ minLength: 1 })),
        /** Terminal for a pinentry that has no window, such as `/dev/pts/3`. */
        tty: Type.Optional(Type.String({ minLength: 1 })),
        timeoutSeconds: Type.Integer({ minimum: 5, maximum: 3_600, default: 120 }),
      },
      { additionalProperties: false, default: {} },
    ),
    bridges: Type.Object(
      {
        webeid: Type.Boolean({ default: true }),
        scs: Type.Boolean({ default: true }),
        nexu: Type.Boolean({ default: true }),
        afirma: Type.Boolean({ default: true }),
        scsPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 53_951 }),
        scsTlsPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 53_952 }),
        nexuPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 9_795 }),
        nexuTlsPort: Type.Integer({ minimum: 0, maximum: 65_535, default: 9_895 }),
      },
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
  readonly expected: string;

  constructor(key: string, source: string, expected: string) {
    super(`${source}: ${key} ${expected}`);
    this.key = key;
    this.source = source;
    this.expected = expected;
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

/** The key of a refusal that concerns the file as a whole. */
export const WHOLE_FILE = '(whole file)';

/**
 * The configuration: flags over SIGNET_* environment over config.toml over defaults, each checked against the one schema, so
 * that a refusal names the key and where it stands. Keys in `without` are passed over (WHOLE_FILE: the file is), so that the
 * doctor can look at the rest of what it cannot use. Throws ConfigError.
 */
export function loadConfig(flags: Flags, env: NodeJS.ProcessEnv = process.env, without: ReadonlySet<string> = new Set()): Config {
  return readConfig(flags, env, without).config;
}

/** Where settings are from. */
export type Origin = 'command_line' | 'environment' | 'file' | 'default';

/** Where each setting is from; `key` is one of the settings, `session.idleSeconds` for one of a table. */
export interface Origins {
  /** The configuration file that was looked for. */
  file: string;
  of(key: string): Origin;
}

/** The configuration as loadConfig reads it, and where each setting is from. Throws ConfigError. */
export function readConfig(
  flags: Flags,
  env: NodeJS.ProcessEnv = process.env,
  without: ReadonlySet<string> = new Set(),
): { config: Config; origins: Origins } {
  const { config: named, ...given } = flags;
  const file = named ?? configFile({ env });
  const wanted = (settings: Settings): Settings =>
    Object.fromEntries(Object.entries(settings).filter(([key, value]) => value !== undefined && !without.has(key)));
  const layers: [string, Settings, Origin][] = [
    [file, without.has(WHOLE_FILE) ? {} : wanted(fromFile(file, named !== undefined)), 'file'],
    ['environment', wanted(fromEnvironment(env)), 'environment'],
    ['command line', wanted(given), 'command_line'],
  ];
  const own = join(dirname(file), 'procedures');
  const merged: Settings = {
    stateDir: stateDir({ env }),
    runtimeDir: runtimeDir({ env }),
    procedureDirs: existsSync(own) ? [own] : [],
  };
  for (const [source, settings] of layers) {
    check({ ...merged, ...settings }, source, settings);
    Object.assign(merged, settings);
  }
  return { config: check(merged, 'configuration', merged), origins: { file, of: (key) => originOf(key, layers) } };
}

/** A setting is taken whole from the last place that names it; what a table there leaves out is a default. */
function originOf(key: string, layers: readonly (readonly [string, Settings, Origin])[]): Origin {
  const [name = '', inner] = key.split('.');
  const [, settings, origin] = layers.findLast(([, each]) => name in each) ?? [];
  if (settings === undefined || origin === undefined) return 'default';
  const table = settings[name];
  return inner === undefined || (typeof table === 'object' && table !== null && inner in table) ? origin : 'default';
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
    throw new ConfigError(WHOLE_FILE, path, `cannot be read: ${first}`);
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
  const paths = (value: string): string[] => value.split(process.platform === 'win32' ? ';' : ':').filter((path) => path !== '');
  text('SIGNET_DRIVERS', 'drivers', paths);
  text('SIGNET_CATALOGUE', 'catalogue', boolean);
  text('SIGNET_PRACTICE', 'practice', boolean);
  text('SIGNET_PROCEDURE_DIRS', 'procedureDirs', paths);
  text('SIGNET_STATE_DIR', 'stateDir');
  text('SIGNET_RUNTIME_DIR', 'runtimeDir');
  text('SIGNET_LANGUAGE', 'language');
  text('SIGNET_LOG_LEVEL', 'logLevel');
  text('SIGNET_WATCH_EVERY', 'watchEvery', number);
  // Empty is an answer of its own here: none.
  const on = env.SIGNET_BRIDGES?.split(/[\s,]+/).filter((name) => name !== '');
  if (on !== undefined) settings.bridges = Object.fromEntries([...BRIDGES, ...on].map((name) => [name, on.includes(name)]));
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
