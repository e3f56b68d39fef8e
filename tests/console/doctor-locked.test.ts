import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { missing as lockMissing, OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import { startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
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
  waitForText,
} from './browser.ts';

const verdict = (tab: ConsoleTab) => tab.page.$eval('#verdict', (heading) => heading.textContent);

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the doctor in $name', ({ name, absent }) => {
  const none = absent ?? lockMissing();
  describe.skipIf(none !== undefined)(none ?? 'with a token that is really locked', () => {
    let daemon: TestDaemon;
    let browser: TestBrowser;
    let tab: ConsoleTab;

    beforeAll(async () => {
      daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
      await lock(daemon);
      browser = await startBrowser(name);
      tab = await enterConsole(browser, daemon);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await daemon.dispose();
    });

    it('names the blocked PIN as the cause, not what follows from it', async () => {
      await visit(tab, 'doctor');
      await waitForText(tab.page, 'Start here');
      expect(await verdict(tab)).toBe('The PIN of Signet locking is blocked after too many wrong entries.');
      await waitForText(tab.page, 'left out because of this');
      const reasons = await tab.page.$$eval('.skipped li', (found) => found.map((each) => each.textContent));
      expect(reasons.filter((each) => each.includes('The PIN is not blocked')).length).toBeGreaterThan(0);
    });

    it('shows the procedure, and opens one case, not two', async () => {
      await press(tab.page, 'Show the way out');
      await tab.page.waitForSelector('dialog .procedure h3');
      expect(await objections(tab.page)).toEqual([]);
      await tab.page.keyboard.press('Escape');
      await tab.page.waitForFunction(() => document.querySelector('dialog') === null);
      const openFromVerdict = async (): Promise<string> => {
        await tab.page.click('.verdict-card .button.primary');
        await tab.page.waitForFunction(() => location.hash.startsWith('#/cases/'));
        return tab.page.evaluate(() => location.hash);
      };
      const first = await openFromVerdict();
      await visit(tab, 'doctor');
      await waitForText(tab.page, 'Start here');
      expect(await openFromVerdict()).toBe(first);
      const { cases } = (await daemon.call('GET', '/v1/cases')).json;
      expect(cases).toMatchObject([{ state: 'open', purpose: 'unblock', token: { label: 'Signet locking' } }]);
    });

    it.each(languagesIn(name))('is as clear in %s, light and dark, at 320 pixels', async (language) => {
      for (const theme of ['light', 'dark'] as const) {
        await dress(tab, { language, theme });
        await visit(tab, 'doctor');
        await resize(tab.page, { width: 320, height: 800 });
        expect(await verdict(tab)).toContain('Signet locking');
        expect([await overflow(tab.page), await objections(tab.page)]).toEqual([0, []]);
        await resize(tab.page, { width: 1024, height: 768 });
      }
    });

    it('had no error and asked nobody outside', () => {
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});

/** Three wrong PINs, the last with consent. */
async function lock(daemon: TestDaemon): Promise<void> {
  const at = `/v1/tokens/${daemon.tokenId}`;
  for (const pin of ['111111', '222222']) await daemon.call('POST', `${at}/login`, { pin });
  const { consent } = (await daemon.call('POST', `${at}/final-try-consent`, { kind: 'pin' })).json;
  // The daemon makes a caller wait after two wrong ones in a row.
  const answer = await until('the last try is let through', async () => {
    const { json, status } = await daemon.call('POST', `${at}/login`, { pin: '333333', finalTryConsent: consent });
    return status === 429 ? undefined : json;
  });
  expect(answer.code).toBe('pin_locked');
}
