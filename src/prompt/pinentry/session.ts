import { execFile } from 'node:child_process';
import { hasDisplay } from './program.ts';

/** A user manager answers in milliseconds, or something is wrong with it. */
const PATIENCE = 1_000;
/** What says where the person's screen is. */
const WANTED = /^(DISPLAY|WAYLAND_DISPLAY|XAUTHORITY|XDG_CURRENT_DESKTOP|XDG_SESSION_TYPE|DBUS_SESSION_BUS_ADDRESS)=(.+)$/;

/**
 * The screen of the person's session, for a daemon that was started before it (a service of the user's own has no DISPLAY):
 * desktops tell it to the user's systemd. Empty where the environment has a screen already or nobody knows of one. Never rejects.
 */
export function sessionScreen(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): Promise<NodeJS.ProcessEnv> {
  if (platform !== 'linux' || hasDisplay(env) || !env.XDG_RUNTIME_DIR) return Promise.resolve({});
  return new Promise((resolve) => {
    execFile('systemctl', ['--user', 'show-environment'], { env, timeout: PATIENCE, encoding: 'utf8' }, (error, stdout) => {
      if (error !== null) return resolve({});
      const told = stdout.split('\n').map((line) => WANTED.exec(line));
      const found = told.flatMap((match) => (match === null ? [] : [[match[1] ?? '', match[2] ?? ''] as const]));
      // Whatever is quoted holds something odd, which the name of a screen does not.
      resolve(Object.fromEntries(found.filter(([, value]) => !value.startsWith('$') && !value.startsWith("'"))));
    });
  });
}
