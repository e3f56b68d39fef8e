import { describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon } from '../fixture/index.ts';
import { BROWSERS, enterConsole, missing, settled, waitForText } from './browser.ts';
import { setScene } from './scene.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))(
  'a daemon that is away, in $name',
  ({ name, absent }) => {
    describe.skipIf(absent !== undefined)(absent ?? 'is missed', () => {
      const at = setScene(name, { token: createSoftHsm, child: true });

      it('is said to be away, what was seen stays, and a new one asks for a new code', async () => {
        const { page, outside } = await enterConsole(at.browser, at.daemon);
        await settled(page);
        await waitForText(page, 'Signet test');
        await at.daemon.kill9();
        await waitForText(page, 'Signet does not answer.');
        await waitForText(page, 'Signet test');
        const { home, port } = at.daemon;
        at.daemon = await startTestDaemon({
          home,
          drivers: [at.token.driver],
          settings: { port },
          child: true,
        });
        expect(at.daemon.port).toBe(port);
        // It may have found it by itself already.
        await page.evaluate(() => document.querySelector<HTMLElement>('.banner button')?.click());
        await waitForText(page, 'Your session has ended');
        expect(outside).toEqual([]);
        await page.close();
      });
    });
  },
);
