import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { BROWSERS, enterConsole, missing, settled, startBrowser, type TestBrowser, waitForText } from './browser.ts';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))(
  'a daemon that is away, in $name',
  ({ name, absent }) => {
    describe.skipIf(absent !== undefined)(absent ?? 'is missed', () => {
      let daemon: TestDaemon;
      let token: SoftHsm;
      let browser: TestBrowser;

      beforeAll(async () => {
        token = await createSoftHsm();
        daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], child: true });
        browser = await startBrowser(name);
      });
      afterAll(async () => {
        await browser[Symbol.asyncDispose]();
        await daemon.dispose();
        token.dispose();
      });

      it('is said to be away, what was seen stays, and a new one asks for a new code', async () => {
        const { page, outside } = await enterConsole(browser, daemon);
        await settled(page);
        await waitForText(page, 'Signet test');
        await daemon.kill9();
        await waitForText(page, 'Signet does not answer.');
        await waitForText(page, 'Signet test');
        const { home, port } = daemon;
        daemon = await startTestDaemon({
          home,
          drivers: [{ path: token.library, environment: token.env }],
          settings: { port },
          child: true,
        });
        expect(daemon.port).toBe(port);
        // It may have found it by itself already.
        await page.evaluate(() => document.querySelector<HTMLElement>('.banner button')?.click());
        await waitForText(page, 'Your session has ended');
        expect(outside).toEqual([]);
        await page.close();
      });
    });
  },
);
