import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { missing as lockMissing, OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import { SO_PIN, startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  enterConsole,
  missing,
  objections,
  press,
  settled,
  startBrowser,
  type TestBrowser,
  typeSecret,
  waitForText,
} from './browser.ts';
import { downloaded } from './downloaded.ts';

/** What a caller waits after two wrong PINs in a row, with a little to spare. */
const WAIT = 3_100;
const WHOLE = 110_000;

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) ?? lockMissing() })))(
  'the way out in $name',
  ({ name, absent }) => {
    it.skipIf(absent !== undefined)(
      `leads from a right PIN through three wrong ones to a case and its papers ${absent ?? ''}`,
      { timeout: WHOLE },
      async () => {
        const daemon = await startTestDaemon({
          drivers: [{ path: OPENCRYPTOKI_LIBRARY }],
          inOpencryptoki: true,
          keys: [{ kind: 'rsa2048', label: 'Camille Martin, O=Certigna' }],
        });
        const browser = await startBrowser(name);
        try {
          const tab = await enterConsole(browser, daemon);
          await settled(tab.page);
          await signIn(tab);
          await block(tab, daemon);
          await openCase(tab, daemon);
          await refusesToPostEarly(tab);
          await makesPapers(tab, browser, daemon);
          await stepByStep(tab);
          await closes(tab, daemon);
          expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
        } finally {
          await browser[Symbol.asyncDispose]();
          await daemon.dispose();
        }
      },
    );
  },
);

async function signIn({ page }: ConsoleTab): Promise<void> {
  await press(page, 'Enter the PIN');
  await typeSecret(page, USER_PIN);
  await page.keyboard.press('Enter');
  await waitForText(page, 'PIN accepted: Signet locking');
  await press(page, 'Log out');
  await waitForText(page, '3 of 3 tries left');
}

