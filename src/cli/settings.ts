import { readFileSync } from 'node:fs';
import { type Language, pickLanguage } from '../messages/index.ts';
import { configFile } from '../places/index.ts';
import { CliFailure, systemReason } from './failure.ts';

/** What a client of the daemon needs of the settings: flags over environment over configuration file. */
export interface Settings {
  language: Language;
  /** From the configuration file; a flag stands before it, and SIGNET_RUNTIME_DIR before this. */
  runtimeDir: string | undefined;
  /** As `runtimeDir`; only for what works on the daemon's folder without it. */
  stateDir?: string | undefined;
  /** The configuration file could not be read. Only a command that talks to the daemon minds. */
  failure: CliFailure | undefined;
}

/** Reads the settings. `argv` is looked through for `--language` before it is parsed, because help texts need it too. */
export async function readSettings(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<Settings> {
  const path = configFile({ env });
  let file: Record<string, unknown> = {};
  let failure: CliFailure | undefined;
  try {
    file = await readToml(path);
  } catch (error) {
    failure = new CliFailure('config_unreadable', 2, { path, reason: systemReason(error) }, error);
  }
  const configured = [flag(argv, '--language'), env.SIGNET_LANGUAGE, text(file.language)].find(
    (wish) => wish !== undefined && wish !== '',
  );
  return {
    language: pickLanguage({ configured, env }),
    runtimeDir: env.SIGNET_RUNTIME_DIR || text(file.runtimeDir),
    stateDir: env.SIGNET_STATE_DIR || text(file.stateDir),
    failure,
  };
}

async function readToml(path: string): Promise<Record<string, unknown>> {
  let source: string;
  try {
    source = readFileSync(path, 'utf8');
  } catch (error) {
    if (systemReason(error) === 'ENOENT' || systemReason(error) === 'ENOTDIR') return {};
    throw error;
  }
  const { parse } = await import('smol-toml');
  return parse(source);
}

function flag(argv: readonly string[], name: string): string | undefined {
  for (const [index, argument] of argv.entries()) {
    if (argument === '--') return undefined;
    if (argument === name) return argv[index + 1];
    if (argument.startsWith(`${name}=`)) return argument.slice(name.length + 1);
  }
  return undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
