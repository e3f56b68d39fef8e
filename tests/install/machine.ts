import type { InstallMachine } from '../../src/install/machine.ts';
import { placesOf } from '../../src/install/places.ts';
import { NO_RECORD } from '../../src/install/record.ts';

const WINDOWS = {
  home: 'C:\\Users\\Zoë N',
  env: { LOCALAPPDATA: 'C:\\Users\\Zoë N\\AppData\\Local', ProgramFiles: 'C:\\Program Files', ProgramData: 'C:\\ProgramData' },
  stateDir: 'C:\\Users\\Zoë N\\AppData\\Local\\signet\\Data',
  program: {
    node: 'C:\\Program Files\\Signet\\node.exe',
    cli: 'C:\\Program Files\\Signet\\dist\\cli\\index.js',
    host: 'C:\\Program Files\\Signet\\dist\\host\\main.js',
    settings: {},
  },
};

const unix = (home: string, stateDir: string) => ({
  home,
  env: {},
  stateDir,
  program: {
    node: '/opt/signet/node',
    cli: '/opt/signet/dist/cli/index.js',
    host: '/opt/signet/dist/host/main.js',
    settings: {},
  },
});

/** A machine of any platform, on which nothing is but the files named. */
export function machineOf(
  platform: 'linux' | 'darwin' | 'win32',
  changes: Partial<InstallMachine> & { files?: Record<string, string | null> } = {},
): InstallMachine {
  const { scope = 'user', files = {}, ...rest } = changes;
  const here =
    platform === 'win32'
      ? WINDOWS
      : platform === 'darwin'
        ? unix('/Users/zoe', '/Users/zoe/Library/Application Support/signet')
        : unix('/home/zoe', '/home/zoe/.local/state/signet');
  const around = { platform, home: here.home, env: here.env };
  return {
    ...around,
    uid: platform === 'win32' ? null : 501,
    account: platform === 'win32' ? 'TOWN\\zoe' : null,
    now: Date.parse('2026-11-22T12:00:00Z'),
    program: here.program,
    scope,
    stateDir: here.stateDir,
    places: placesOf(around, scope, here.stateDir),
    record: NO_RECORD,
    kind: (path) => (path in files ? (files[path] === null ? 'folder' : 'file') : null),
    read: (path) => (typeof files[path] === 'string' ? Buffer.from(files[path]) : null),
    folder: () => [],
    registry: new Map(),
    manager: { answers: true, enabled: false },
    certutil: true,
    trusted: new Map(),
    ...rest,
  };
}
