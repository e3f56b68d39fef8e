import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { SO_PIN, shimmed, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  enterConsole,
  missing,
  objections,
  press,
  settled,
  startBrowser,
  type TestBrowser,
  typeSecret,
  waitForFocus,
  waitForText,
} from './browser.ts';

const NEW_PIN = '246810';
const keys = (page: ConsoleTab['page'], kind: string, within = '.token') =>
  page.$$eval(`${within} .tries:not(details *) .key.${kind}`, (found) => found.length);

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the page of tokens in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on SoftHSM2', () => {
    // The other browser has this very code before it; what differs between them is tried in both.
    const oneIsEnough = name === 'chromium' ? it : () => undefined;
    let token: SoftHsm;
    let daemon: TestDaemon;
    let browser: TestBrowser;
    let tab: ConsoleTab;

    beforeAll(async () => {
      browser = await startBrowser(name);
    });
    beforeEach(async () => {
      token = await createSoftHsm();
      daemon = await startTestDaemon({ drivers: [token.driver] });
      tab = await enterConsole(browser, daemon);
      await settled(tab.page);
    });
    afterEach(async () => {
      await tab.page.close();
      await daemon.dispose();
      token.dispose();
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
    });
    afterAll(() => browser[Symbol.asyncDispose]());

    it('logs in by keyboard alone, and out again', async () => {
      const { page } = tab;
      await page.evaluate(() => document.querySelector<HTMLElement>('#main')?.focus());
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Enter the PIN');
      await page.keyboard.press('Enter');
      await typeSecret(page, USER_PIN);
      await page.keyboard.press('Enter');
      await waitForText(page, 'PIN accepted: Signet test');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      const { session } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
      // The login is the console's own: the terminal has none.
      expect(session).toBeNull();
      await press(page, 'Log out');
      await waitForText(page, 'Nothing can be signed before the PIN is entered.');
      const { entries } = (await daemon.call('GET', '/v1/audit')).json;
      expect(entries.map(({ caller, action }: { caller: string; action: string }) => `${caller} ${action}`)).toEqual(
        expect.arrayContaining(['console pin.login', 'console pin.logout']),
      );
    });

    it('says at once what a wrong PIN has left, empties the field and keeps the focus in it', async () => {
      const { page } = tab;
      await press(page, 'Enter the PIN');
      await typeSecret(page, '111111');
      await page.keyboard.press('Enter');
      await waitForText(page, 'Wrong PIN');
      expect(await objections(page)).toEqual([]);
      await page.waitForFunction(() => document.querySelectorAll('dialog .key.used').length === 1);
      await waitForFocus(page, { selector: 'dialog input' });
      expect(await page.$eval('dialog input', (input) => (input as HTMLInputElement).value)).toBe('');
      await page.keyboard.press('Escape');
      await page.waitForFunction(() => document.querySelector('dialog') === null);
      await waitForFocus(page, { selector: 'button', text: 'Enter the PIN' });
      expect([await keys(page, 'left'), await keys(page, 'used')]).toEqual([2, 1]);
    });

    it('checks lengths and the repetition before anything is sent', async () => {
      const { page } = tab;
      const before = (await daemon.call('GET', '/v1/audit')).json.entries.length;
      await press(page, 'Enter the PIN');
      await typeSecret(page, '12');
      await page.keyboard.press('Enter');
      await waitForText(page, 'That is too short');
      await page.keyboard.press('Escape');
      await press(page, 'Change PIN');
      await typeSecret(page, USER_PIN);
      const [, fresh, again] = await page.$$('dialog input');
      await fresh?.type(NEW_PIN);
      await again?.type('135790');
      await page.keyboard.press('Enter');
      await waitForText(page, 'The two do not match.');
      expect((await daemon.call('GET', '/v1/audit')).json.entries.length).toBe(before);
    });

    it('changes the PIN', async () => {
      const { page } = tab;
      await press(page, 'Change PIN');
      await typeSecret(page, USER_PIN);
      const [, fresh, again] = await page.$$('dialog input');
      await fresh?.type(NEW_PIN);
      await again?.type(NEW_PIN);
      await page.keyboard.press('Enter');
      await waitForText(page, 'The PIN has been changed: Signet test');
      const login = await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: NEW_PIN });
      expect(login.status).toBe(200);
    });

    oneIsEnough('offers what a token needs that has no PIN yet, or one that must be changed', async () => {
      const { page } = tab;
      const shim = await shimmed('libsofthsm2.so');
      shim.control.set('C_GetTokenInfo flags-clear 0x8');
      const other = await startTestDaemon({ drivers: [shim.driver] });
      const fresh = await enterConsole(browser, other);
      const choices = () => fresh.page.$$eval('.token .actions button', (found) => found.map((each) => each.textContent));
      try {
        await waitForText(fresh.page, 'has no PIN yet');
        expect(await fresh.page.$('.token .tries:not(details *)')).toBeNull();
        expect(await choices()).toEqual(['Set the first PIN']);
        expect(await objections(fresh.page)).toEqual([]);
        shim.control.set('C_GetTokenInfo flags-set 0x80000');
        await waitForText(fresh.page, 'This PIN has to be changed');
        expect((await choices())[0]).toBe('Change PIN');
        expect({ errors: fresh.errors, outside: fresh.outside }).toEqual({ errors: [], outside: [] });
      } finally {
        await fresh.page.close();
        await page.bringToFront();
        await other.dispose();
        shim.dispose();
      }
    });

    oneIsEnough('sets a new PIN with the PUK', async () => {
      const { page } = tab;
      await press(page, 'Unblock');
      await typeSecret(page, SO_PIN);
      const [, fresh, again] = await page.$$('dialog input');
      await fresh?.type(NEW_PIN);
      await again?.type(NEW_PIN);
      expect(await objections(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await waitForText(page, 'The new PIN is set: Signet test');
      expect((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: NEW_PIN })).status).toBe(200);
    });

    it('shows what is typed only when asked to, and forgets it when the page is hidden', async () => {
      const { page } = tab;
      await press(page, 'Enter the PIN');
      await typeSecret(page, '12345');
      await page.click('dialog [aria-label="Show what is typed"]');
      expect(
        await page.$eval('dialog input', (input) => [(input as HTMLInputElement).type, input.getAttribute('autocomplete')]),
      ).toEqual(['text', 'off']);
      await page.evaluate(() => {
        Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
        document.dispatchEvent(new Event('visibilitychange'));
      });
      await page.waitForFunction(() => document.querySelector('dialog input[type="password"]') !== null);
      expect(await page.$eval('dialog input', (input) => (input as HTMLInputElement).value)).toBe('');
    });

    oneIsEnough('shows what another program does, as it happens', async () => {
      const { page } = tab;
      await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '111111' });
      await waitForText(page, '2 of 3 tries left');
      await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN });
      await waitForText(page, '3 of 3 tries left');
    });

    oneIsEnough('speaks another language at once, in errors too', async () => {
      const { page } = tab;
      await page.select('.side select', 'fr');
      await waitForText(page, 'Saisir le code PIN');
      expect(await page.evaluate(() => [document.documentElement.lang, document.title])).toEqual([
        'fr',
        'Clés et cartes – Signet',
      ]);
      await press(page, 'Saisir le code PIN');
      await typeSecret(page, '111111');
      await page.keyboard.press('Enter');
      await waitForText(page, 'Code PIN incorrect');
    });
  });
});