async function block({ page }: ConsoleTab, daemon: TestDaemon): Promise<void> {
  await press(page, 'Enter the PIN');
  for (const [used, pin] of [
    [1, '111111'],
    [2, '222222'],
  ] as const) {
    await typeSecret(page, pin);
    await page.keyboard.press('Enter');
    await page.waitForFunction((count: number) => document.querySelectorAll('dialog .key.used').length === count, {}, used);
  }
  await page.waitForSelector('dialog:not(:has([aria-busy="true"]))');
  await page.keyboard.press('Escape');
  await waitForText(page, 'Last try');
  await mayTryAgain(daemon);
  await press(page, 'Enter the PIN');
  await waitForText(page, 'This is the last try');
  expect(await page.$('dialog input[type="password"]')).toBeNull();
  expect(await objections(page)).toEqual([]);
  expect(await page.$eval('dialog .button.danger', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
  await page.click('.agree input');
  await press(page, 'Use the last try');
  await typeSecret(page, '333333');
  await page.keyboard.press('Enter');
  await waitForText(page, 'Signet locking is blocked');
  await waitForText(page, 'Unblock a Certigna key after three wrong PINs');
  expect(await page.$$eval('.blocked .key.used', (found) => found.length)).toBe(3);
  await waitForText(page, 'Told by the card');
  expect(await objections(page)).toEqual([]);
  const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
  expect(pin).toMatchObject({ state: 'locked', basis: 'token' });
}

async function mayTryAgain(daemon: TestDaemon): Promise<void> {
  const { entries } = (await daemon.call('GET', '/v1/audit')).json as { entries: { action: string; at: string }[] };
  const last = Date.parse(entries.find(({ action }) => action === 'pin.login')?.at ?? '');
  await until('the console may try again', () => (Date.now() > last + WAIT ? true : undefined));
}

async function openCase({ page }: ConsoleTab, daemon: TestDaemon): Promise<void> {
  await press(page, 'Open a case');
  await waitForText(page, 'What to do now');
  const [one] = (await daemon.call('GET', '/v1/cases')).json.cases;
  expect(one).toMatchObject({
    procedureId: 'certigna.unblock',
    opened: { how: 'blocked' },
    token: { label: 'Signet locking' },
  });
  expect(await page.evaluate(() => location.hash)).toBe(`#/cases/${one.id}`);
  expect(await page.$eval('#next-title', (title) => title.textContent)).toBe('Send the unblocking request by e-mail.');
  expect(await objections(page)).toEqual([]);
}

/** Opens the details of a step and presses one of its buttons. */
async function pressInStep({ page }: ConsoleTab, number: number, text: string): Promise<void> {
  const step = await page.waitForSelector(`.walk-step:nth-child(${number})`);
  await step?.$eval('details', (details) => {
    details.open = true;
  });
  const buttons = (await step?.$$('button')) ?? [];
  for (const button of buttons) {
    if ((await button.evaluate((each) => each.textContent?.trim())) === text) return button.click();
  }
  throw new Error(`no button “${text}” in step ${number}`);
}

async function refusesToPostEarly(tab: ConsoleTab): Promise<void> {
  const { page } = tab;
  await waitForText(page, 'Wait until the unblocking request has been validated before you send the file.');
  await pressInStep(tab, 2, 'I have done this');
  await page.waitForSelector('dialog input[type="date"]');
  await press(page, 'Record');
  await waitForText(page, 'It is too early for this step');
  expect(await page.$eval('dialog [role="alert"]', (box) => box.textContent)).toContain(
    'Wait until the unblocking request has been validated before you send the file.',
  );
  expect(await objections(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.waitForFunction(() => document.querySelector('dialog') === null);
}

async function makesPapers({ page }: ConsoleTab, browser: TestBrowser, daemon: TestDaemon): Promise<void> {
  await press(page, 'Fill in');
  await page.waitForSelector('dialog textarea');
  await page.type('dialog textarea', '5 rue des Lilas\n45000 Orléans');
  await press(page, 'Save');
  await page.waitForFunction(() => document.querySelector('dialog') === null);
  await press(page, 'Save the papers (PDF)');
  const pdf = await downloaded(browser, '.pdf', '%%EOF');
  const { stdout, status } = spawnSync('pdftotext', ['-layout', pdf, '-'], { encoding: 'utf8' });
  expect(status).toBe(0);
  const { serial } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
  for (const text of ['Camille Martin', '45000 Orléans', serial, 'DHIMYOTIS', '59650 VILLENEUVE D', '60.00']) {
    expect(stdout).toContain(text);
  }
  expect(stdout).not.toContain(USER_PIN);
  await press(page, 'Save the e-mail (.eml)');
  const eml = readFileSync(await downloaded(browser, '.eml'), 'utf8');
  expect(eml).toMatch(/^To: .*partenaires@certigna\.fr/m);
  expect(eml).toContain('X-Unsent: 1');
}

/** Presses a button from within the page: once Firefox has downloaded something, each click of its driver takes twice as long as the one before. */
async function activate(page: ConsoleTab['page'], selector: string): Promise<void> {
  await page.waitForSelector(selector);
  await page.$eval(selector, (button) => (button as HTMLButtonElement).click());
}

async function stepByStep(tab: ConsoleTab): Promise<void> {
  const { page } = tab;
  expect(await page.$eval('.next-step .button.primary', (button) => button.textContent)).toBe('I have done my part');
  await activate(page, '.next-step .button.primary');
  await activate(page, 'dialog [type="submit"]');
  await waitForText(page, 'Waiting for an answer');
  expect(await objections(page)).toEqual([]);
  await page.waitForFunction(() => document.querySelector('dialog') === null);
  await activate(page, '.next-step .button.primary');
  await waitForText(page, 'When did it come?');
  await activate(page, 'dialog [type="submit"]');
  await page.waitForFunction(
    () => document.querySelector('#next-title')?.textContent === 'Send the complete file and the key by post.',
  );
  await page.waitForFunction(() => document.querySelector('dialog') === null);
  await activate(page, '.next-step .button.primary');
  await activate(page, 'dialog [type="submit"]');
  await waitForText(page, 'No step is left. The case can be closed.');
}

async function closes({ page }: ConsoleTab, daemon: TestDaemon): Promise<void> {
  const unblocked = await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/unblock`, { puk: SO_PIN, newPin: '246810' });
  expect(unblocked.status).toBe(200);
  await waitForText(page, 'The card or key is no longer blocked. The case can be closed.');
  await page.waitForFunction(() => document.querySelector('dialog') === null);
  await activate(page, '.box.good .button.primary');
  await waitForText(page, 'How did it end?');
  await activate(page, 'dialog [type="submit"]');
  await waitForText(page, 'This case is closed: solved.');
  const [one] = (await daemon.call('GET', '/v1/cases')).json.cases;
  expect(one).toMatchObject({ state: 'closed', outcome: 'solved', steps: { over: 2, total: 2 } });
  expect(await objections(page)).toEqual([]);
}
