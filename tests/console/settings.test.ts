import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  dress,
  enterConsole,
  languagesIn,
  missing,
  objections,
  overflow,
  press,
  resize,
  startBrowser,
  type TestBrowser,
  visit,
  waitForFocus,
  waitForText,
} from './browser.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the settings in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'of a daemon', () => {
    let token: SoftHsm;
    let daemon: TestDaemon;
    let browser: TestBrowser;
    let tab: ConsoleTab;

    beforeAll(async () => {
      token = await createSoftHsm();
      daemon = await startTestDaemon({
        drivers: [{ path: token.library, environment: token.env }],
        child: true,
        env: { SIGNET_WATCH_EVERY: '400' },
      });
      browser = await startBrowser(name);
      tab = await enterConsole(browser, daemon);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await daemon.dispose();
      token.dispose();
    });

    const row = (key: string): Promise<string> =>
      tab.page.$$eval(
        '.setting',
        (found, wanted) => found.find((each) => each.querySelector('h3')?.textContent === wanted)?.textContent ?? '',
        key,
      );

    it('show what the daemon runs with, where each is from and what would set it', async () => {
      await visit(tab, 'settings');
      expect(await row('watchEvery')).toMatch(/SIGNET_WATCH_EVERY.*400.*Environment/);
      expect(await row('logLevel')).toMatch(/--log-level.*silent.*File/);
      expect(await row('maxQueue')).toMatch(/20000.*Default/);
      await waitForText(tab.page, `${daemon.home}/config.toml`);
      await waitForText(tab.page, daemon.url);
      await waitForText(tab.page, 'MIT');
    });

    it('show the drivers with state, version and crashes', async () => {
      const { drivers } = (await daemon.call('GET', '/v1/drivers')).json;
      for (const text of ['SoftHSM2', 'Running', drivers[0].version, '0 since Signet started', token.library])
        await waitForText(tab.page, text);
    });

    it('give a program access, whose token works and is shown once', async () => {
      const { page } = tab;
      await press(page, 'Give a program access');
      await waitForFocus(page, { selector: 'dialog input[type="text"]' });
      await page.keyboard.type('../etc');
      await page.keyboard.press('Enter');
      await waitForText(page, 'That cannot be a name');
      expect(await objections(page)).toEqual([]);
      await page.$eval('dialog input[type="text"]', (input) => (input as HTMLInputElement).select());
      await page.keyboard.type('accounting-desk');
      const [, sign] = await page.$$('dialog input[type="checkbox"]');
      await sign?.click();
      await press(page, 'Give access');
      await waitForText(page, 'accounting-desk has access now');
      const bearer = await page.$eval('.client-token', (code) => code.textContent);
      expect(bearer).toMatch(/^signet_/);
      expect(await objections(page)).toEqual([]);
      await press(page, 'I have copied it');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      expect(await page.evaluate(() => document.body.textContent)).not.toContain(bearer);
      const { clients } = (await daemon.call('GET', '/v1/clients')).json;
      expect(clients).toMatchObject([{ name: 'accounting-desk', scopes: ['status', 'sign'] }]);
      expect((await daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(200);
      expect((await daemon.as(bearer)('GET', '/v1/clients')).status).toBe(403);

      await page.click('[aria-label="Remove the access of accounting-desk"]');
      await waitForText(page, 'Remove the access of accounting-desk?');
      expect(await objections(page)).toEqual([]);
      expect((await daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(200);
      await press(page, 'Remove the access');
      await waitForText(page, 'No program has an access of its own.');
      expect((await daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(401);
    });

    it('say so when a name is taken, and when nothing is allowed', async () => {
      const { page } = tab;
      await daemon.client('taken', 'status');
      await press(page, 'Give a program access');
      await waitForFocus(page, { selector: 'dialog input[type="text"]' });
      await page.keyboard.type('taken');
      const [status] = await page.$$('dialog input[type="checkbox"]');
      await status?.click();
      await press(page, 'Give access');
      await waitForText(page, 'Choose at least one.');
      await status?.click();
      await press(page, 'Give access');
      await page.waitForSelector('dialog .box.bad');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
    });

    it('change language, appearance and movement of this page, and keep them', async () => {
      const { page } = tab;
      const [language, theme, motion] = await page.$$('.choices select');
      await theme?.select('dark');
      await motion?.select('less');
      await language?.select('fr');
      await waitForText(page, 'Réglages');
      await page.reload();
      await page.waitForSelector('.shell');
      const { theme: kept, motion: still } = await page.evaluate(() => ({ ...document.documentElement.dataset }));
      expect([kept, still, await page.evaluate(() => document.documentElement.lang)]).toEqual(['dark', 'less', 'fr']);
    });

    it.each(languagesIn(name))('have nothing for axe-core to object to and fit 320 pixels, in %s', async (language) => {
      for (const theme of ['light', 'dark'] as const) {
        await dress(tab, { language, theme });
        await visit(tab, 'settings');
        await resize(tab.page, { width: 320, height: 800 });
        expect([await overflow(tab.page), await objections(tab.page)]).toEqual([0, []]);
        await resize(tab.page, { width: 1024, height: 768 });
        expect(await objections(tab.page)).toEqual([]);
      }
    });

    it('tell when the session ends, and end it', async () => {
      const { page } = tab;
      await dress(tab, { language: 'en', theme: 'light' });
      await visit(tab, 'settings');
      await waitForText(page, '30 minutes');
      const ends = await page.$eval('section[aria-labelledby="session"] time', (time) => time.getAttribute('datetime') ?? '');
      expect(Date.parse(ends) - Date.now()).toBeGreaterThan(11 * 3_600_000);
      await press(page, 'Sign out now');
      await waitForText(page, 'You have signed out');
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});
