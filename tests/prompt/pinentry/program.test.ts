import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinentryPrograms } from '../../../src/prompt/pinentry/program.ts';
import { Scripted } from './scripted.ts';

const NAMES = ['pinentry', 'pinentry-mac', 'pinentry-gnome3', 'pinentry-qt', 'pinentry-gtk-2', 'pinentry-curses'];

let scripted: Scripted;

beforeAll(() => {
  scripted = new Scripted();
  for (const name of NAMES) scripted.write(name, 'echo OK');
});

afterAll(() => scripted.remove());

function found(env: NodeJS.ProcessEnv, terminal = false, platform: NodeJS.Platform = 'linux', program?: string): string[] {
  return pinentryPrograms({ program, terminal, platform, env: { PATH: `relative:${scripted.folder}`, ...env } }).map((path) =>
    basename(path),
  );
}

describe('the pinentries that are tried', () => {
  const bus = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus' };

  it('are windows where there is a screen, the desktop’s own first', () => {
    expect(found({ DISPLAY: ':0', ...bus })).toEqual(['pinentry-gnome3', 'pinentry-qt', 'pinentry-gtk-2', 'pinentry']);
    expect(found({ WAYLAND_DISPLAY: 'wayland-0', ...bus, XDG_CURRENT_DESKTOP: 'KDE' })).toEqual([
      'pinentry-qt',
      'pinentry-gnome3',
      'pinentry-gtk-2',
      'pinentry',
    ]);
    expect(found({ DISPLAY: ':0' })).toEqual(['pinentry-qt', 'pinentry-gtk-2', 'pinentry']);
  });

  it('are a dialog on the terminal where there is only that, and nothing without either', () => {
    expect(found({}, true)).toEqual(['pinentry-curses', 'pinentry']);
    expect(found({})).toEqual([]);
    expect(found({ DISPLAY: ':0' }, true)).toEqual(['pinentry-qt', 'pinentry-gtk-2', 'pinentry-curses', 'pinentry']);
  });

  it('are one on a Mac', () => {
    expect(found({}, false, 'darwin')).toEqual(['pinentry-mac']);
  });

  it('are only the one that is configured, by name or by path', () => {
    expect(found({ DISPLAY: ':0' }, true, 'linux', 'pinentry-gtk-2')).toEqual(['pinentry-gtk-2']);
    expect(found({}, false, 'linux', join(scripted.folder, 'pinentry-qt'))).toEqual(['pinentry-qt']);
    expect(found({ DISPLAY: ':0' }, true, 'linux', 'pinentry-none')).toEqual([]);
  });
});
