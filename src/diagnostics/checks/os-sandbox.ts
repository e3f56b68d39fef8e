import { join } from 'node:path';
import type { Check, Finding } from '../check.ts';
import type { View } from '../view.ts';

/** Browsers as the shops for sandboxed programs call them: folder under the root of installed programs. */
const SNAPS = { firefox: 'Firefox', chromium: 'Chromium', brave: 'Brave', opera: 'Opera' };
const FLATPAKS = {
  'org.mozilla.firefox': 'Firefox',
  'org.chromium.Chromium': 'Chromium',
  'com.google.Chrome': 'Google Chrome',
  'com.brave.Browser': 'Brave',
  'com.microsoft.Edge': 'Microsoft Edge',
};

/** `os.sandbox`: Signet or a browser inside a snap or flatpak, which keeps it from the card service and from each other. */
export const osSandbox: Check = {
  id: 'os.sandbox',
  severity: 'warning',
  dependsOn: [],
  platforms: ['linux'],
  run: async (view) => [...signetItself(view), ...browsers(view)],
};

function signetItself({ machine }: View): Finding[] {
  const { env } = machine;
  const shop =
    env.SNAP !== undefined && env.SNAP_NAME !== undefined
      ? 'snap'
      : machine.file('/.flatpak-info').kind === 'file'
        ? 'flatpak'
        : null;
  return shop === null ? [{ result: 'pass' }] : [{ result: 'fail', variant: 'signet', params: { shop } }];
}

function browsers({ machine }: View): Finding[] {
  const flatpakRoots = ['/var/lib/flatpak/app', join(machine.home, '.local/share/flatpak/app')];
  const found = (id: string, name: string, shop: string, places: readonly string[]): Finding[] =>
    places.some((place) => machine.file(place).kind === 'folder')
      ? [{ result: 'warn', variant: 'browser', subject: `${shop}:${id}`, params: { name, shop } }]
      : [];
  return [
    ...Object.entries(SNAPS).flatMap(([id, name]) => found(id, name, 'snap', [join('/snap', id, 'current')])),
    ...Object.entries(FLATPAKS).flatMap(([id, name]) =>
      found(
        id,
        name,
        'flatpak',
        flatpakRoots.map((root) => join(root, id)),
      ),
    ),
  ];
}
