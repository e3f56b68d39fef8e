import { describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { BROWSERS, dress, languagesIn, missing, objections, press, visit, waitForFocus, waitForText } from './browser.ts';
import { looksWell } from './looks.ts';
import { openTab, setScene } from './scene.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the settings in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'of a daemon', () => {
    const at = setScene(name, { token: createSoftHsm, child: true, env: { SIGNET_WATCH_EVERY: '400' } });
    openTab(at);

    const row = (key: string): Promise<string> =>
      at.tab.page.$$eval(
        '.setting',
        (found, wanted) => found.find((each) => each.querySelector('h3')?.textContent === wanted)?.textContent ?? '',
        key,
      );

    it('show what the daemon runs with, where each is from and what would set it', async () => {
      await visit(at.tab, 'settings');
      expect(await row('watchEvery')).toMatch(/SIGNET_WATCH_EVERY.*400.*Environment/);
      expect(await row('logLevel')).toMatch(/--log-level.*silent.*File/);
      expect(await row('maxQueue')).toMatch(/20000.*Default/);
      await waitForText(at.tab.page, `${at.daemon.home}/config.toml`);
      await waitForText(at.tab.page, at.daemon.url);
      await waitForText(at.tab.page, 'MIT');
    });

    it('show the drivers with state, version and crashes', async () => {
      const { drivers } = (await at.daemon.call('GET', '/v1/drivers')).json;
      for (const text of ['SoftHSM2', 'Running', drivers[0].version, '0 since Signet started', at.token.library])
        await waitForText(at.tab.page, text);
    });

    it('give a program access, whose token works and is shown once', async () => {
      const { page } = at.tab;
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
      const { clients } = (await at.daemon.call('GET', '/v1/clients')).json;
      expect(clients).toMatchObject([{ name: 'accounting-desk', scopes: ['status', 'sign'] }]);
      expect((await at.daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(200);
      expect((await at.daemon.as(bearer)('GET', '/v1/clients')).status).toBe(403);

      await page.click('[aria-label="Remove the access of accounting-desk"]');
      await waitForText(page, 'Remove the access of accounting-desk?');
      expect(await objections(page)).toEqual([]);
      expect((await at.daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(200);
      await press(page, 'Remove the access');
      await waitForText(page, 'No program has an access of its own.');
      expect((await at.daemon.as(bearer)('GET', '/v1/tokens')).status).toBe(401);
    });

    it('say so when a name is taken, and when nothing is allowed', async () => {
      const { page } = at.tab;
      await at.daemon.client('taken', 'status');
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
      const { page } = at.tab;
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
      await looksWell(at.tab, 'settings', language, { wide: true });
    });

    it('tell when the session ends, and end it', async () => {
      const { page } = at.tab;
      await dress(at.tab, { language: 'en', theme: 'light' });
      await visit(at.tab, 'settings');
      await waitForText(page, '30 minutes');
      const ends = await page.$eval('section[aria-labelledby="session"] time', (time) => time.getAttribute('datetime') ?? '');
      expect(Date.parse(ends) - Date.now()).toBeGreaterThan(11 * 3_600_000);
      await press(page, 'Sign out now');
      await waitForText(page, 'You have signed out');
      expect({ errors: at.tab.errors, outside: at.tab.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});
