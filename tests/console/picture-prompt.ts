import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { practiceLayout } from '../../src/practice/layout.ts';
import { findSoftHsm } from '../../src/practice/library.ts';
import { ask, startTestDaemon } from '../fixture/index.ts';
import { enterConsole, press, resize, settled, startBrowser } from './browser.ts';

// Makes docs/images/prompt.png, by hand: a site that was allowed wants a signature, and Signet asks for the PIN.

const FILE = join(import.meta.dirname, '../../docs/images/prompt.png');
const SITE = 'https://sede.alcorcon.example';
const HEADERS = { origin: SITE, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const WIDTH = 680;
const MARGIN = 170;

const armed = (page: Page, kind: string) => page.waitForSelector(`.prompt[data-kind="${kind}"][data-armed="true"]`);

const stateDir = mkdtempSync(join(tmpdir(), 'signet-picture-'));
const library = findSoftHsm() ?? '';
execFileSync(process.execPath, [join(import.meta.dirname, '../practice/once.ts'), stateDir, library]);
const daemon = await startTestDaemon({
  drivers: [{ path: library, environment: { SOFTHSM2_CONF: practiceLayout(stateDir).conf } }],
  settings: { prompt: { faces: ['console'] } },
});
const browser = await startBrowser('chromium');
try {
  const site = async (act: string, body: unknown) => {
    const answer = await ask(daemon, { method: 'POST', path: `/v1/site/${act}`, body, headers: HEADERS });
    if (answer.status !== 200 && act !== 'sign') throw new Error(answer.text);
    return answer.json;
  };
  const { page } = await enterConsole(browser, daemon, { language: 'en', theme: 'light', width: 900, height: 900 });
  const paired = site('pairing', { rights: ['certificates', 'sign'] });
  await armed(page, 'pair');
  await press(page, 'Allow for 90 days');
  await paired;
  const shown = site('certificates', { purpose: 'sign' });
  await armed(page, 'certificate');
  await page.$$eval('.prompt-choice input', ([first]) => (first as HTMLInputElement | undefined)?.click());
  await page.waitForSelector('.prompt .actions button.primary:enabled');
  await page.click('.prompt .actions button.primary');
  const { certificate } = await shown;
  const digest = createHash('sha256').update('the form as it was sent').digest('base64');
  const signed = site('sign', { algorithm: 'RS256', digest, documentName: 'Solicitud de empadronamiento.pdf', certificate });
  await armed(page, 'pin');
  await settled(page);
  // As high as the question, which is a window on a page of its own size otherwise.
  const height = await page.$eval('.prompt', ({ scrollHeight }) => scrollHeight);
  await resize(page, { width: WIDTH, height: height + MARGIN });
  await page.screenshot({ path: FILE });
  await page.keyboard.press('Escape');
  await signed;
} finally {
  await browser[Symbol.asyncDispose]();
  await daemon.dispose();
  rmSync(stateDir, { recursive: true });
}
process.stdout.write(`${FILE}: ${Math.round(statSync(FILE).size / 1_024)} KiB\n`);
