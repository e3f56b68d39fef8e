import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HTTPRequest } from 'puppeteer-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import {
  BROWSERS,
  type ConsoleTab,
  choose,
  dress,
  drop,
  enterConsole,
  LANGUAGES,
  missing,
  objections,
  overflow,
  press,
  resize,
  settled,
  startBrowser,
  visit,
  waitForFocus,
  waitForText,
} from './browser.ts';
import { downloaded } from './downloaded.ts';
import { openTab, openTabs, setScene } from './scene.ts';

const MARKUP = '<img src=x onerror="window.struck=1"><script>window.struck=1</script>';

async function openCase(daemon: TestDaemon, body: object = {}): Promise<string> {
  const { json } = await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock', language: 'en', ...body });
  return json.id;
}

/** The text that the focused element is known by. */
function focused({ page }: ConsoleTab): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
}

/** Presses Tab until a button with this text has the focus. */
async function tabTo(tab: ConsoleTab, text: string): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    await tab.page.keyboard.press('Tab');
    if ((await focused(tab)) === text) return;
  }
  throw new Error(`“${text}” cannot be reached with Tab`);
}

function noDialog({ page }: ConsoleTab): Promise<unknown> {
  return page.waitForFunction(() => document.querySelector('dialog') === null);
}

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('cases in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on the page', () => {
    const at = setScene(name);
    // Comes after the tab is closed: hooks of this kind run backwards.
    afterEach(async () => {
      for (const { id, version } of (await at.daemon.call('GET', '/v1/cases')).json.cases) {
        await at.daemon.call('DELETE', `/v1/cases/${id}?version=${version}`);
      }
    });
    openTabs(at);

    const read = async (id: string) => (await at.daemon.call('GET', `/v1/cases/${id}`)).json;
    it('opens one by hand, by an issuer whose name was half typed and wrong', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'cases');
      await waitForText(page, 'No case is open');
      await press(page, 'Open a case');
      await waitForText(page, 'Who issued it?');
      await page.type('input[type="search"]', 'CÈRTINGA');
      await page.waitForFunction(() => document.querySelector('.issuers [role="status"]')?.textContent === '3 procedures');
      expect(await page.$eval('.issuer-row h3', (title) => title.textContent)).toContain('Certigna');
      const [label, serial] = await page.$$('.two input');
      await label?.type('SafeNet 5110');
      await serial?.type('0234567');
      await page.evaluate(() => {
        const row = [...document.querySelectorAll('.issuer-row')].find((each) => /three wrong PINs/.test(each.textContent ?? ''));
        row?.querySelector('button')?.click();
      });
      await waitForText(page, 'What to do now');
      const [one] = (await at.daemon.call('GET', '/v1/cases')).json.cases;
      expect(one).toMatchObject({ procedureId: 'certigna.unblock', token: { label: 'SafeNet 5110', serial: '0234567' } });
      await page.type('.new-note textarea', 'Called them.');
      await visit(at.tab, 'cases');
      expect(await page.$eval('.case-row a', (link) => link.getAttribute('href'))).toBe(`#/cases/${one.id}`);
    });

    it('declares a loss: a case to revoke', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'cases/new/lost');
      await waitForText(page, 'A revoked certificate never comes back.');
      await page.type('input[type="search"]', 'certigna');
      await press(page, 'Open this case');
      await waitForText(page, 'What to do now');
      const [one] = (await at.daemon.call('GET', '/v1/cases')).json.cases;
      expect(one).toMatchObject({ purpose: 'revoke', opened: { how: 'lost' } });
    });

    it('is walked through with the keyboard alone', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      await visit(at.tab, `cases/${id}`);
      await waitForFocus(page, { selector: '#page-title' });
      for (const [button, title] of [
        ['I have done my part', 'Your part is done'],
        ['The answer has come', 'The answer has come'],
        ['I have done this', 'Done'],
      ] as const) {
        await tabTo(at.tab, button);
        await page.keyboard.press('Enter');
        await waitForText(page, `${title}: `);
        await waitForFocus(page, { selector: 'input[type="date"]' });
        await tabTo(at.tab, 'Record');
        await page.keyboard.press('Enter');
        await noDialog(at.tab);
        // What to do next is read out: the button that led here may be gone.
        await waitForFocus(page, { selector: '#next-title' });
      }
      await waitForText(page, 'No step is left.');
      await page.evaluate(() => document.querySelector<HTMLElement>('#page-title')?.focus());
      await tabTo(at.tab, 'Close the case');
      await page.keyboard.press('Enter');
      await waitForText(page, 'How did it end?');
      await tabTo(at.tab, 'Cancel');
      await tabTo(at.tab, 'Close the case');
      await page.keyboard.press('Enter');
      await waitForText(page, 'This case is closed: solved.');
      expect(await read(id)).toMatchObject({ state: 'closed', steps: { over: 2 } });
      await press(page, 'Reopen the case');
      await waitForText(page, 'The case was reopened.');
    });

    it('undoes a step, and says why another cannot be undone', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      let { version } = await read(id);
      for (const [step, state] of [
        ['request', 'waiting'],
        ['request', 'done'],
        ['post', 'done'],
      ]) {
        ({ version } = (await at.daemon.call('POST', `/v1/cases/${id}/steps/${step}`, { version, state })).json);
      }
      await visit(at.tab, `cases/${id}`);
      const undo = async (number: number) => {
        await page.$eval(`.walk-step:nth-child(${number}) details`, (details) => {
          details.open = true;
        });
        await page.$$eval(`.walk-step:nth-child(${number}) button`, (buttons) => {
          buttons.find((button) => button.textContent?.trim() === 'Undo')?.click();
        });
      };
      await undo(1);
      await waitForText(page, 'Other steps rest on this one');
      await undo(2);
      await page.waitForSelector('.walk-step:nth-child(2).ready');
      await undo(1);
      await page.waitForSelector('.walk-step:nth-child(1).waiting');
      expect((await read(id)).walk.map(({ state }: { state: string }) => state)).toEqual(['waiting', 'todo']);
    });

    it('sets a step aside that is not needed, once it has been said why', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon, { procedureId: 'camerfirma-alcorcon.renew' });
      await visit(at.tab, `cases/${id}`);
      await waitForText(page, 'The certificate has not expired yet.');
      const setAside = await page.waitForSelector('.next-step .button:nth-child(2)');
      expect(await setAside?.evaluate((button) => button.textContent)).toBe('Not needed here');
      await setAside?.click();
      await press(page, 'Record');
      await waitForText(page, 'Say in a note why the step is not needed');
      expect(await objections(page)).toEqual([]);
      await page.type('dialog textarea', 'It expired last week.');
      await press(page, 'Record');
      await noDialog(at.tab);
      await page.waitForSelector('.walk-step.not_needed');
      const [first] = (await read(id)).walk.filter(({ state }: { state: string }) => state === 'not_needed');
      expect(first).toMatchObject({ note: 'It expired last week.' });
    });

    it('shows what looks like markup as text, wherever somebody wrote it', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon, { token: { label: MARKUP, serial: MARKUP, manufacturer: '', model: '' } });
      await visit(at.tab, `cases/${id}`);
      await page.type('.new-note textarea', MARKUP);
      await press(page, 'Add the note');
      await page.waitForSelector('.notes li');
      expect(await page.$eval('.notes .written', (text) => text.textContent)).toBe(MARKUP);
      await press(page, 'Fill in');
      await page.waitForSelector('dialog input');
      await page.type('dialog input', MARKUP);
      await press(page, 'Save');
      await noDialog(at.tab);
      const { version } = await read(id);
      await at.daemon.call('POST', `/v1/cases/${id}/steps/request`, { version, note: MARKUP, reference: MARKUP });
      await page.waitForFunction(
        (text: string) => document.querySelector('.walk-body .written')?.textContent === text,
        {},
        MARKUP,
      );
      expect(await page.$eval('main', (main) => main.querySelectorAll('img, script').length)).toBe(0);
      await visit(at.tab, 'cases');
      await waitForText(page, MARKUP);
      expect(await page.evaluate(() => 'struck' in globalThis)).toBe(false);
    });

    it('keeps what was typed when the case changes meanwhile, shows what changed, and saves then', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      await visit(at.tab, `cases/${id}`);
      await press(page, 'Fill in');
      await page.waitForSelector('dialog input');
      await page.type('dialog input', 'Camille Martin');
      const { version } = await read(id);
      await at.daemon.call('POST', `/v1/cases/${id}/notes`, { version, text: 'From somebody else' });
      await waitForText(page, 'The case has changed meanwhile');
      await waitForText(page, 'A note was added.');
      expect(await objections(page)).toEqual([]);
      expect(await page.$eval('dialog input', (input) => (input as HTMLInputElement).value)).toBe('Camille Martin');
      await press(page, 'Save mine all the same');
      await noDialog(at.tab);
      expect(await read(id)).toMatchObject({ holder: { name: 'Camille Martin' }, notes: [{ text: 'From somebody else' }] });
    });

    it('is told by the daemon that it came too late, and loses nothing', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      await visit(at.tab, `cases/${id}`);
      await page.type('.new-note textarea', 'Mine, typed at leisure');
      let others = 0;
      await page.setRequestInterception(true);
      const first = async (request: HTTPRequest): Promise<void> => {
        if (request.method() === 'POST' && request.url().endsWith('/notes') && others === 0) {
          others += 1;
          await at.daemon.call('POST', `/v1/cases/${id}/notes`, { version: 1, text: 'Theirs, a moment before' });
        }
        await request.continue();
      };
      page.on('request', (request) => void first(request));
      await press(page, 'Add the note');
      await waitForText(page, 'What you typed is still here.');
      await waitForText(page, 'Theirs, a moment before');
      expect(await page.$eval('.new-note textarea', (area) => (area as HTMLTextAreaElement).value)).toBe(
        'Mine, typed at leisure',
      );
      await press(page, 'Add the note');
      await page.waitForFunction(() => document.querySelectorAll('.notes li').length === 2);
      expect(await page.$eval('.new-note textarea', (area) => (area as HTMLTextAreaElement).value)).toBe('');
    });

    it('takes files, gives them back, and says why it takes one not', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      await visit(at.tab, `cases/${id}`);
      await drop(page, 'Attach a file', { name: '../../Ma lettre.txt', text: 'Bonjour, voici ma lettre.\n' });
      await waitForText(page, 'Attached: Ma lettre.txt');
      await page.waitForSelector('[aria-label="Save Ma lettre.txt"]');
      await page.click('[aria-label="Save Ma lettre.txt"]');
      expect(readFileSync(await downloaded(at.browser, 'lettre.txt'), 'utf8')).toBe('Bonjour, voici ma lettre.\n');
      await drop(page, 'Attach a file', { name: 'page.html', text: '<!doctype html><script>alert(1)</script>' });
      await waitForText(page, 'This kind of file cannot be attached');
      expect(await objections(page)).toEqual([]);
      const large = join(at.browser.downloads, 'scan.pdf');
      writeFileSync(large, Buffer.alloc(10 * 1024 * 1024 + 1, '%PDF-1.7\n'));
      await choose(page, 'Attach a file', large);
      await waitForText(page, /scan\.pdf is larger than 10/);
      expect((await read(id)).files).toHaveLength(1);
      await page.click('[aria-label="Remove Ma lettre.txt"]');
      await waitForText(page, 'Remove this file?');
      await press(page, 'Remove for good');
      await waitForText(page, 'No file is attached yet.');
      expect((await read(id)).files).toEqual([]);
    });

    it('goes out as one file, is deleted only on purpose, and comes back in', async () => {
      const { page } = at.tab;
      const id = await openCase(at.daemon);
      await visit(at.tab, `cases/${id}`);
      await press(page, 'Save the whole case');
      const file = await downloaded(at.browser, '.signetcase');
      await press(page, 'Delete the case');
      await waitForText(page, `Delete case ${id}?`);
      expect(await page.$eval('dialog .button.danger', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
      expect(await objections(page)).toEqual([]);
      await page.click('.agree input');
      await press(page, 'Delete for good');
      await waitForText(page, 'No case is open');
      expect((await at.daemon.call('GET', `/v1/cases/${id}`)).status).toBe(404);
      await press(page, 'Bring in a case from a file');
      await drop(page, 'The file', { name: 'other.signetcase', text: 'not a case at all' });
      await waitForText(page, 'This is not a case that can be read in');
      await choose(page, 'The file', file);
      await waitForText(page, `The case is here: ${id}`);
      await waitForText(page, 'The case was read in from a file.');
    });

    it('says that a case is not there', async () => {
      await visit(at.tab, 'cases/000-0000');
      await waitForText(at.tab.page, 'There is no such case');
      expect(await objections(at.tab.page)).toEqual([]);
    });

    it('follows what others do with the list', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'cases');
      const id = await openCase(at.daemon);
      await waitForText(page, `Case ${id}`);
    });
  });
});

