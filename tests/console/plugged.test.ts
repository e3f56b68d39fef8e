import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import {
  BROWSERS,
  enterConsole,
  missing,
  objections,
  press,
  settled,
  startBrowser,
  type TestBrowser,
  waitForText,
} from './browser.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('what is plugged in, in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on the fault shim', () => {
    let shim: Shimmed;
    let daemon: TestDaemon;
    let browser: TestBrowser;

    beforeAll(async () => {
      shim = await shimmed();
      shim.control.set('pinpad enter');
      daemon = await startTestDaemon({ drivers: [shim.driver] });
      browser = await startBrowser(name);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await daemon.dispose();
      shim.dispose();
    });

    it('lets a PIN be typed on the reader and nowhere else', async () => {
      const { page } = await enterConsole(browser, daemon);
      await settled(page);
      await press(page, 'Enter the PIN');
      await waitForText(page, 'Type on the reader');
      expect(await page.$('dialog input')).toBeNull();
      expect(await objections(page)).toEqual([]);
      await press(page, 'Start on the reader');
      await waitForText(page, 'PIN accepted: Signet test');
      await page.close();
    });

    it('follows a token that is taken out and put back', async () => {
      const { page } = await enterConsole(browser, daemon);
      await settled(page);
      await waitForText(page, 'Signet test');
      shim.control.set('token-gone reader');
      await waitForText(page, 'No card or key is plugged in');
      expect(await objections(page)).toEqual([]);
      shim.control.set();
      await waitForText(page, 'Signet test');
      await page.close();
    });
  });
});
