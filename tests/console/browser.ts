import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type ElementHandle, launch, type Page } from 'puppeteer-core';
import type { TestDaemon } from '../fixture/index.ts';

export const BROWSERS = ['chromium', 'firefox'] as const;
export type BrowserName = (typeof BROWSERS)[number];
export const LANGUAGES = ['en', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Theme = 'light' | 'dark';

const PROGRAMS: Readonly<Record<BrowserName, string>> = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' };
const BUILT = join(import.meta.dirname, '../../dist/console/index.html');
const DEADLINE = 20_000;

/** The version that Debian 12 has through its security updates; 140 puts its driver's own functions under the page's policy. */
const OLDEST_FIREFOX = 153;

function firefoxVersion(): number {
  const told = spawnSync(PROGRAMS.firefox, ['--version'], { encoding: 'utf8' }).stdout;
  return Number(/(\d+)\.\d/.exec(told)?.[1] ?? 0);
}

/** Why this browser cannot be driven here, or undefined when it can. */
export function missing(name: BrowserName): string | undefined {
  if (!existsSync(PROGRAMS[name])) return `${name} is not installed (Debian: apt-get install chromium firefox-esr)`;
  if (name === 'firefox' && firefoxVersion() < OLDEST_FIREFOX)
    return `Firefox before ${OLDEST_FIREFOX} cannot be driven on a page with a strict policy (Debian: apt-get upgrade)`;
  return existsSync(BUILT) ? undefined : 'the console is not built (npm run build)';
}

/** The languages to look at in a browser: all in Chromium; French, whose texts are the longest, in the other. */
export function languagesIn(name: BrowserName): readonly Language[] {
  return name === 'chromium' ? LANGUAGES : ['fr'];
}

/** A browser of its own, with a fresh profile that goes with it. */
export interface TestBrowser extends AsyncDisposable {
  name: BrowserName;
  browser: Browser;
  /** Where its downloads go. */
  downloads: string;
}

export interface StartOptions {
  /** Host names that are this machine to the browser, whatever the network says; Chromium takes `name=address` as well. */
  here?: readonly string[];
  /** Takes any certificate of a server. */
  anyCertificate?: boolean;
}

/** Starts a browser without a window. Disposing it ends it and removes its profile. */
export async function startBrowser(
  name: BrowserName,
  { here = [], anyCertificate = false }: StartOptions = {},
): Promise<TestBrowser> {
  const profile = mkdtempSync(join(tmpdir(), `signet-${name}-`));
  const downloads = join(profile, 'downloads');
  mkdirSync(downloads);
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const mapped = here.length === 0 ? [] : [`--host-resolver-rules=${here.map(ruleOf).join(', ')}`];
  const browser = await launch({
    browser: name === 'chromium' ? 'chrome' : 'firefox',
    executablePath: PROGRAMS[name],
    headless: true,
    userDataDir: profile,
    acceptInsecureCerts: anyCertificate,
    args: name === 'chromium' ? [...sandbox, '--disable-dev-shm-usage', '--disable-gpu', '--hide-scrollbars', ...mapped] : [],
    env: { ...process.env, HOME: profile, LANG: 'C.UTF-8' },
    ...(name === 'chromium'
      ? { downloadBehavior: { policy: 'allow' as const, downloadPath: downloads } }
      : {
          extraPrefsFirefox: {
            ...preferences(downloads),
            'network.dns.localDomains': here.map((host) => host.split('=')[0]).join(','),
          },
        }),
  });
  return {
    name,
    browser,
    downloads,
    [Symbol.asyncDispose]: async () => {
      await browser.close().catch(() => browser.process()?.kill('SIGKILL'));
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

function ruleOf(host: string): string {
  const [name, address = '127.0.0.1'] = host.split('=');
  return `MAP ${name} ${address}`;
}

function preferences(downloads: string): Record<string, unknown> {
  return {
    'intl.accept_languages': 'en-GB',
    'browser.download.folderList': 2,
    'browser.download.dir': downloads,
    'browser.download.useDownloadDir': true,
    'browser.download.always_ask_before_handling_new_types': false,
    'browser.download.alwaysOpenPanel': false,
  };
}

/** The console in a tab, and what it should never have had. */
export interface ConsoleTab {
  page: Page;
  /** Errors on the browser's console and scripts that threw. */
  errors: string[];
  /** Requests to anywhere but the daemon. */
  outside: string[];
}

export interface TabOptions {
  language?: Language;
  theme?: Theme;
  width?: number;
  height?: number;
}

/** A one-time address of the console. */
export async function doorOf(daemon: TestDaemon): Promise<string> {
  const { url, code } = (await daemon.call('POST', '/v1/console/codes')).json;
  return `${url}#code=${code}`;
}

/** Gives the page this size, in CSS pixels, and waits until it has it. */
export async function resize(page: Page, size: { width: number; height: number }): Promise<void> {
  await page.setViewport(size);
  await page.waitForFunction(({ width, height }) => innerWidth === width && innerHeight === height, {}, size);
}

/** A tab that watches for errors and for requests that leave the machine. */
export async function newTab({ browser }: TestBrowser, daemon: TestDaemon, options: TabOptions = {}): Promise<ConsoleTab> {
  const page = await browser.newPage();
  page.setDefaultTimeout(DEADLINE);
  await resize(page, { width: options.width ?? 1024, height: options.height ?? 768 });
  const tab: ConsoleTab = { page, errors: [], outside: [] };
  page.on('console', (message) => {
    // A refusal of the daemon is written there by the browser itself, whatever the page makes of it.
    if (message.type() === 'error' && !/status of \d{3}|net::ERR|NetworkError/.test(message.text()))
      tab.errors.push(message.text());
  });
  page.on('pageerror', (error) => tab.errors.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(daemon.url) && !/^(blob:|data:|about:|chrome:)/.test(url)) tab.outside.push(url);
  });
  return tab;
}

/** Opens the console through its door and waits for its first page. */
export async function enterConsole(browser: TestBrowser, daemon: TestDaemon, options: TabOptions = {}): Promise<ConsoleTab> {
  const tab = await newTab(browser, daemon, options);
  await tab.page.goto(await doorOf(daemon));
  await tab.page.waitForSelector('.shell');
  if (options.language !== undefined || options.theme !== undefined) await dress(tab, options);
  return tab;
}

/** Shows the console in a language and in light or dark, as a person's choice would; loads the page anew. */
export async function dress({ page }: ConsoleTab, { language, theme }: TabOptions): Promise<void> {
  await page.evaluate(
    (wanted: { language: string | undefined; theme: string | undefined }) => {
      if (wanted.language !== undefined) localStorage.setItem('signet.language', wanted.language);
      if (wanted.theme !== undefined) localStorage.setItem('signet.theme', wanted.theme);
    },
    { language, theme },
  );
  await page.reload();
  await page.waitForSelector('.shell');
}

/** Goes to a page of the console and waits until it has read what it shows. */
export async function visit({ page }: ConsoleTab, path: string): Promise<void> {
  await page.evaluate((hash: string) => {
    location.hash = hash;
  }, `#/${path}`);
  await page.waitForFunction((hash: string) => location.hash === hash, {}, `#/${path}`);
  await settled(page);
}

/** Resolves when nothing on the page says that it is still being read. */
export async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () => document.querySelector('#page-title') !== null && document.querySelector('.loading, [aria-busy="true"]') === null,
  );
}

