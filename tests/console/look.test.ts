import { beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { dress, LANGUAGES, missing, objections, overflow, resize, visit } from './browser.ts';
import { openTab, setScene } from './scene.ts';

const absent = missing('chromium');
const WIDTHS = [320, 1024, 3840];

describe.skipIf(absent !== undefined)(`every page of the console ${absent ?? ''}`, () => {
  const at = setScene('chromium', { token: createSoftHsm });
  let paths: string[];
  openTab(at);
  beforeAll(async () => {
    const links = await at.tab.page.$$eval('nav a', (found) => found.map((link) => link.getAttribute('href') ?? ''));
    paths = [...links.map((link) => link.replace('#/', '')), 'sign/verify', 'no-such-page'];
  });

  it('is in the navigation', () => {
    expect(paths).toEqual(expect.arrayContaining(['tokens', 'certificates', 'sign']));
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    it.each(['light', 'dark'] as const)('gives axe-core nothing to object to (%s)', async (theme) => {
      await dress(at.tab, { language, theme });
      // Each theme at each width once; texts of another length at the width that is the harder for them.
      for (const width of language === 'en' ? [320, 1280] : [theme === 'light' ? 320 : 1280]) {
        await resize(at.tab.page, { width, height: 800 });
        for (const path of paths) {
          await visit(at.tab, path);
          expect([path, width, await objections(at.tab.page)]).toEqual([path, width, []]);
        }
      }
    });

    it('has every text, and is never wider than the window', async () => {
      await dress(at.tab, { language, theme: 'light' });
      for (const path of paths) {
        await visit(at.tab, path);
        const text = await at.tab.page.evaluate(() => {
          for (const details of document.querySelectorAll<HTMLDetailsElement>('main details')) details.open = true;
          return document.body.textContent;
        });
        expect([path, text.match(/\b(console|pin|help)\.\w+\.\w+/g)]).toEqual([path, null]);
        for (const width of WIDTHS) {
          await resize(at.tab.page, { width, height: 900 });
          expect([path, width, await overflow(at.tab.page)]).toEqual([path, width, 0]);
        }
      }
    });
  });

  it('had no error and asked nobody outside', () => {
    expect({ errors: at.tab.errors, outside: at.tab.outside }).toEqual({ errors: [], outside: [] });
  });
});
