import { beforeAll, describe, expect, it } from 'vitest';
import { missing as lockMissing, OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import { type TestDaemon, until } from '../fixture/index.ts';
import { BROWSERS, type ConsoleTab, languagesIn, missing, objections, press, visit, waitForText } from './browser.ts';
import { looksWell } from './looks.ts';
import { openTab, setScene } from './scene.ts';

const verdict = (tab: ConsoleTab) => tab.page.$eval('#verdict', (heading) => heading.textContent);

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the doctor in $name', ({ name, absent }) => {
  const none = absent ?? lockMissing();
  describe.skipIf(none !== undefined)(none ?? 'with a token that is really locked', () => {
    const at = setScene(name, { drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
    beforeAll(() => lock(at.daemon));
    openTab(at);

    it('names the blocked PIN as the cause, not what follows from it', async () => {
      await visit(at.tab, 'doctor');
      await waitForText(at.tab.page, 'Start here');
      expect(await verdict(at.tab)).toBe('The PIN of Signet locking is blocked after too many wrong entries.');
      await waitForText(at.tab.page, 'left out because of this');
      const reasons = await at.tab.page.$$eval('.skipped li', (found) => found.map((each) => each.textContent));
      expect(reasons.filter((each) => each.includes('The PIN is not blocked')).length).toBeGreaterThan(0);
    });

    it('shows the procedure, and opens one case, not two', async () => {
      await press(at.tab.page, 'Show the way out');
      await at.tab.page.waitForSelector('dialog .procedure h3');
      expect(await objections(at.tab.page)).toEqual([]);
      await at.tab.page.keyboard.press('Escape');
      await at.tab.page.waitForFunction(() => document.querySelector('dialog') === null);
      const openFromVerdict = async (): Promise<string> => {
        await at.tab.page.click('.verdict-card .button.primary');
        await at.tab.page.waitForFunction(() => location.hash.startsWith('#/cases/'));
        return at.tab.page.evaluate(() => location.hash);
      };
      const first = await openFromVerdict();
      await visit(at.tab, 'doctor');
      await waitForText(at.tab.page, 'Start here');
      expect(await openFromVerdict()).toBe(first);
      const { cases } = (await at.daemon.call('GET', '/v1/cases')).json;
      expect(cases).toMatchObject([{ state: 'open', purpose: 'unblock', token: { label: 'Signet locking' } }]);
    });

    it.each(languagesIn(name))('is as clear in %s, light and dark, at 320 pixels', async (language) => {
      const first = async () => expect(await verdict(at.tab)).toContain('Signet locking');
      await looksWell(at.tab, 'doctor', language, { first });
    });

    it('had no error and asked nobody outside', () => {
      expect({ errors: at.tab.errors, outside: at.tab.outside }).toEqual({ errors: [], outside: [] });
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