const absent = missing('chromium');

describe.skipIf(absent !== undefined)(`what Signet proposes ${absent ?? ''}`, () => {
  it('stands first, is opened or refused, and does not come again', async () => {
    const keys = [{ kind: 'rsa2048' as const, label: 'Camille Martin, O=Certigna', valid: [-700, 12] as const }];
    const token = await createSoftHsm({ keys });
    const daemon = await startTestDaemon({ drivers: [token.driver] });
    const browser = await startBrowser('chromium');
    try {
      // Two callers, because one that was wrong twice has to wait.
      const [first, second] = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
      const login = `/v1/tokens/${daemon.tokenId}/login`;
      for (const pin of ['111111', '222222']) expect((await first('POST', login, { pin })).status).toBe(403);
      const { consent } = (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`, { kind: 'pin' })).json;
      expect((await second('POST', login, { pin: '333333', finalTryConsent: consent })).status).toBe(423);
      const tab = await enterConsole(browser, daemon);
      const { page } = tab;
      await visit(tab, 'cases');
      const proposed = () => page.$$eval('.proposal-text', (texts) => texts.map((text) => text.textContent));
      await page.waitForFunction(() => document.querySelectorAll('.proposal').length === 2);
      expect(await proposed()).toEqual(['“Signet test” is blocked.', 'The certificate of Camille Martin ends in 11 days.']);
      expect(await objections(page)).toEqual([]);
      await press(page, 'Not needed');
      await waitForText(page, 'This will not be proposed again.');
      await page.waitForFunction(() => document.querySelectorAll('.proposal').length === 1);
      await page.click('.proposal .button.primary');
      await waitForText(page, 'What to do now');
      const [one] = (await daemon.call('GET', '/v1/cases')).json.cases;
      expect(one).toMatchObject({ procedureId: 'certigna.unblock', opened: { how: 'blocked' } });
      await visit(tab, 'cases');
      await page.waitForSelector('.case-row');
      expect(await proposed()).toEqual([]);
      expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
    } finally {
      await browser[Symbol.asyncDispose]();
      await daemon.dispose();
      token.dispose();
    }
  });
});

describe.skipIf(absent !== undefined)(`how cases look ${absent ?? ''}`, () => {
  const at = setScene('chromium');
  let paths: string[];
  openTab(at);
  beforeAll(async () => {
    const [fresh, waiting, closed] = [await openCase(at.daemon), await openCase(at.daemon), await openCase(at.daemon)];
    const long = 'W'.repeat(180);
    await at.daemon.call('PATCH', `/v1/cases/${fresh}`, {
      version: 1,
      holder: { name: long, address: [long] },
      references: [long],
    });
    await at.daemon.call('POST', `/v1/cases/${fresh}/notes`, { version: 2, text: long });
    await at.daemon.call('POST', `/v1/cases/${waiting}/steps/request`, {
      version: 1,
      state: 'waiting',
      reference: 'R 77',
      note: 'Sent',
    });
    await at.daemon.call('POST', `/v1/cases/${closed}/close`, { version: 1, outcome: 'given_up' });
    const unknown = await openCase(at.daemon, { procedureId: 'izenpe.unblock' });
    paths = ['cases', 'cases/new', 'cases/new/lost', ...[fresh, waiting, closed, unknown].map((id) => `cases/${id}`)];
  });

  it.each(
    LANGUAGES.flatMap((language) => [
      { language, theme: 'light' as const },
      { language, theme: 'dark' as const },
    ]),
  )(
    'gives axe-core nothing to object to and is never too wide ($language, $theme)',
    { timeout: 120_000 },
    async ({ language, theme }) => {
      await dress(at.tab, { language, theme });
      for (const path of paths) {
        await visit(at.tab, path);
        await at.tab.page.$$eval('main details', (all) => {
          for (const details of all) details.open = true;
        });
        for (const width of [320, 2560]) {
          await resize(at.tab.page, { width, height: 900 });
          expect([path, width, await overflow(at.tab.page)]).toEqual([path, width, 0]);
        }
        await resize(at.tab.page, { width: 320, height: 900 });
        await settled(at.tab.page);
        expect([path, await objections(at.tab.page)]).toEqual([path, []]);
        const text = await at.tab.page.evaluate(() => document.body.textContent ?? '');
        expect([path, text.match(/\b(console|cases|help)\.\w+\.\w+/g)]).toEqual([path, null]);
      }
      expect({ errors: at.tab.errors, outside: at.tab.outside }).toEqual({ errors: [], outside: [] });
    },
  );
});
