import { statSync } from 'node:fs';
import { join } from 'node:path';
import { OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import { startTestDaemon } from '../fixture/index.ts';
import { enterConsole, resize, settled, startBrowser, waitForText } from './browser.ts';

// Makes docs/images/console.png, by hand: a token that three wrong PINs have really blocked, and its issuer's way out.

const FILE = join(import.meta.dirname, '../../docs/images/console.png');
const WIDTH = 1200;
const WRONG = ['111111', '222222'];
const LAST = '333333';

const daemon = await startTestDaemon({
  drivers: [{ path: OPENCRYPTOKI_LIBRARY }],
  inOpencryptoki: true,
  keys: [{ kind: 'rsa2048', label: 'Camille Martin, O=Certigna' }],
});
const browser = await startBrowser('chromium');
try {
  const address = `/v1/tokens/${daemon.tokenId}`;
  // Another caller at first: one who was wrong twice in a row has to wait, and only a person's own program uses the last try.
  const other = daemon.as(await daemon.client('picture', 'status', 'pin'));
  for (const pin of WRONG) await other('POST', `${address}/login`, { pin });
  const { consent } = (await daemon.call('POST', `${address}/final-try-consent`, { kind: 'pin' })).json;
  await daemon.call('POST', `${address}/login`, { pin: LAST, finalTryConsent: consent });
  const { page } = await enterConsole(browser, daemon, { language: 'en', theme: 'light', width: WIDTH, height: 800 });
  await settled(page);
  await page.waitForSelector('.blocked .steps');
  await waitForText(page, 'Certigna');
  // Down to the end of the first step, so that no line is cut through.
  const height = await page.$eval('.blocked .steps > li', (step) => Math.round(step.getBoundingClientRect().bottom) + 8);
  await resize(page, { width: WIDTH, height });
  await page.screenshot({ path: FILE });
} finally {
  await browser[Symbol.asyncDispose]();
  await daemon.dispose();
}
process.stdout.write(`${FILE}: ${Math.round(statSync(FILE).size / 1_024)} KiB\n`);
