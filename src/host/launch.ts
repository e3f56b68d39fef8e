import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { daemonFlags, runtimeDir } from '../places/index.ts';

/** What a browser sets for its own processes, and what would have a driver load the browser's libraries instead of the system's. */
const OF_BROWSER = /^(?:LD_LIBRARY_PATH|LD_PRELOAD|MOZ_.*|CHROME_.*|NODE_OPTIONS)$/;
/** Places of a daemon that the installed service knows nothing of. */
const OF_ITS_OWN = ['SIGNET_RUNTIME_DIR', 'SIGNET_STATE_DIR', 'SIGNET_CONFIG'];

/**
 * Starts the daemon with its socket in `folder` and does not wait for it: by the user's service where that is installed and has its
 * socket there, else as a process that outlives this one. Firefox on Windows ends all that its hosts started; a service is not theirs.
 */
export async function launch(folder: string, env: NodeJS.ProcessEnv = process.env, platform = process.platform): Promise<void> {
  const start = serviceOf(folder, env, platform);
  if (start !== null && (await succeeds(start, env))) return;
  const cli = fileURLToPath(new URL(`../cli/index${extname(import.meta.url)}`, import.meta.url));
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !OF_BROWSER.test(name)));
  const child = spawn(process.execPath, [...daemonFlags(), '--no-warnings', cli, 'serve'], {
    cwd: homedir(),
    env: { ...own, SIGNET_STARTED_BY: 'host', ...(folder === runtimeDir({ env }) ? {} : { SIGNET_RUNTIME_DIR: folder }) },
    detached: true,
    stdio: 'ignore',
    windowsHide: true,
  });
  child.on('error', () => undefined);
  child.unref();
}

/** How the service is started that `signet install` has put where this system's manager looks for it; null where there is none. */
function serviceOf(folder: string, env: NodeJS.ProcessEnv, platform: NodeJS.Platform): [string, ...string[]] | null {
  if (OF_ITS_OWN.some((name) => env[name]) || folder !== runtimeDir({ env, platform })) return null;
  const home = env.HOME || homedir();
  const there = (...files: string[]): boolean => files.some((file) => existsSync(file));
  if (platform === 'darwin') {
    const file = join('Library', 'LaunchAgents', 'signet.daemon.plist');
    const name = `gui/${process.getuid?.() ?? 0}/signet.daemon`;
    return there(join(home, file), join('/', file)) ? ['launchctl', 'kickstart', name] : null;
  }
  if (platform === 'win32') {
    const local = env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local');
    const shared = env.ProgramData || 'C:\\ProgramData';
    const files = [local, shared].map((data) => join(data, 'signet', 'signet-task.xml'));
    return there(...files) ? ['schtasks', '/Run', '/TN', 'Signet'] : null;
  }
  const folders = [env.XDG_CONFIG_HOME || join(home, '.config'), '/etc'];
  const unit = there(...folders.map((each) => join(each, 'systemd', 'user', 'signet.service')));
  return unit ? ['systemctl', '--user', 'start', '--no-block', 'signet.service'] : null;
}

function succeeds([program, ...args]: [string, ...string[]], env: NodeJS.ProcessEnv): Promise<boolean> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { env, stdio: 'ignore', windowsHide: true });
    child.once('error', () => resolve(false));
    child.once('exit', (code) => resolve(code === 0));
  });
}
