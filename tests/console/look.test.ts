import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import {
  type ConsoleTab,
  dress,
  enterConsole,
  LANGUAGES,
  missing,
  objections,
  overflow,
  resize,
  startBrowser,
  type TestBrowser,
  visit,
} from './browser.ts';

const absent = missing('chromium');
const WIDTHS = [320, 1024, 3840];

describe.skipIf(absent !== undefined)(`every page of the console ${absent ?? ''}`, () => {
  let token: SoftHsm;
  let daemon: TestDaemon;
  let browser: TestBrowser;
  let tab: ConsoleTab;
  let paths: string[];

  beforeAll(async () => {
    token = await createSoftHsm();
    daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
    browser = await startBrowser('chromium');
    tab = await enterConsole(browser, daemon);
    const links = await tab.page.$$eval('nav a', (found) => found.map((link) => link.getAttribute('href') ?? ''));
    paths = [...links.map((link) => link.replace('#/', '')), 'sign/verify', 'no-such-page'];
  });
  afterAll(async () => {
    await browser[Symbol.asyncDispose]();
    await daemon.dispose();
    token.dispose();
  });

  it('is in the navigation', () => {
    expect(paths).toEqual(expect.arrayContaining(['tokens', 'certificates', 'sign']));
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    it.each(['light', 'dark'] as const)('gives axe-core nothing to object to (%s)', async (theme) => {
      await dress(tab, { language, theme });
      // Each theme at each width once; texts of another length at the width that is the harder for them.
      for (const width of language === 'en' ? [320, 1280] : [theme === 'light' ? 320 : 1280]) {
        await resize(tab.page, { width, height: 800 });
        for (const path of paths) {
          await visit(tab, path);
          expect([path, width, await objections(tab.page)]).toEqual([path, width, []]);
        }
      }
    });

    it('has every text, and is never wider than the window', async () => {
      await dress(tab, { language, theme: 'light' });
      for (const path of paths) {
        await visit(tab, path);
        const text = await tab.page.evaluate(() => {
          for (const details of document.querySelectorAll<HTMLDetailsElement>('main details')) details.open = true;
          return document.body.textContent;
        });
        expect([path, text.match(/\b(console|pin|help)\.\w+\.\w+/g)]).toEqual([path, null]);
        for (const width of WIDTHS) {
          await resize(tab.page, { width, height: 900 });
          expect([path, width, await overflow(tab.page)]).toEqual([path, width, 0]);
        }
      }
    });
  });

  it('had no error and asked nobody outside', () => {
    expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
  });
});
