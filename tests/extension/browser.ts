import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, launch } from 'puppeteer-core';
import { type BrowserName, missing as browserMissing } from '../console/browser.ts';

const root = join(import.meta.dirname, '../..');
const MAIN = join(root, 'src/host/main.ts');
const PACKAGES = join(root, 'dist/extension');
const PROGRAMS: Readonly<Record<BrowserName, string>> = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' };
/** Names that lead to this machine in the test's browser only. */
export const HOSTS = [
  'sede',
  'refused',
  'left',
  'stopped',
  'framed',
  'other',
  'told',
  'batch',
  'plain',
  'forged',
  'parent',
  'child',
  'sandbox',
  'gone',
  'direct',
  'flood',
  'large',
].map((name) => `${name}.test`);

export const IDS = JSON.parse(readFileSync(join(root, 'src/extension/ids.json'), 'utf8')) as {
  chromium: string;
  firefox: string;
};

/** Why our extension cannot be tried in this browser here, or undefined when it can. */
export function missing(name: BrowserName): string | undefined {
  const built = existsSync(join(PACKAGES, 'signet-firefox.xpi')) && existsSync(join(root, 'dist/client/web/index.js'));
  return browserMissing(name) ?? (built ? undefined : 'the extension is not built (npm run build:extension)');
}

/** A browser with our extension, and a native messaging host that leads to one daemon. */
export interface ExtendedBrowser extends AsyncDisposable {
  browser: Browser;
  /** Has the browser know the host, as `signet install` does. */
  install(): void;
  /** Takes it away again. */
  uninstall(): void;
  /** What the host looks for the daemon in from now on: each start of the host reads it. */
  lead(runtimeDir: string): void;
  /** Ends the host that was started last, as a crash would. */
  killHost(): void;
}

/** Starts a browser without a window, with our extension and a profile of its own, which knows no host yet. */
export async function startExtended(name: BrowserName, runtimeDir: string, language = 'en'): Promise<ExtendedBrowser> {
  const profile = mkdtempSync(join(tmpdir(), `signet-extended-${name}-`));
  const folder =
    name === 'chromium' ? join(profile, 'NativeMessagingHosts') : join(profile, '.mozilla', 'native-messaging-hosts');
  const manifest = join(folder, 'signet.json');
  const wrapper = join(profile, 'signet-host');
  const pidFile = join(profile, 'signet-host.pid');
  const lead = (where: string): void => {
    const lines = [
      '#!/bin/sh',
      `echo $$ > '${pidFile}'`,
      `SIGNET_RUNTIME_DIR='${where}' exec '${process.execPath}' --no-warnings '${MAIN}' signet "$@"`,
      '',
    ];
    writeFileSync(wrapper, lines.join('\n'));
    chmodSync(wrapper, 0o755);
  };
  const install = (): void => {
    const allowed =
      name === 'chromium' ? { allowed_origins: [`chrome-extension://${IDS.chromium}/`] } : { allowed_extensions: [IDS.firefox] };
    mkdirSync(dirname(manifest), { recursive: true });
    writeFileSync(manifest, JSON.stringify({ name: 'signet', description: 'Signet', path: wrapper, type: 'stdio', ...allowed }));
  };
  lead(runtimeDir);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const resolve = `--host-resolver-rules=${HOSTS.map((host) => `MAP ${host} 127.0.0.1`).join(', ')}`;
  const browser = await launch({
    browser: name === 'chromium' ? 'chrome' : 'firefox',
    executablePath: PROGRAMS[name],
    headless: true,
    acceptInsecureCerts: true,
    userDataDir: profile,
    env: { ...process.env, HOME: profile, LANG: 'C.UTF-8', LANGUAGE: language },
    ...(name === 'chromium'
      ? {
          args: [...sandbox, '--disable-dev-shm-usage', '--disable-gpu', `--lang=${language}`, resolve],
          enableExtensions: [join(PACKAGES, 'chromium')],
        }
      : {
          extraPrefsFirefox: {
            // Its background page is put to sleep as soon as nothing keeps it: no person waits half a minute for that in a test.
            'extensions.background.idle.timeout': 3_000,
            'network.dns.localDomains': HOSTS.join(','),
            'intl.accept_languages': 'en-GB',
          },
        }),
  });
  if (name === 'firefox') await browser.installExtension(join(PACKAGES, 'signet-firefox.xpi'));
  return {
    browser,
    install,
    uninstall: () => rmSync(manifest, { force: true }),
    lead,
    killHost: () => process.kill(Number(readFileSync(pidFile, 'utf8')), 'SIGKILL'),
    [Symbol.asyncDispose]: async () => {
      await browser.close().catch(() => browser.process()?.kill('SIGKILL'));
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
