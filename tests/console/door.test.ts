import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { openDoor } from '../../src/cli/browser.ts';
import { until } from '../fixture/index.ts';
import { BROWSERS, type ConsoleTab, doorOf, enterConsole, missing, newTab, press, waitForFocus, waitForText } from './browser.ts';
import { setScene } from './scene.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the door in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'is there', () => {
    const at = setScene(name);
    const tabs: ConsoleTab[] = [];

    afterEach(async () => {
      for (const { page, errors, outside } of tabs.splice(0)) {
        expect({ errors, outside }).toEqual({ errors: [], outside: [] });
        await page.close();
      }
    });

    const enter = async (): Promise<ConsoleTab> => {
      const tab = await enterConsole(at.browser, at.daemon);
      tabs.push(tab);
      return tab;
    };
    const tabAt = async (address: string): Promise<ConsoleTab> => {
      const tab = await newTab(at.browser, at.daemon);
      tabs.push(tab);
      await tab.page.goto(address);
      return tab;
    };

    it('takes the code out of the address and the history, and keeps no cookie', async () => {
      const { page } = await enter();
      expect(page.url()).toBe(`${at.daemon.url}/console/`);
      const { entries, stored, cookie } = await page.evaluate(() => ({
        entries: history.length,
        stored: JSON.stringify({ ...localStorage }),
        cookie: document.cookie,
      }));
      expect(entries).toBeLessThanOrEqual(2);
      expect([stored, cookie]).toEqual(['{}', '']);
      await page.reload();
      await page.waitForSelector('.shell');
    });

    it('opens once with a code: whoever stole the address stays outside', async () => {
      const address = await doorOf(at.daemon);
      const first = await tabAt(address);
      await first.page.waitForSelector('.shell');
      const thief = await tabAt(address);
      await waitForText(thief.page, 'This way in does not open any more');
      expect(await thief.page.$('.shell')).toBeNull();
      expect(thief.page.url()).toBe(`${at.daemon.url}/console/`);
    });

    it('opens by the private file that the command line leaves for the browser', async () => {
      const door = openDoor(await doorOf(at.daemon), at.daemon.runtimeDir, { PATH: '' });
      await expect(door.failed).rejects.toMatchObject({ code: 'console_no_browser' });
      const [file = ''] = readdirSync(at.daemon.runtimeDir).filter((each) => each.startsWith('console-'));
      const { page, outside } = await tabAt(pathToFileURL(join(at.daemon.runtimeDir, file)).href);
      // Looked for again and again: the file leads on to the console, and Firefox's driver fails on a page that is being left.
      await until('the console', async () => (await page.$('.shell').catch(() => null)) ?? undefined);
      door.close();
      expect(page.url()).toBe(`${at.daemon.url}/console/`);
      expect(outside.splice(0).every((url) => url.startsWith('file:'))).toBe(true);
    });

    it('stays shut without a code, and says how to open it', async () => {
      const { page } = await tabAt(`${at.daemon.url}/console/`);
      await waitForText(page, 'Open Signet from a terminal');
      await waitForText(page, 'signet console');
    });

    it('lets nobody else’s tab in: the session is this tab’s alone', async () => {
      await enter();
      const { page } = await tabAt(`${at.daemon.url}/console/#/tokens`);
      await waitForText(page, 'Open Signet from a terminal');
    });

    it('closes when the person signs out', async () => {
      const { page } = await enter();
      const token = await page.evaluate(() => JSON.parse(sessionStorage.getItem('signet.session') ?? '{}').token as string);
      await press(page, 'Sign out');
      await waitForText(page, 'You have signed out');
      const status = await page.evaluate(
        async (bearer: string) => (await fetch('/v1/tokens', { headers: { authorization: `Bearer ${bearer}` } })).status,
        token,
      );
      expect(status).toBe(401);
      await page.reload();
      await waitForText(page, 'Open Signet from a terminal');
    });

    it('opens with a new address in the tab that is open already, and says where the person is', async () => {
      const { page } = await tabAt(`${at.daemon.url}/console/`);
      await waitForText(page, 'Open Signet from a terminal');
      await waitForFocus(page, { selector: 'h1' });
      await page.goto(await doorOf(at.daemon));
      await page.waitForSelector('.shell');
      expect(page.url()).toBe(`${at.daemon.url}/console/`);
      await page.goto(`${at.daemon.url}/console/#code=%20wrong`);
      await page.waitForFunction(() => location.hash === '');
      expect(await page.$('.shell')).not.toBeNull();
    });

    it('closes one tab of two with the same session, the other with it', async () => {
      const { page } = await enter();
      const kept = await page.evaluate(() => sessionStorage.getItem('signet.session') ?? '');
      const twin = await newTab(at.browser, at.daemon);
      tabs.push(twin);
      await twin.page.goto(`${at.daemon.url}/console/`);
      await twin.page.evaluate((text: string) => sessionStorage.setItem('signet.session', text), kept);
      await twin.page.reload();
      await twin.page.waitForSelector('.shell');
      // A tab behind another draws nothing, and so cannot be waited for.
      await page.bringToFront();
      await press(page, 'Sign out');
      await twin.page.bringToFront();
      await waitForText(twin.page, 'Your session has ended');
      expect(await twin.page.evaluate(() => sessionStorage.getItem('signet.session'))).toBeNull();
    });

    it('is no use to another page, even with the token in its hands', async () => {
      const { page } = await enter();
      const token = await page.evaluate(() => JSON.parse(sessionStorage.getItem('signet.session') ?? '{}').token as string);
      const other = await at.browser.browser.newPage();
      await other.goto('data:text/html,<title>evil</title>');
      const answer = await other.evaluate(
        async (url: string, bearer: string) => {
          try {
            return String((await fetch(`${url}/v1/tokens`, { headers: { authorization: `Bearer ${bearer}` } })).status);
          } catch {
            return 'refused';
          }
        },
        at.daemon.url,
        token,
      );
      await other.close();
      expect(answer).toBe('refused');
    });

    it('lets no script be made of a string, and no frame be put around it', async () => {
      const { page } = await enter();
      const refused = await page.evaluate(() => {
        const tries = [
          () => document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>'),
          () => {
            document.createElement('script').text = 'alert(1)';
          },
        ];
        return tries.map((attempt) => {
          try {
            attempt();
            return 'done';
          } catch (error) {
            return (error as Error).name;
          }
        });
      });
      expect(refused).toEqual(['TypeError', 'TypeError']);
      tabs.at(-1)?.errors.splice(0);
    });
  });
});
