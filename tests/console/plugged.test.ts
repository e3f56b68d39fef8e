import { describe, expect, it } from 'vitest';
import { shimmed } from '../fixture/index.ts';
import { BROWSERS, enterConsole, missing, objections, press, settled, waitForText } from './browser.ts';
import { setScene } from './scene.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('what is plugged in, in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on the fault shim', () => {
    const at = setScene(name, {
      token: async () => {
        const shim = await shimmed();
        shim.control.set('pinpad enter');
        return shim;
      },
    });

    it('lets a PIN be typed on the reader and nowhere else', async () => {
      const { page } = await enterConsole(at.browser, at.daemon);
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
      const { page } = await enterConsole(at.browser, at.daemon);
      await settled(page);
      await waitForText(page, 'Signet test');
      at.token.control.set('token-gone reader');
      await waitForText(page, 'No card or key is plugged in');
      expect(await objections(page)).toEqual([]);
      at.token.control.set();
      await waitForText(page, 'Signet test');
      await page.close();
    });
  });
});
