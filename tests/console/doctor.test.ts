import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
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
  settled,
  startBrowser,
  type TestBrowser,
  visit,
  waitForText,
} from './browser.ts';

const verdict = (tab: ConsoleTab) => tab.page.$eval('#verdict', (heading) => heading.textContent);
const goTo = (tab: ConsoleTab, path: string) =>
  tab.page.evaluate((hash: string) => {
    location.hash = hash;
  }, `#/${path}`);

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the doctor in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'with a healthy token', () => {
    let token: SoftHsm;
    let daemon: TestDaemon;
    let browser: TestBrowser;
    let tab: ConsoleTab;

    beforeAll(async () => {
      token = await createSoftHsm();
      daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], child: true });
      browser = await startBrowser(name);
      tab = await enterConsole(browser, daemon);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await daemon.dispose();
      token.dispose();
    });

    it('runs when the page is come to, to its end, and says that all is fine', async () => {
      await visit(tab, 'doctor');
      await waitForText(tab.page, 'Everything is fine');
      const areas = await tab.page.$$eval('.area h2', (found) => found.map((heading) => heading.textContent));
      expect(areas).toEqual(expect.arrayContaining(['This computer', 'Signet itself', 'Card software', 'PINs', 'Certificates']));
      const words = await tab.page.$$eval('.finding .badge', (found) => found.map((badge) => badge.textContent));
      expect(new Set(words)).toContain('Fine');
      expect(words).not.toContain('Not working');
      // Each finding has a shape as well as a word.
      expect(await tab.page.$$eval('.finding .shape', (found) => found.length)).toBe(words.length);
    });

    it('makes one check alone, and only that one', async () => {
      const asked: string[] = [];
      tab.page.on('request', (request) => asked.push(new URL(request.url()).search));
      await press(tab.page, 'Show every check');
      await tab.page.click('[aria-label="Look at this again: The PIN is not blocked"]');
      await until('the check is asked for', () => asked.find((each) => each === '?check=pin.locked'));
      await settled(tab.page);
      expect(asked).not.toContain('');
      expect(await verdict(tab)).toBe('Everything is fine');
      tab.page.removeAllListeners('request');
    });

    it('copies the report as text, with an end line', async () => {
      await tab.page.evaluate(() => {
        Object.defineProperty(navigator.clipboard, 'writeText', {
          value: (text: string) => {
            document.body.dataset.copied = text;
            return Promise.resolve();
          },
        });
      });
      await press(tab.page, 'Copy as text');
      await waitForText(tab.page, 'The report is copied.');
      const text = await tab.page.evaluate(() => document.body.dataset.copied ?? '');
      expect(text).toMatch(/^Signet \d+\.\d+\.\d+.*, doctor, /);
      expect(text).toContain('[Fine] The PIN is not blocked (pin.locked)');
      expect(text.trimEnd().split('\n').at(-1)).toBe('End of diagnostics.');
    });

    it('makes a support bundle, shows it whole and saves it', async () => {
      await press(tab.page, 'Make a support bundle');
      await waitForText(tab.page, 'Number to read over the phone');
      await press(tab.page, 'Save the bundle (zip)');
      const file = await until('the archive is saved', () =>
        readdirSync(browser.downloads).find((each) => /^signet-bundle-.*\.zip$/.test(each)),
      );
      await until('it is whole', () => (readFileSync(join(browser.downloads, file)).length > 1_000 ? true : undefined));
      expect(readFileSync(join(browser.downloads, file)).subarray(0, 2).toString()).toBe('PK');
    });

    it.each(languagesIn(name))('has nothing for axe-core to object to and fits 320 pixels, in %s', async (language) => {
      for (const theme of ['light', 'dark'] as const) {
        await dress(tab, { language, theme });
        await visit(tab, 'doctor');
        await tab.page.click('.actions [aria-expanded]');
        await resize(tab.page, { width: 320, height: 800 });
        expect([await overflow(tab.page), await objections(tab.page)]).toEqual([0, []]);
        await resize(tab.page, { width: 1024, height: 768 });
        expect(await objections(tab.page)).toEqual([]);
      }
      await dress(tab, { language: 'en', theme: 'light' });
    });

    it('gives up the run when the page is left', async () => {
      const pid = daemon.pid ?? 0;
      await visit(tab, 'tokens');
      const [begun, failed]: string[][] = [[], []];
      tab.page.on('request', (request) => begun?.push(request.url()));
      tab.page.on('requestfailed', (request) => failed?.push(request.url()));
      process.kill(pid, 'SIGSTOP');
      try {
        await goTo(tab, 'doctor');
        const asked = await until('the doctor is asked', () => begun?.find((url) => url.includes('/v1/diagnostics')));
        await goTo(tab, 'tokens');
        await until('the request is called off', () => failed?.find((url) => url === asked));
      } finally {
        process.kill(pid, 'SIGCONT');
        tab.page.removeAllListeners('request');
        tab.page.removeAllListeners('requestfailed');
      }
    });

    it('says so when Signet stops in the middle, and keeps what was found', async () => {
      await visit(tab, 'doctor');
      await waitForText(tab.page, 'Everything is fine');
      process.kill(daemon.pid ?? 0, 'SIGSTOP');
      await press(tab.page, 'Look again');
      await waitForText(tab.page, 'Signet is looking');
      await daemon.kill9();
      await waitForText(tab.page, 'Signet stopped in the middle');
      await waitForText(tab.page, 'Signet does not answer.');
      expect(await tab.page.$$eval('.area', (found) => found.length)).toBeGreaterThan(5);
      expect(await objections(tab.page)).toEqual([]);
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});
