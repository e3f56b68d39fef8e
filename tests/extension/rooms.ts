import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { type PracticeLayout, practiceLayout } from '../../src/practice/layout.ts';
import { findSoftHsm } from '../../src/practice/library.ts';
import { runOrThrow } from '../backends/run.ts';
import { installShim, ShimControl } from '../backends/shim.ts';
import type { BrowserName } from '../console/browser.ts';
import { type DemoSite, startDemoSite } from '../demo/site.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { type ExtendedBrowser, startExtended } from './browser.ts';

const DEADLINE = 20_000;
const PROVISION = join(import.meta.dirname, '../practice/once.ts');

/** Everything between a person and an e-administration: token, daemon, browser with our extension, site, person at the terminal. */
export interface Rooms extends AsyncDisposable {
  practice: PracticeLayout;
  /** Takes the token out, among others. */
  shim: ShimControl;
  daemon: TestDaemon;
  site: DemoSite;
  extended: ExtendedBrowser;
  person: Person;
  /** A new tab with a page of the site. */
  open(url?: string): Promise<Page>;
  /** Ends whatever the site may, and with it its login. */
  unpair(origin?: string): Promise<void>;
}

/** Sets them all up; the practice token is behind the fault shim. */
export async function startRooms(name: BrowserName): Promise<Rooms> {
  const stack = new AsyncDisposableStack();
  try {
    const stateDir = mkdtempSync(join(tmpdir(), 'signet-practice-'));
    stack.defer(() => rmSync(stateDir, { recursive: true, force: true, maxRetries: 5 }));
    const library = findSoftHsm() ?? '';
    // Apart: its types are Node's WebCrypto, and here are the browser's.
    await runOrThrow(process.execPath, ['--no-warnings', PROVISION, stateDir, library]);
    const practice = practiceLayout(stateDir);
    const shim = stack.adopt(new ShimControl(), (control) => control.dispose());
    const settings = { SHIM_TARGET: library, ...shim.env, SOFTHSM2_CONF: practice.conf };
    const made = await installShim(shim.directory, settings);
    const path = join(shim.directory, 'libsofthsm2.so');
    renameSync(made, path);
    renameSync(`${made}.env`, `${path}.env`);
    const daemon = stack.adopt(await startTestDaemon({ drivers: [{ path, tryLimit: 3 }] }), (each) => each.dispose());
    const site = stack.use(await startDemoSite(readFileSync(practice.caCertificate, 'utf8')));
    const extended = stack.use(await startExtended(name, daemon.runtimeDir));
    const person = stack.use(await personAt(daemon));
    const all = stack.move();
    return {
      practice,
      shim,
      daemon,
      site,
      extended,
      person,
      open: async (url = site.origin()) => {
        const page = await extended.browser.newPage();
        page.setDefaultTimeout(DEADLINE);
        await page.goto(url);
        return page;
      },
      unpair: async (origin = site.origin()) => {
        await daemon.call('DELETE', `/v1/origins/${encodeURIComponent(origin)}`);
      },
      [Symbol.asyncDispose]: () => all.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** What a request of the page came to: its result, or code and name of its error. */
export interface Outcome {
  result?: unknown;
  code?: string;
  error?: string;
  pin?: unknown;
  nextStep?: unknown;
}

/**
 * Begins a request of `globalThis.signet` in a page or frame, with what is left in `globalThis.stop` to call it off; `outcome` tells
 * how it ended.
 */
export async function begin(
  page: Pick<Page, 'evaluate'>,
  method: string,
  params: Record<string, unknown> = {},
): Promise<{ outcome(): Promise<Outcome> }> {
  const id = `call${Math.random()}`;
  await page.evaluate(
    (key, name, given) => {
      const scope = globalThis as unknown as Record<string, unknown> & {
        signet: Record<string, (options: object) => Promise<unknown>>;
      };
      const stop = new AbortController();
      scope.stop = stop;
      const digests = given.documents as { digest: number[]; name?: string }[] | undefined;
      const documents = digests?.map(({ digest, ...rest }) => ({ ...rest, digest: new Uint8Array(digest) }));
      const options = { ...given, signal: stop.signal, ...(documents === undefined ? {} : { documents }) };
      scope[key] = scope.signet[name]?.(options).then(
        (result) => ({ result }),
        (error: Error & Record<string, unknown>) => {
          const { code, pin, nextStep } = error;
          return JSON.parse(JSON.stringify({ error: error.name, code, pin, nextStep })) as object;
        },
      );
    },
    id,
    method,
    params,
  );
  return {
    outcome: () =>
      page.evaluate((key) => (globalThis as unknown as Record<string, Promise<Outcome>>)[key] as Promise<Outcome>, id),
  };
}

/** Asks and waits for the end. */
export async function call(page: Pick<Page, 'evaluate'>, method: string, params: Record<string, unknown> = {}): Promise<Outcome> {
  return (await begin(page, method, params)).outcome();
}

/** Waits until the page says this to its visitor. */
export async function waitForSaid(page: Page, pattern: RegExp): Promise<string> {
  await page.waitForFunction(
    (source) => new RegExp(source).test(document.querySelector('#said')?.textContent ?? ''),
    {},
    pattern.source,
  );
  return page.$eval('#said', (element) => element.textContent);
}
