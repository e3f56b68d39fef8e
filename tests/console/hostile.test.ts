import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { Folder, sample, step, texts } from '../procedures/sample.ts';
import {
  BROWSERS,
  doorOf,
  drop,
  enterConsole,
  missing,
  newTab,
  startBrowser,
  type TestBrowser,
  visit,
  waitForText,
} from './browser.ts';

/** Names that would run as soon as one of them were read as HTML. */
const LABEL = '<img src=x onerror=hurt()>';
const NAME = '<svg onload=hurt()>';
const PROCEDURE = '<iframe src="javascript:hurt()"></iframe>';
const FILE = '"><script>hurt()</script>.pdf';

/** A page of somebody else's, under another port of this machine and under another name. */
function otherSite(): Promise<Server> {
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>elsewhere</title><body></body>');
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('who is not let in, in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'from elsewhere', () => {
    let shim: Shimmed;
    let folder: Folder;
    let daemon: TestDaemon;
    let browser: TestBrowser;
    let site: Server;
    let foreign: Page;

    beforeAll(async () => {
      const keys = [{ kind: 'p256', label: NAME }] as const;
      shim = await shimmed('libopencryptoki.so', { label: LABEL, keys });
      shim.control.set('C_GetTokenInfo flags-set 0x40000');
      folder = new Folder();
      const match = { issuerDn: ['O=Signet tests'], tokenManufacturer: [], tokenModel: [], atr: [], generic: false };
      const words = texts(PROCEDURE);
      const steps = [step('ask', { action: words, onlyIf: words })];
      folder.write(
        'hostile.unblock.json',
        sample({ id: 'hostile.unblock', title: words, issuer: PROCEDURE, summary: [words], match, steps }),
      );
      daemon = await startTestDaemon({ drivers: [shim.driver], settings: { procedureDirs: [folder.path] } });
      browser = await startBrowser(name);
      site = await otherSite();
      foreign = await browser.browser.newPage();
      await foreign.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      site.closeAllConnections();
      site.close();
      await daemon.dispose();
      shim.dispose();
      folder[Symbol.dispose]();
    });

    it('a page that fetches, posts, opens a socket or loads the console as an image or script', async () => {
      const before = (await daemon.call('GET', '/v1/audit')).json.entries.length;
      const said = await foreign.evaluate(async (url: string) => {
        const told = async (make: () => Promise<unknown>): Promise<string> => {
          try {
            return String(await make());
          } catch {
            return 'refused';
          }
        };
        const status = (path: string, init: RequestInit = {}) => told(async () => (await fetch(`${url}${path}`, init)).status);
        const loads = (tag: 'img' | 'script', path: string): Promise<string> =>
          new Promise((resolve) => {
            const element = document.createElement(tag);
            element.onload = () => resolve('loaded');
            element.onerror = () => resolve('refused');
            element.src = `${url}${path}`;
            document.body.append(element);
          });
        const socket = await new Promise<string>((resolve) => {
          const opened = new WebSocket(`${url.replace('http', 'ws')}/v1/events`);
          opened.onopen = () => resolve('open');
          opened.onerror = () => resolve('refused');
        });
        return {
          read: await status('/v1/tokens'),
          exchange: await status('/v1/console/session', {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: '{"code":"x"}',
          }),
          blind: await told(async () => {
            const { type } = await fetch(`${url}/v1/console/session`, {
              method: 'POST',
              mode: 'no-cors',
              headers: { 'content-type': 'text/plain' },
              body: '{"code":"x"}',
            });
            return type;
          }),
          page: await status('/console/'),
          image: await loads('img', '/console/icon.svg'),
          script: await loads('script', '/console/'),
          socket,
        };
      }, daemon.url);
      expect(said).toMatchObject({ read: 'refused', exchange: 'refused', page: 'refused' });
      expect(said).toMatchObject({ image: 'refused', script: 'refused', socket: 'refused' });
      // Sent blindly: the answer says nothing, and nothing came of it.
      expect(['opaque', 'refused']).toContain(said.blind);
      expect((await daemon.call('GET', '/v1/audit')).json.entries.length).toBe(before);
    });

    it('a page that puts it into a frame', async () => {
      const asked = foreign.waitForResponse((response) => response.url().startsWith(`${daemon.url}/console/`)).catch(() => null);
      await foreign.evaluate((url: string) => {
        const frame = document.createElement('iframe');
        frame.src = `${url}/console/`;
        document.body.append(frame);
      }, daemon.url);
      await asked;
      const shown = await Promise.all(
        foreign.frames().map((frame) => frame.evaluate(() => document.querySelector('#signet') !== null).catch(() => false)),
      );
      expect(shown).not.toContain(true);
    });

    it('a page that opens it with a guessed code, again and again: it holds no handle, and the person gets in', async () => {
      const opened: string[] = [];
      for (let n = 0; n < 2; n += 1) {
        const popup = new Promise<Page | null>((resolve) => foreign.once('popup', resolve));
        await foreign.evaluate((url: string) => {
          Object.assign(globalThis, { handle: open(`${url}/console/#code=AAAA`) });
        }, daemon.url);
        const page = await popup;
        if (page === null) throw new Error('no window was opened');
        await waitForText(page, 'This way in does not open any more');
        opened.push(String(await page.evaluate(() => opener === null && !location.hash.includes('code'))));
        await page.close();
      }
      expect(opened).toEqual(['true', 'true']);
      const own = await newTab(browser, daemon);
      await own.page.goto(`${daemon.url}/console/`);
      // The page's own guesses, as many as it likes.
      await own.page.evaluate(() =>
        Promise.all(
          Array.from({ length: 20 }, () =>
            fetch('/v1/console/session', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: '{"code":"x"}',
            }),
          ),
        ).then(() => undefined),
      );
      await own.page.goto(await doorOf(daemon));
      await own.page.waitForSelector('.shell');
      expect(own.page.url()).toBe(`${daemon.url}/console/`);
      await own.page.close();
    });

    it('a script of its own origin that would stay: no worker, and none of its own behind it', async () => {
      const { page } = await enterConsole(browser, daemon);
      const kept = await page.evaluate(async () => {
        const tried = await Promise.all(
          [
            () => navigator.serviceWorker.register('/console/icon.svg'),
            () => Promise.resolve(new Worker('/console/icon.svg')),
            () => Promise.resolve(Reflect.get(globalThis, 'eval')('1')),
          ].map(async (attempt) =>
            attempt()
              .then(() => 'done')
              .catch((error: Error) => error.name),
          ),
        ).catch((error: Error) => [error.name]);
        return { tried, workers: (await navigator.serviceWorker.getRegistrations()).length };
      });
      expect(kept.workers).toBe(0);
      expect(kept.tried).not.toContain('done');
      await page.close();
    });

    it('a name that is HTML: shown as it is written, and nothing of it runs', async () => {
      const tab = await enterConsole(browser, daemon);
      const { page } = tab;
      await page.evaluate(() => Object.assign(globalThis, { hurt: () => Object.assign(globalThis, { hurtCame: true }) }));
      for (const [path, text] of [
        ['tokens', LABEL],
        ['tokens', PROCEDURE],
        ['certificates', NAME],
        ['sign', NAME],
        ['sign/verify', NAME],
      ] as const) {
        await visit(tab, path);
        await waitForText(page, text);
      }
      await page.evaluate(() => {
        location.hash = '#/<img src=x onerror=hurt()>/%';
      });
      await waitForText(page, 'There is no such page');
      await visit(tab, 'sign');
      await drop(page, 'File to sign', { name: FILE, text: 'x' });
      await waitForText(page, FILE);
      const found = await page.evaluate(() => ({
        ran: 'hurtCame' in globalThis,
        made: document.querySelectorAll('img, iframe, svg[onload], body script').length,
      }));
      expect(found).toEqual({ ran: false, made: 0 });
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
      await page.close();
    });
  });
});
