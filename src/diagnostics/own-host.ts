import { realpathSync } from 'node:fs';
import { win32 } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A script of ours: the program that its last line starts, and the host that it names. */
interface HostScript {
  program: string;
  host: string;
}

/** How a program is started. `verbatim`: the arguments are quoted already (Windows). */
export interface Launch {
  file: string;
  args: readonly string[];
  env: Readonly<Record<string, string>>;
  verbatim: boolean;
}

/** The last line of native-config/hosts/signet-host.sh. */
const LAST_LINE = /^exec '(?:[^']|'\\'')+' '((?:[^']|'\\'')+)' (eu\.webeid|signet) "\$@"$/m;
/** The lines of native-config/hosts/signet-host.cmd: the first ones, settings, and the one that starts the host. */
const BATCH =
  /^@echo off\n(?:rem [^\n&|<>^]*\n)?chcp 65001 >nul\n(?:set "SIGNET_\w+=(?:[^"%\n]|%%)*"\n)*"(?:[^"%\n]|%%)+" "((?:[^"%\n]|%%)+)" (eu\.webeid|signet) %\*\n?$/;
const PASSED = ['HOME', 'XDG_RUNTIME_DIR', 'LANG'];
const PASSED_ON_WINDOWS = ['SystemRoot', 'SystemDrive', 'USERPROFILE', 'USERNAME', 'LOCALAPPDATA', 'APPDATA', 'TEMP', 'TMP'];

/** What a script of `signet install` starts; null for any other text. On Windows no line may be other than ours. */
export function hostScriptOf(text: string, platform: NodeJS.Platform): HostScript | null {
  const windows = platform === 'win32';
  const [, quoted, host] = (windows ? BATCH.exec(text.replaceAll('\r\n', '\n')) : LAST_LINE.exec(text)) ?? [];
  if (quoted === undefined || host === undefined) return null;
  return { program: windows ? quoted.replaceAll('%%', '%') : quoted.replaceAll("'\\''", "'"), host };
}

/** Whether a program is the host of this very Signet. */
export function isOwnHost(program: string): boolean {
  const own = ['js', 'ts'].map((extension) => fileURLToPath(new URL(`../host/main.${extension}`, import.meta.url)));
  return own.some((path) => same(path, program));
}

/**
 * How a browser starts a script. Windows needs its command line for a batch file, and reads percent signs in a path even between
 * quotes: null for such a path, and for what is not the whole path of a script of ours.
 */
export function launchOf(script: string, platform: NodeJS.Platform, env: NodeJS.ProcessEnv): Launch | null {
  if (platform !== 'win32') return { file: script, args: [], env: passedOf(env, PASSED), verbatim: false };
  const named = /^signet-host-(eu\.webeid|signet)\.cmd$/i.test(win32.basename(script));
  if (!named || !/^[a-z]:\\/i.test(script) || /["%\r\n]/.test(script)) return null;
  const system = win32.join(env.SystemRoot ?? 'C:\\Windows', 'System32');
  return {
    file: win32.join(system, 'cmd.exe'),
    // /d: no commands from the registry; /s: of the quotes only the outermost are taken away.
    args: ['/d', '/s', '/c', `""${script}""`],
    // The script calls chcp.
    env: { ...passedOf(env, PASSED_ON_WINDOWS), PATH: system },
    verbatim: true,
  };
}

function passedOf(env: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function same(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other);
  } catch {
    return false;
  }
}
