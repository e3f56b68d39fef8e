import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, USER_PIN, until } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  enterConsole,
  languagesIn,
  missing,
  objections,
  press,
  visit,
  waitForText,
} from './browser.ts';
import { looksWell } from './looks.ts';
import { openTab, setScene } from './scene.ts';

const PAIRS = 60;
const sentences = ({ page }: ConsoleTab) => page.$$eval('.entry-said', (found) => found.map((sentence) => sentence.textContent));

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the audit in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'of a daemon', () => {
    const at = setScene(name, { token: createSoftHsm, child: true });
    beforeAll(async () => {
      for (let n = 0; n < PAIRS; n += 1) {
        await at.daemon.client(`program-${n}`, 'status');
        await at.daemon.call('DELETE', `/v1/clients/program-${n}`);
      }
    });
    openTab(at);

    it('tells the newest first, in sentences, and that the record is whole', async () => {
      await visit(at.tab, 'audit');
      await waitForText(at.tab.page, 'The record is whole');
      const told = await sentences(at.tab);
      expect(told).toHaveLength(100);
      expect(told[0]).toBe('This console was opened.');
      expect(told[1]).toBe(`The access of the program program-${PAIRS - 1} was ended.`);
      const { when, shown } = await at.tab.page.$eval('.entry time', (time) => ({
        when: time.getAttribute('title') ?? '',
        shown: time.textContent,
      }));
      expect(new Date(when).toISOString()).toBe(when);
      expect(shown).not.toContain('T');
    });

    it('reads older ones until the beginning', async () => {
      await press(at.tab.page, 'Older entries');
      await waitForText(at.tab.page, 'This is where the record begins.');
      const told = await sentences(at.tab);
      expect(told).toHaveLength(2 * PAIRS + 1);
      expect(told.at(-1)).toBe('The program program-0 was given access.');
    });

    it('offers a login that was just made, and moves nothing until it is asked for', async () => {
      const before = await sentences(at.tab);
      await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: USER_PIN });
      await waitForText(at.tab.page, 'Show 1 new entry');
      expect(await sentences(at.tab)).toEqual(before);
      expect(await objections(at.tab.page)).toEqual([]);
      await press(at.tab.page, 'Show 1 new entry');
      await waitForText(at.tab.page, 'The PIN of Signet test was entered.');
      expect((await sentences(at.tab))[0]).toBe('The PIN of Signet test was entered.');
    });

    it('filters by words, by what was asked for and by how it ended', async () => {
      const { page } = at.tab;
      await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: '999999' });
      await visit(at.tab, 'tokens');
      await visit(at.tab, 'audit');
      await page.type('input[type="search"]', 'program-59 access');
      await waitForText(page, '2 of 100 entries read so far');
      await page.$eval('input[type="search"]', (input) => (input as HTMLInputElement).select());
      await page.keyboard.press('Backspace');
      const [what, how] = await page.$$('.audit-filter select');
      await what?.select('clients.add');
      await page.waitForFunction(() =>
        [...document.querySelectorAll('.entry-said')].every((each) => /was given access/.test(each.textContent)),
      );
      await what?.select('');
      await how?.select('rejected');
      await waitForText(page, '1 of 100 entries');
      expect(await sentences(at.tab)).toEqual(['A PIN was entered for Signet test, but not accepted.']);
      await page.type('input[type="search"]', 'nowhere');
      await waitForText(page, 'No entry fits');
    });

    it('saves what is read as JSON', async () => {
      await visit(at.tab, 'tokens');
      await visit(at.tab, 'audit');
      await press(at.tab.page, 'Save what is read (JSON)');
      const saved = await until('the file is saved', () => {
        const file = readdirSync(at.browser.downloads).find((each) => /^signet-audit-.*\.json$/.test(each));
        try {
          return file === undefined ? undefined : JSON.parse(readFileSync(join(at.browser.downloads, file), 'utf8'));
        } catch {
          return undefined;
        }
      });
      expect(saved.sound).toBe(true);
      expect(saved.entries).toHaveLength(100);
      expect(saved.entries[0].seq - saved.entries[99].seq).toBe(99);
    });

    it.each(languagesIn(name))('has nothing for axe-core to object to and fits 320 pixels, in %s', async (language) => {
      await looksWell(at.tab, 'audit', language, { first: () => at.tab.page.click('.entry summary') });
      expect((await sentences(at.tab)).filter((each) => /\w+\.\w+\.\w+|\{\{/.test(each))).toEqual([]);
    });

    it('says that a record was altered, and shows an action it does not know by its code', async () => {
      await at.daemon.stop();
      const database = new DatabaseSync(join(at.daemon.stateDir, 'signet.db'));
      database.exec(
        "INSERT INTO audit (at, caller, action, outcome, detail, chain) VALUES ('2026-01-02T03:04:05.678Z', 'local', 'future.thing', 'odd', '{}', 'forged')",
      );
      database.close();
      const { home } = at.daemon;
      at.daemon = await startTestDaemon({ home, drivers: [at.token.driver], child: true });
      const own = await enterConsole(at.browser, at.daemon, { language: 'en', theme: 'light' });
      await visit(own, 'audit');
      await waitForText(own.page, 'The record is not whole');
      expect((await sentences(own))[1]).toBe('future.thing');
      await waitForText(own.page, 'odd');
      expect(await objections(own.page)).toEqual([]);
      expect({ errors: own.errors, outside: own.outside }).toEqual({ errors: [], outside: [] });
    });
  });
});
