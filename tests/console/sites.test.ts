import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Person, personAt, shimmed } from '../fixture/index.ts';
import { dress, languagesIn, missing, objections, overflow, press, resize, visit, waitForText } from './browser.ts';
import { openTab, setScene } from './scene.ts';

const SEDE = 'https://sede.example.es';
const LONG = `https://${'a-very-long-name.'.repeat(12)}example.es:8443`;

const name = 'chromium';
const absent = missing(name);

describe.skipIf(absent !== undefined)(`the sites ${absent ?? 'of a daemon'}`, () => {
  const at = setScene(name, { token: shimmed });
  let person: Person;
  beforeAll(async () => {
    person = await personAt(at.daemon, { pair: true, certificate: { remember: true } });
  });
  openTab(at);
  afterAll(() => person.leave());

  const speak = (origin: string, act: string, body: object = {}) =>
    at.daemon.call('POST', `/v1/site/${act}`, body, { 'signet-origin': origin, 'signet-via': 'extension' });
  const kept = async () => (await at.daemon.call('GET', '/v1/origins')).json.origins;

  it('are none at first, and appear by themselves once the person has allowed one', async () => {
    const { page } = at.tab;
    await visit(at.tab, 'sites');
    await waitForText(page, 'No website may use Signet');
    expect(await objections(page)).toEqual([]);
    await speak(SEDE, 'pairing');
    await waitForText(page, SEDE);
    for (const text of ['Certificates', 'Log in', 'Signatures', 'Not used yet']) await waitForText(page, text);
    await speak(SEDE, 'certificates');
    const [{ certificates }] = await kept();
    await waitForText(page, certificates[0].holder);
    await waitForText(page, 'Sees without asking again');
    expect(await objections(page)).toEqual([]);
  });

  it('have a certificate forgotten', async () => {
    const { page } = at.tab;
    await press(page, 'Ask again');
    await waitForText(page, 'You are asked again before this is shown');
    await page.waitForFunction(() => document.querySelector('.site-certificates') === null);
    expect(await kept()).toMatchObject([{ origin: SEDE, certificates: [] }]);
  });

  it('are allowed less, never more', async () => {
    const { page } = at.tab;
    const [before] = await kept();
    await press(page, 'Allow less');
    await page.waitForSelector('dialog .scopes');
    await page.$eval('dialog form', (form) => (form as HTMLFormElement).requestSubmit());
    await waitForText(page, 'Nothing was changed yet');
    expect(await objections(page)).toEqual([]);
    const [, , sign] = await page.$$('dialog input[type="checkbox"]');
    await sign?.click();
    const day = new Date(Date.now() + 5 * 86_400_000).toISOString().slice(0, 10);
    await page.$eval(
      'dialog input[type="date"]',
      (input, value) => {
        (input as HTMLInputElement).value = value;
        input.dispatchEvent(new Event('input', { bubbles: true }));
      },
      day,
    );
    await page.$eval('dialog form', (form) => (form as HTMLFormElement).requestSubmit());
    await waitForText(page, `Less is allowed now: ${SEDE}`);
    await page.waitForFunction(() => document.querySelectorAll('.site .badge').length === 2);
    const [after] = await kept();
    expect(after.rights).toEqual(['certificates', 'authenticate']);
    expect(Date.parse(after.expiresAt)).toBeLessThan(Date.parse(before.expiresAt));
    expect(Date.parse(after.expiresAt)).toBeGreaterThan(Date.now() + 4 * 86_400_000);
  });

  it('lose everything at once, and what they are doing stops', async () => {
    const { page } = at.tab;
    person.does({});
    const asked = speak(SEDE, 'certificates');
    const prompt = await person.next('certificate');
    await press(page, 'End');
    await page.waitForSelector('dialog.danger');
    expect(await objections(page)).toEqual([]);
    await press(page, 'End the permission');
    expect(await asked).toMatchObject({ status: 403, json: { code: 'origin_not_paired' } });
    expect((await person.end(prompt)).why).toBe('gone');
    await waitForText(page, 'No website may use Signet');
    expect(await kept()).toEqual([]);
    await waitForText(page, `May no longer use Signet: ${SEDE}`);
  });

  it.each(languagesIn(name))('have every text and fit a small window (%s)', async (language) => {
    const { page } = at.tab;
    person.does({ pair: true, certificate: { remember: true } });
    await speak(LONG, 'pairing');
    await speak(LONG, 'certificates');
    await dress(at.tab, { language, theme: language === 'fr' ? 'dark' : 'light' });
    await visit(at.tab, 'sites');
    await resize(page, { width: 320, height: 800 });
    await page.waitForSelector('.site-certificates');
    expect(await overflow(page)).toBe(0);
    expect(await objections(page)).toEqual([]);
    expect(await page.$eval('main', (main) => main.textContent)).not.toMatch(/console\.|\{\{/);
    await page.$eval('.site .actions .button', (button) => (button as HTMLButtonElement).click());
    await page.waitForSelector('dialog .scopes');
    expect(await overflow(page)).toBe(0);
    expect(await objections(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelector('dialog') === null);
    await resize(page, { width: 1024, height: 768 });
  });

  it('leaves nothing that a browser complains of, and asks nobody else', () => {
    expect(at.tab.errors).toEqual([]);
    expect(at.tab.outside).toEqual([]);
  });
});