/** Waits for a text anywhere on the page. */
export async function waitForText(page: Page, text: string | RegExp): Promise<void> {
  const [source, flags] =
    typeof text === 'string' ? [text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), ''] : [text.source, text.flags];
  await page.waitForFunction(
    (pattern: string, how: string) => new RegExp(pattern, how).test(document.body.textContent),
    {},
    source,
    flags,
  );
}

/** Presses the button with this text; the last one where there are several (a dialog lies over the page). */
export async function press(page: Page, text: string): Promise<void> {
  const found = await page.waitForFunction(
    (wanted: string) =>
      [...document.querySelectorAll<HTMLElement>('button, a.button, summary')]
        .filter((each) => each.textContent.trim() === wanted && each.getAttribute('aria-busy') !== 'true')
        .at(-1) ?? false,
    {},
    text,
  );
  await (found.asElement() as Awaited<ReturnType<Page['$']>>)?.click();
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** What axe-core objects to on the page, a line each. Evaluated by the browser's own protocol, which the page's policy does not govern. */
export async function objections(page: Page): Promise<string[]> {
  await page.evaluate(`${AXE}; undefined`);
  // A colour halfway to another is nobody's choice.
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter(({ effect }) => effect?.getTiming().iterations !== Infinity)
        .map(({ finished }) => finished),
    ).then(() => undefined),
  );
  return page.evaluate(async () => {
    const { axe } = globalThis as unknown as {
      axe: {
        run(
          options: object,
        ): Promise<{ violations: { id: string; help: string; nodes: { html: string; failureSummary: string }[] }[] }>;
      };
    };
    const { violations } = await axe.run({ resultTypes: ['violations'] });
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html} ${failureSummary}`),
    );
  });
}

/** Drops a file on the place with this label, as a person would from another window. */
export async function drop(page: Page, label: string, file: { name: string; text: string }): Promise<void> {
  await page.evaluate(
    (wanted: string, name: string, text: string) => {
      const place = [...document.querySelectorAll('.drop')].find((each) => each.querySelector('label')?.textContent === wanted);
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([text], name));
      for (const kind of ['dragover', 'drop']) {
        place?.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    label,
    file.name,
    file.text,
  );
}

/** Gives a file to the place with this label, as the browser's own dialog does. */
export async function choose(page: Page, label: string, path: string): Promise<void> {
  const id = await page.evaluate(
    (wanted: string) =>
      [...document.querySelectorAll<HTMLLabelElement>('.drop label')].find((each) => each.textContent === wanted)?.htmlFor,
    label,
  );
  const input = await page.waitForSelector(`input[id="${id}"]`);
  await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
}

/** Waits until the element with the focus is this one: a page gives the focus after it has been painted, not before it is seen. */
export async function waitForFocus(page: Page, is: { selector: string; text?: string }): Promise<void> {
  await page.waitForFunction(
    ({ selector, text }) => {
      const focused = document.activeElement;
      return focused?.matches(selector) === true && (text === undefined || focused.textContent === text);
    },
    {},
    is,
  );
}

/** Types into the field of a dialog that has the focus, once it has it. */
export async function typeSecret(page: Page, text: string): Promise<void> {
  await waitForFocus(page, { selector: 'dialog input' });
  await page.keyboard.type(text);
}

/** By how many pixels the page is wider than the window: 0 when nothing has to be scrolled sideways. */
export function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
