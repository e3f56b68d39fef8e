import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { until } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  dress,
  languagesIn,
  missing,
  objections,
  press,
  settled,
  visit,
  waitForText,
} from './browser.ts';
import { looksWell } from './looks.ts';
import { openTab, setScene } from './scene.ts';

const verdict = (tab: ConsoleTab) => tab.page.$eval('#verdict', (heading) => heading.textContent);
const goTo = (tab: ConsoleTab, path: string) =>
  tab.page.evaluate((hash: string) => {
    location.hash = hash;
  }, `#/${path}`);

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the doctor in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'with a healthy token', () => {
    const at = setScene(name, { token: createSoftHsm, child: true });
    openTab(at);

    it('runs when the page is come to, to its end, and says that all is fine', async () => {
      await visit(at.tab, 'doctor');
      await waitForText(at.tab.page, 'Everything is fine');
      const areas = await at.tab.page.$$eval('.area h2', (found) => found.map((heading) => heading.textContent));
      expect(areas).toEqual(expect.arrayContaining(['This computer', 'Signet itself', 'Card software', 'PINs', 'Certificates']));
      const words = await at.tab.page.$$eval('.finding .badge', (found) => found.map((badge) => badge.textContent));
      expect(new Set(words)).toContain('Fine');
      expect(words).not.toContain('Not working');
      // Each finding has a shape as well as a word.
      expect(await at.tab.page.$$eval('.finding .shape', (found) => found.length)).toBe(words.length);
    });

    it('makes one check alone, and only that one', async () => {
      const asked: string[] = [];
      at.tab.page.on('request', (request) => asked.push(new URL(request.url()).search));
      await press(at.tab.page, 'Show every check');
      await at.tab.page.click('[aria-label="Look at this again: The PIN is not blocked"]');
      await until('the check is asked for', () => asked.find((each) => each === '?check=pin.locked'));
      await settled(at.tab.page);
      expect(asked).not.toContain('');
      expect(await verdict(at.tab)).toBe('Everything is fine');
      at.tab.page.removeAllListeners('request');
    });

    it('copies the report as text, with an end line', async () => {
      await at.tab.page.evaluate(() => {
        Object.defineProperty(navigator.clipboard, 'writeText', {
          value: (text: string) => {
            document.body.dataset.copied = text;
            return Promise.resolve();
          },
        });
      });
      await press(at.tab.page, 'Copy as text');
      await waitForText(at.tab.page, 'The report is copied.');
      const text = await at.tab.page.evaluate(() => document.body.dataset.copied ?? '');
      expect(text).toMatch(/^Signet \d+\.\d+\.\d+.*, doctor, /);
      expect(text).toContain('[Fine] The PIN is not blocked (pin.locked)');
      expect(text.trimEnd().split('\n').at(-1)).toBe('End of diagnostics.');
    });

    it('makes a support bundle, shows it whole and saves it', async () => {
      await press(at.tab.page, 'Make a support bundle');
      await waitForText(at.tab.page, 'Number to read over the phone');
      await press(at.tab.page, 'Save the bundle (zip)');
      const file = await until('the archive is saved', () =>
        readdirSync(at.browser.downloads).find((each) => /^signet-bundle-.*\.zip$/.test(each)),
      );
      await until('it is whole', () => (readFileSync(join(at.browser.downloads, file)).length > 1_000 ? true : undefined));
      expect(readFileSync(join(at.browser.downloads, file)).subarray(0, 2).toString()).toBe('PK');
    });

    it.each(languagesIn(name))('has nothing for axe-core to object to and fits 320 pixels, in %s', async (language) => {
      const first = () => at.tab.page.click('.actions [aria-expanded]');
      await looksWell(at.tab, 'doctor', language, { first, wide: true });
      await dress(at.tab, { language: 'en', theme: 'light' });
    });

    it('gives up the run when the page is left', async () => {
      const pid = at.daemon.pid ?? 0;
      await visit(at.tab, 'tokens');
      const [begun, failed]: string[][] = [[], []];
      at.tab.page.on('request', (request) => begun?.push(request.url()));
      at.tab.page.on('requestfailed', (request) => failed?.push(request.url()));
      process.kill(pid, 'SIGSTOP');
      try {
        await goTo(at.tab, 'doctor');
        const asked = await until('the doctor is asked', () => begun?.find((url) => url.includes('/v1/diagnostics')));
        await goTo(at.tab, 'tokens');
        await until('the request is called off', () => failed?.find((url) => url === asked));
      } finally {
        process.kill(pid, 'SIGCONT');
        at.tab.page.removeAllListeners('request');
        at.tab.page.removeAllListeners('requestfailed');
      }
    });

    it('says so when Signet stops in the middle, and keeps what was found', async () => {
      await visit(at.tab, 'doctor');
      await waitForText(at.tab.page, 'Everything is fine');
      process.kill(at.daemon.pid ?? 0, 'SIGSTOP');
      await press(at.tab.page, 'Look again');
      await waitForText(at.tab.page, 'Signet is looking');
      await at.daemon.kill9();
      await waitForText(at.tab.page, 'Signet stopped in the middle');
      await waitForText(at.tab.page, 'Signet does not answer.');
      expect(await at.tab.page.$$eval('.area', (found) => found.length)).toBeGreaterThan(5);
      expect(await objections(at.tab.page)).toEqual([]);
      expect({ errors: at.tab.errors, outside: at.tab.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});
