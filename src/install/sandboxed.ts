import { posix } from 'node:path';
import type { Around } from './browsers.ts';

/** A browser that was installed as a snap or flatpak, and so may start no program of this machine. */
export interface SandboxedBrowser {
  id: string;
  name: string;
  shop: 'snap' | 'flatpak';
  /** The system may start a host for it after asking the person (the WebExtensions portal), from the usual manifest. */
  portal: boolean;
}

const SNAPS = { firefox: 'Firefox', chromium: 'Chromium', brave: 'Brave', opera: 'Opera' };
const FLATPAKS = {
  'org.mozilla.firefox': 'Firefox',
  'org.chromium.Chromium': 'Chromium',
  'com.google.Chrome': 'Google Chrome',
  'com.brave.Browser': 'Brave',
  'com.microsoft.Edge': 'Microsoft Edge',
};

/** The sandboxed browsers of this machine. */
export function sandboxedBrowsers(around: Around & { kind(path: string): string | null }): SandboxedBrowser[] {
  if (around.platform !== 'linux') return [];
  const { home } = around;
  const roots = ['/var/lib/flatpak/app', posix.join(home, '.local/share/flatpak/app')];
  const there = (path: string): boolean => around.kind(path) !== null;
  return [
    ...Object.entries(SNAPS)
      .filter(([id]) => there(posix.join('/snap', id, 'current')))
      .map(([id, name]) => ({ id, name, shop: 'snap' as const, portal: id === 'firefox' })),
    ...Object.entries(FLATPAKS)
      .filter(([id]) => roots.some((root) => there(posix.join(root, id))))
      .map(([id, name]) => ({ id, name, shop: 'flatpak' as const, portal: false })),
  ];
}
