import { accessSync, constants } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';

export interface Surroundings {
  /** What the configuration names: a path, or a name on the PATH. Then no other is tried. */
  program?: string | undefined;
  /** Whether there is a terminal to draw on. */
  terminal: boolean;
  env: NodeJS.ProcessEnv;
  platform: NodeJS.Platform;
}

/** Where pinentry-mac is, beside the PATH: Homebrew on both kinds of Mac, MacGPG. */
const MAC_PLACES = ['/opt/homebrew/bin', '/usr/local/bin', '/usr/local/MacGPG2/libexec/pinentry-mac.app/Contents/MacOS'];

/** The pinentries that could show something here, as paths, best first. Looks at files only. */
export function pinentryPrograms({ program, terminal, env, platform }: Surroundings): string[] {
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => isAbsolute(folder));
  const places = platform === 'darwin' ? [...folders, ...MAC_PLACES] : folders;
  const find = (name: string): string[] =>
    (isAbsolute(name) ? [name] : places.map((place) => join(place, name))).filter(runs).slice(0, 1);
  if (program !== undefined) return find(program);
  const display = hasDisplay(env);
  const names = platform === 'darwin' ? ['pinentry-mac'] : display ? graphical(env) : [];
  if (terminal) names.push('pinentry-curses');
  // What the system calls just `pinentry` may be any of them.
  if (display || terminal) names.push('pinentry');
  return [...new Set(names.flatMap(find))];
}

/** True when the environment names a screen. */
export function hasDisplay({ DISPLAY, WAYLAND_DISPLAY }: NodeJS.ProcessEnv): boolean {
  return Boolean(DISPLAY) || Boolean(WAYLAND_DISPLAY);
}

function graphical({ XDG_CURRENT_DESKTOP = '', DBUS_SESSION_BUS_ADDRESS }: NodeJS.ProcessEnv): string[] {
  const gnome = DBUS_SESSION_BUS_ADDRESS ? ['pinentry-gnome3'] : [];
  const qt = ['pinentry-qt', 'pinentry-qt6', 'pinentry-qt5'];
  const first = /KDE|LXQt/i.test(XDG_CURRENT_DESKTOP) ? [...qt, ...gnome] : [...gnome, ...qt];
  return [...first, 'pinentry-gtk-2', 'pinentry-fltk'];
}

function runs(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
