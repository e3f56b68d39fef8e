import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAddress, makeEml } from '../../src/console/pages/help/eml.ts';
import { find } from '../../src/console/search.ts';
import { createSoftHsm } from '../backends/softhsm.ts';
import {
  BROWSERS,
  dress,
  LANGUAGES,
  type Language,
  missing,
  objections,
  overflow,
  press,
  resize,
  visit,
  waitForText,
} from './browser.ts';
import { downloaded } from './downloaded.ts';
import { openTab, openTabs, setScene } from './scene.ts';

type Entry = { question: string; answer: string; words: string };

const texts = (language: Language): Record<string, Entry> =>
  JSON.parse(readFileSync(join(import.meta.dirname, `../../src/messages/${language}/help.json`), 'utf8')) as Record<
    string,
    Entry
  >;

function search(language: Language, query: string): string[] {
  const all = Object.entries(texts(language)).map(([id, { question, answer, words }]) => ({
    item: id,
    texts: [
      [question, 3],
      [words, 2.5],
      [answer, 1],
    ] as const,
  }));
  return find(query, all);
}

describe('searching questions', () => {
  it('has the seed’s question first when nothing is asked', () => {
    for (const language of LANGUAGES) expect(search(language, '  ')[0]).toBe('unblock');
    expect(search('en', '')).toHaveLength(Object.keys(texts('en')).length);
  });

  it.each([
    ['en', 'three wrong PINs', 'unblock'],
    ['en', 'UNBLOK my certificate', 'unblock'],
    ['en', 'forgoten pin', 'forgot'],
    ['en', 'stolen', 'lost'],
    ['en', 'puk blokced', 'pukblocked'],
    ['en', 'what is a puk', 'puk'],
    ['fr', 'debloquer certificat trois essais', 'unblock'],
    ['fr', 'oublie code', 'forgot'],
    ['fr', 'VOLÉE', 'lost'],
    ['fr', 'expiré', 'expired'],
    ['es', 'desbloquear certificado tres', 'unblock'],
    ['es', 'olvidado el pin', 'forgot'],
    ['es', 'tarjeta robada', 'lost'],
    ['es', 'caducado', 'expired'],
  ] as const)('%s: “%s” finds %s first', (language, query, id) => {
    expect(search(language, query)[0]).toBe(id);
  });

  it('finds nothing where there is nothing', () => {
    expect(search('en', 'xylophone')).toEqual([]);
    expect(search('en', '?!')).toHaveLength(Object.keys(texts('en')).length);
  });

  it('is quick with a query that is much too long', () => {
    const before = performance.now();
    search('en', 'certificate '.repeat(500));
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe('the draft of an e-mail', () => {
  const attachment = { name: 'a"b\r\n.zip', type: 'application/zip', bytes: Uint8Array.from([0, 255, 10, 13]) };
  const eml = makeEml({ to: 'desk@example.org', subject: `Réponse ${'é'.repeat(80)}`, text: 'Où ?\nIci.', attachment }, 'mark');

  it('is 7-bit, in short lines that end as RFC 5322 has it', () => {
    expect(eml).toMatch(/^[\t\r\n -~]*$/);
    expect(eml.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    for (const line of eml.split('\r\n')) expect(line.length).toBeLessThanOrEqual(78);
  });

  it('carries subject, text and attachment whole', () => {
    const [head = '', ...parts] = eml.split('--mark');
    const subject = [...head.matchAll(/=\?utf-8\?B\?([^?]+)\?=/g)].map(([, word = '']) => Buffer.from(word, 'base64').toString());
    expect(subject.join('')).toBe(`Réponse ${'é'.repeat(80)}`);
    const bodies = parts.slice(0, 2).map((part) => Buffer.from(part.split(/\r\n\r\n|\r\n--/)[1] ?? '', 'base64'));
    expect(bodies[0]?.toString()).toBe('Où ?\r\nIci.');
    expect([...(bodies[1] ?? [])]).toEqual([0, 255, 10, 13]);
    expect(parts[1]).toContain('filename="a_b__.zip"');
  });

  it('takes no address that would begin another header', () => {
    expect(['desk@example.org', 'a.b+c@x-y.example'].map(isAddress)).toEqual([true, true]);
    const bad = ['', 'desk', 'a@b c', 'a@b\r\nBcc: d@e', 'a@b,c@d', '<a@b>', 'é@b.fr'];
    for (const to of bad) {
      expect([to, isAddress(to)]).toEqual([to, false]);
      expect(makeEml({ to, subject: 's', text: '', attachment }, 'mark')).not.toMatch(/^(To|Bcc):/m);
    }
    expect(makeEml({ to: '', subject: 's\r\nBcc: d@e', text: '', attachment }, 'mark')).not.toMatch(/^Bcc:/m);
  });
});

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('help in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on the page', () => {
    const at = setScene(name, { token: createSoftHsm });
    openTabs(at);

    const status = () => at.tab.page.$eval('.help-search [role="status"]', (region) => region.textContent);

    it('opens the first answer, finds with slips, and tells how many it found', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'help');
      const first = () => page.$eval('.questions details[open] h2', (title) => title.textContent);
      expect(await first()).toBe('How do I unblock my certificate after three wrong PINs?');
      expect(await status()).toBe('');
      await page.type('input[type="search"]', 'stollen card');
      await page.waitForFunction(() =>
        /^\d+ answers?$/.test(document.querySelector('.help-search [role="status"]')?.textContent ?? ''),
      );
      expect(await first()).toBe('My card or key is lost or stolen. What must I do?');
      await page.type('input[type="search"]', ' xylophone quagga');
      await waitForText(page, 'No question fits that.');
      expect(await objections(page)).toEqual([]);
    });

    it('has an address for each answer', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'help/puk');
      await waitForText(page, 'A second, longer code');
      expect(await page.title()).toContain('Signet');
      await visit(at.tab, 'help/no-such-question');
      await waitForText(page, 'This question is not there');
      await press(page, 'All questions');
      await waitForText(page, 'Search the questions');
    });

    it('prepares a message with the bundle, shows all of it, and sends nothing', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'help/ask');
      await page.type('textarea', 'The page stays <b>empty</b> since Monday.');
      await press(page, 'Make the bundle and show it');
      await page.waitForSelector('.bundle-id');
      const id = await page.$eval('.bundle-id code', (code) => code.textContent ?? '');
      expect(id).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/);
      const message = await page.$eval('textarea.message', (area) => (area as HTMLTextAreaElement).value);
      expect(message).toContain('The page stays <b>empty</b> since Monday.');
      expect(message).toContain(id);
      const json = JSON.parse(await page.$eval('.bundle-json pre', (all) => all.textContent ?? ''));
      expect(json).toMatchObject({ format: 'signet-bundle', id });
      const { serial } = (await at.daemon.call('GET', `/v1/tokens/${at.daemon.tokenId}`)).json;
      expect(JSON.stringify(json)).not.toContain(serial);
      expect(await objections(page)).toEqual([]);
      await press(page, 'Save the bundle (zip)');
      const zip = await downloaded(at.browser, `${id}.zip`);
      const inside = spawnSync('python3', ['-c', LIST, zip], { encoding: 'utf8' });
      expect(JSON.parse(inside.stdout)).toMatchObject({ id });
      await page.type('input[type="email"]', 'no address');
      await waitForText(page, 'That does not look like an e-mail address.');
      await page.$eval('input[type="email"]', (input) => (input as HTMLInputElement).select());
      await page.type('input[type="email"]', 'desk@example.org');
      await press(page, 'Save the e-mail with the bundle (.eml)');
      const eml = readFileSync(await downloaded(at.browser, `${id}.eml`, '--\r\n'), 'utf8');
      expect(eml).toMatch(/^To: desk@example\.org\r\n/);
      const part = eml.slice(eml.indexOf('Content-Disposition: attachment')).split(/\r\n\r\n|\r\n--/)[1] ?? '';
      expect(Buffer.from(part, 'base64').equals(readFileSync(zip))).toBe(true);
    });
  });
});

