import { posix, win32 } from 'node:path';

/** How a family of browsers names who may start a host. */
export type Family = 'chromium' | 'firefox';

export const BROWSER_IDS = ['chrome', 'chromium', 'edge', 'brave', 'vivaldi', 'firefox'] as const;
export type BrowserId = (typeof BROWSER_IDS)[number];

/** What the places of browsers follow from. */
export interface Around {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** A browser, and where it looks for native messaging manifests. */
export interface Browser {
  id: BrowserId;
  name: string;
  family: Family;
  /** Any of these is there where the browser is installed or was used. */
  traces: readonly string[];
  /** Folders of manifests, spelled as the browser spells them: the person's, the system's, then others; empty on Windows. */
  folders: readonly string[];
  /** Registry keys whose subkeys name manifests (Windows), in pairs of a person's and the machine's; empty elsewhere. */
  keys: readonly string[];
}

/** Names under which browsers look for a host that Signet stands behind. */
export const HOSTS = ['eu.webeid', 'signet'] as const;
export type HostName = (typeof HOSTS)[number];

/** The browsers that Signet knows of on this machine, installed or not. Places as their makers document them. */
export function browsers(around: Around): Browser[] {
  if (around.platform === 'win32') return onWindows(around);
  return around.platform === 'darwin' ? onMac(around) : onLinux(around);
}

/** The folder of settings of a person on Linux. */
export function configHome({ home, env }: Around): string {
  return env.XDG_CONFIG_HOME || posix.join(home, '.config');
}

function onLinux(around: Around): Browser[] {
  const { home } = around;
  const config = configHome(around);
  const chromium = (id: BrowserId, name: string, own: string, system: string, programs: readonly string[]): Browser => ({
    id,
    name,
    family: 'chromium',
    traces: [posix.join(config, own), ...programs],
    folders: [posix.join(config, own, 'NativeMessagingHosts'), posix.join(system, 'native-messaging-hosts')],
    keys: [],
  });
  return [
    chromium('chrome', 'Google Chrome', 'google-chrome', '/etc/opt/chrome', ['/opt/google/chrome/chrome']),
    chromium('chromium', 'Chromium', 'chromium', '/etc/chromium', ['/usr/bin/chromium', '/usr/bin/chromium-browser']),
    chromium('edge', 'Microsoft Edge', 'microsoft-edge', '/etc/opt/edge', ['/opt/microsoft/msedge/msedge']),
    chromium('brave', 'Brave', 'BraveSoftware/Brave-Browser', '/etc/opt/chrome', ['/opt/brave.com/brave/brave']),
    chromium('vivaldi', 'Vivaldi', 'vivaldi', '/etc/opt/chrome', ['/opt/vivaldi/vivaldi']),
    {
      id: 'firefox',
      name: 'Firefox',
      family: 'firefox',
      // Newer ones keep their profiles among the settings, and look for manifests in the old place all the same (seen with 153).
      traces: [
        posix.join(home, '.mozilla/firefox'),
        posix.join(config, 'mozilla/firefox'),
        '/usr/bin/firefox',
        '/usr/bin/firefox-esr',
      ],
      folders: [
        posix.join(home, '.mozilla/native-messaging-hosts'),
        '/usr/lib/mozilla/native-messaging-hosts',
        '/usr/lib64/mozilla/native-messaging-hosts',
        '/usr/share/mozilla/native-messaging-hosts',
      ],
      keys: [],
    },
  ];
}

function onMac({ home }: Around): Browser[] {
  const support = posix.join(home, 'Library/Application Support');
  const browser = (id: BrowserId, name: string, family: Family, own: string, system: string, app = name): Browser => ({
    id,
    name,
    family,
    traces: [`/Applications/${app}.app`, posix.join(home, 'Applications', `${app}.app`)],
    folders: [posix.join(support, own, 'NativeMessagingHosts'), posix.join(system, 'NativeMessagingHosts')],
    keys: [],
  });
  const shared = '/Library/Application Support';
  return [
    browser('chrome', 'Google Chrome', 'chromium', 'Google/Chrome', '/Library/Google/Chrome'),
    browser('chromium', 'Chromium', 'chromium', 'Chromium', `${shared}/Chromium`),
    browser('edge', 'Microsoft Edge', 'chromium', 'Microsoft Edge', '/Library/Microsoft/Edge'),
    browser('brave', 'Brave', 'chromium', 'BraveSoftware/Brave-Browser', '/Library/Google/Chrome', 'Brave Browser'),
    browser('vivaldi', 'Vivaldi', 'chromium', 'Vivaldi', '/Library/Google/Chrome'),
    browser('firefox', 'Firefox', 'firefox', 'Mozilla', `${shared}/Mozilla`),
  ];
}

function onWindows({ env }: Around): Browser[] {
  const programs = [env.ProgramFiles, env['ProgramFiles(x86)'], env.LOCALAPPDATA].filter((folder) => folder !== undefined);
  const browser = (id: BrowserId, name: string, family: Family, program: string, ...vendors: string[]): Browser => ({
    id,
    name,
    family,
    traces: programs.map((folder) => win32.join(folder, program)),
    folders: [],
    keys: vendors.flatMap((vendor) => ['HKCU', 'HKLM'].map((hive) => `${hive}\\Software\\${vendor}\\NativeMessagingHosts`)),
  });
  const chrome = 'Google\\Chrome';
  // Each looks under its own key first, then where Chrome's manifests are; Brave and Vivaldi have none of their own.
  return [
    browser('chrome', 'Google Chrome', 'chromium', 'Google\\Chrome\\Application\\chrome.exe', chrome),
    browser('chromium', 'Chromium', 'chromium', 'Chromium\\Application\\chrome.exe', 'Chromium', chrome),
    browser('edge', 'Microsoft Edge', 'chromium', 'Microsoft\\Edge\\Application\\msedge.exe', 'Microsoft\\Edge', chrome),
    browser('brave', 'Brave', 'chromium', 'BraveSoftware\\Brave-Browser\\Application\\brave.exe', chrome),
    browser('vivaldi', 'Vivaldi', 'chromium', 'Vivaldi\\Application\\vivaldi.exe', chrome),
    browser('firefox', 'Firefox', 'firefox', 'Mozilla Firefox\\firefox.exe', 'Mozilla'),
  ];
}
