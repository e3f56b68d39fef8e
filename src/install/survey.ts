import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { browsers, HOSTS } from './browsers.ts';
import type { InstallMachine } from './machine.ts';
import { nssDatabases, ourAuthorities } from './nss.ts';
import { placesOf, type Scope } from './places.ts';
import { thisProgram } from './program.ts';
import { parseRecord } from './record.ts';
import { managerOf } from './service.ts';
import type { Run } from './stores.ts';

/**
 * This machine, looked at for a plan. `stateDir` is where the person's records are. Changes nothing. Throws RecordUnreadable when
 * what was installed before cannot be known.
 */
export async function survey(
  scope: Scope,
  stateDir: string,
  env: NodeJS.ProcessEnv,
  run: Run,
  now = Date.now(),
): Promise<InstallMachine> {
  const { platform } = process;
  const around = { platform, home: env.HOME && platform !== 'win32' ? env.HOME : homedir(), env };
  const places = placesOf(around, scope, stateDir);
  const files = { kind, read, folder };
  const certutil = platform === 'linux' && findProgram('certutil', env);
  const trusted = new Map<string, readonly string[]>();
  for (const database of certutil ? nssDatabases({ ...around, ...files }) : []) {
    if (!database.exists) continue;
    const { output } = await run(['certutil', '-L', '-d', `sql:${database.folder}`]);
    const ours = ourAuthorities(output).filter((each) => each.trusted);
    trusted.set(
      database.folder,
      ours.map(({ nickname }) => nickname),
    );
  }
  const uid = process.getuid?.() ?? null;
  return {
    ...around,
    ...files,
    uid,
    account: platform === 'win32' ? `${env.USERDOMAIN ?? '.'}\\${userInfo().username}` : null,
    now,
    program: thisProgram(env),
    scope,
    stateDir,
    places,
    record: parseRecord(read(places.record)),
    registry: platform === 'win32' ? await registry(around, run) : new Map(),
    manager: await manager(platform, uid, run),
    certutil,
    trusted,
  };
}

function kind(path: string): 'file' | 'folder' | 'link' | 'other' | null {
  let stats: ReturnType<typeof lstatSync>;
  try {
    stats = lstatSync(path, { throwIfNoEntry: false });
  } catch {
    // A file where a folder should be, or one that may not be looked into: nothing of ours.
    return null;
  }
  if (stats === undefined) return null;
  if (stats.isSymbolicLink()) return 'link';
  if (stats.isFile()) return 'file';
  return stats.isDirectory() ? 'folder' : 'other';
}

function read(path: string): Buffer | null {
  try {
    return kind(path) === 'file' ? readFileSync(path) : null;
  } catch {
    return null;
  }
}

function folder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function findProgram(name: string, env: NodeJS.ProcessEnv): boolean {
  return (env.PATH ?? '').split(delimiter).some((place) => place !== '' && kind(join(place, name)) !== null);
}

async function manager(platform: NodeJS.Platform, uid: number | null, run: Run): Promise<{ answers: boolean; enabled: boolean }> {
  const worked = async (...command: [string, ...string[]]): Promise<boolean> => (await run(command)).code === 0;
  switch (managerOf(platform)) {
    case 'systemd': {
      const answers = await worked('systemctl', '--user', 'show', '--property', 'Version');
      return { answers, enabled: answers && (await worked('systemctl', '--user', 'is-enabled', 'signet.service')) };
    }
    case 'launchd':
      return { answers: true, enabled: await worked('launchctl', 'print', `gui/${uid ?? 0}/signet.daemon`) };
    case 'tasks':
      return { answers: true, enabled: await worked('schtasks', '/Query', '/TN', 'Signet') };
  }
}

/** The values that a plan may ask for. */
async function registry(around: Pick<InstallMachine, 'platform' | 'home' | 'env'>, run: Run): Promise<Map<string, string>> {
  const values = new Map<string, string>();
  const hosts = browsers(around).flatMap(({ keys }) =>
    keys.flatMap((key) => HOSTS.map((host) => [`${key}\\${host}`, ''] as const)),
  );
  const afirma = ['HKCU', 'HKLM'].flatMap((hive) => {
    const root = `${hive}\\Software\\Classes\\afirma`;
    return [[root, ''] as const, [root, 'URL Protocol'] as const, [`${root}\\shell\\open\\command`, ''] as const];
  });
  for (const [key, name] of new Set([...hosts, ...afirma])) {
    const { code, output } = await run(['reg', 'query', key, ...(name === '' ? ['/ve'] : ['/v', name])]);
    // The name of a key's own value is in the system's language; its type is not.
    const data = /\bREG_SZ(?:[ \t]+(\S.*?))?[ \t]*\r?$/m.exec(output);
    if (code === 0 && data !== null) values.set(`${key}\\${name}`, data[1] ?? '');
  }
  return values;
}