const LIST = 'import sys,zipfile; print(zipfile.ZipFile(sys.argv[1]).read("signet-bundle.json").decode())';

const absent = missing('chromium');

describe.skipIf(absent !== undefined)(`how help looks ${absent ?? ''}`, () => {
  const at = setScene('chromium');
  openTab(at);

  it.each(
    LANGUAGES.flatMap((language) => [
      { language, theme: 'light' as const },
      { language, theme: 'dark' as const },
    ]),
  )('gives axe-core nothing to object to and is never too wide ($language, $theme)', async ({ language, theme }) => {
    await dress(at.tab, { language, theme });
    for (const path of ['help', 'help/codes', 'help/ask']) {
      await resize(at.tab.page, { width: 320, height: 900 });
      await visit(at.tab, path);
      if (path === 'help/ask') {
        await at.tab.page.click('.sheet .button.primary');
        await at.tab.page.waitForSelector('.bundle-id');
      }
      await at.tab.page.$$eval('main details', (all) => {
        for (const details of all) details.open = true;
      });
      expect([path, await overflow(at.tab.page), await objections(at.tab.page)]).toEqual([path, 0, []]);
      await resize(at.tab.page, { width: 2560, height: 900 });
      expect([path, await overflow(at.tab.page)]).toEqual([path, 0]);
    }
  });
});
