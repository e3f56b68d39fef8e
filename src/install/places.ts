import { posix, win32 } from 'node:path';
import type { Around } from './browsers.ts';

export type Scope = 'user' | 'system';

/** Where an installation puts what is its own. */
export interface Places {
  /** Scripts, and manifests on Windows. */
  data: string;
  /** What is wanted of the system: units, scheme handlers. */
  unit: string;
  /** The file that says what opens a scheme (`mimeapps.list`), and the folder of its desktop file; null but on Linux. */
  scheme: { list: string; folder: string } | null;
  /** The record of what was installed. */
  record: string;
}

/** The path functions of a platform, whichever this is running on. */
export function pathOf(platform: NodeJS.Platform): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** The places of an installation for one person, whose records are in `stateDir`, or for the machine. */
export function placesOf(around: Around, scope: Scope, stateDir: string): Places {
  const { platform, home, env } = around;
  const { join } = pathOf(platform);
  const system = scope === 'system';
  if (platform === 'win32') {
    const data = system
      ? join(env.ProgramData || 'C:\\ProgramData', 'Signet')
      : join(env.LOCALAPPDATA || join(home, 'AppData', 'Local'), 'signet');
    return { data, unit: join(data, 'signet-task.xml'), scheme: null, record: join(system ? data : stateDir, 'install.json') };
  }
  if (platform === 'darwin') {
    const library = system ? '/Library' : join(home, 'Library');
    const data = join(library, 'Application Support', system ? 'Signet' : 'signet');
    const unit = join(library, 'LaunchAgents', 'signet.daemon.plist');
    return { data, unit, scheme: null, record: join(system ? data : stateDir, 'install.json') };
  }
  const config = env.XDG_CONFIG_HOME || join(home, '.config');
  const share = system ? '/usr/local/share' : env.XDG_DATA_HOME || join(home, '.local', 'share');
  const applications = join(share, 'applications');
  return {
    data: system ? '/usr/local/lib/signet' : join(share, 'signet'),
    unit: join(system ? '/etc' : config, 'systemd', 'user', 'signet.service'),
    scheme: { list: join(system ? applications : config, 'mimeapps.list'), folder: applications },
    record: join(system ? '/var/lib/signet' : stateDir, 'install.json'),
  };
}

/** The folder of the local certificate: `key.pem` (0600), `cert.pem` (leaf, then its authority) and `ca.pem`. */
export function tlsFolder(stateDir: string, platform: NodeJS.Platform = process.platform): string {
  return pathOf(platform).join(stateDir, 'tls');
}
