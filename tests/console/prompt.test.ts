import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { type Answers, type Desk, Prompt, type Question, type QuestionKind, type QuestionOf } from '../../src/prompt/index.ts';
import { until } from '../fixture/index.ts';
import { CERTIFICATE, OTHER, QUESTIONS, SITE, TOKEN } from '../prompt/questions.ts';
import {
  type BrowserName,
  type ConsoleTab,
  choose,
  dress,
  enterConsole,
  LANGUAGES,
  missing,
  objections,
  overflow,
  press,
  resize,
  typeSecret,
  visit,
  waitForText,
} from './browser.ts';
import { downloaded } from './downloaded.ts';
import { openTab, type Scene, setScene } from './scene.ts';

const CANARY = '80739152';
const TITLE = 'Signet asks you';

/** A console before which somebody sits. */
interface Seat extends Scene {
  desk: Desk;
}

/** Has the console opened, and waits until its page attends. */
function takeSeat(name: BrowserName): () => Seat {
  const at = setScene(name);
  openTab(at);
  const seat = (): Seat => {
    if (at.daemon.rooms === undefined) throw new Error('the daemon is elsewhere');
    return { ...at, desk: at.daemon.rooms.desk };
  };
  beforeAll(() => until('the page attends', () => seat().desk.attended('console') || undefined));
  return seat;
}

function put<K extends QuestionKind>(desk: Desk, question: QuestionOf<K>, timeout = 60_000) {
  const gone = new AbortController();
  const prompt = new Prompt({ faces: [desk.face('console')], language: 'en', timeout });
  const answer = prompt
    .turn<Answers[K] | string>({ asker: SITE, signal: gone.signal }, (dialog) => dialog.ask(question))
    .catch((error: unknown) => (error instanceof SignetError ? error.code : String(error)));
  return { answer, gone };
}

/** Waits until the question shows and may be answered. */
async function armed({ page }: ConsoleTab, kind: QuestionKind): Promise<void> {
  await page.waitForSelector(`.prompt[data-kind="${kind}"][data-armed="true"]`);
}
async function closed({ page }: ConsoleTab): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.prompt') === null);
}

/** What every browser has to do. */
function basics(seat: () => Seat): void {
  it('opens over the page, shows on the tab, and is answered: a pairing with less than was wanted', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer } = put(desk, QUESTIONS.pair);
    await armed(tab, 'pair');
    await page.waitForFunction((title: string) => document.title.includes(title), {}, TITLE);
    expect(await page.$eval('.prompt-asker', (asker) => asker.textContent)).toBe('https://sede.example.es');
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('H2');
    await page.click('.prompt-choice label:first-of-type input');
    await page.select('.prompt select', '365');
    await press(page, 'Allow for 365 days');
    expect(await answer).toEqual({ rights: ['sign'], days: 365 });
    await closed(tab);
    await page.waitForFunction((title: string) => !document.title.includes(title), {}, TITLE);
  });

  it('takes a PIN by keyboard alone, keeps nothing of it, and a no by Escape', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer } = put(desk, QUESTIONS.pin);
    await armed(tab, 'pin');
    await typeSecret(page, '12');
    await page.keyboard.press('Enter');
    await waitForText(page, 'too short');
    await typeSecret(page, CANARY.slice(2));
    await page.keyboard.press('Enter');
    const { pin } = (await answer) as { pin: Secret };
    expect(pin.bytes.toString()).toBe(`12${CANARY.slice(2)}`);
    await closed(tab);
    const kept = await page.evaluate(
      () => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]) + document.documentElement.outerHTML,
    );
    expect(kept).not.toContain(CANARY.slice(2));
    const again = put(desk, QUESTIONS.pin);
    await armed(tab, 'pin');
    await page.keyboard.press('Escape');
    expect(await again.answer).toBe('prompt_cancelled');
    await closed(tab);
    expect({ errors: tab.errors, outside: tab.outside }).toEqual({ errors: [], outside: [] });
  });
}

const noFirefox = missing('firefox');
describe.skipIf(noFirefox !== undefined)(`a question in Firefox ${noFirefox ?? ''}`, () => {
  basics(takeSeat('firefox'));
});

const absent = missing('chromium');
describe.skipIf(absent !== undefined)(`the console's questions ${absent ?? ''}`, () => {
  const seat = takeSeat('chromium');
  afterEach(async () => {
    const open = seat().desk.open();
    if (open !== null) seat().desk.cancel(open.id);
    await closed(seat().tab);
    expect({ errors: seat().tab.errors, outside: seat().tab.outside }).toEqual({ errors: [], outside: [] });
  });

  basics(seat);

  it('cannot be answered by a press or a key that was meant for something else', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    for (const kind of ['confirm', 'pin'] as const) {
      // As soon as the dialog is there every button in it is pressed, as a second click of a double one would.
      await page.evaluate(() => {
        const early = { presses: 0, enabled: 0 };
        // A window that comes to the front again and again is never armed: so there is time to try everything.
        const coming = setInterval(() => dispatchEvent(new Event('focus')), 50);
        Object.assign(globalThis, { early, coming });
        const watch = new MutationObserver(() => {
          const buttons = [...document.querySelectorAll<HTMLButtonElement>('dialog .actions button, dialog header button')];
          if (buttons.length === 0) return;
          watch.disconnect();
          for (const button of buttons) {
            early.presses += 1;
            if (!button.disabled) early.enabled += 1;
            button.click();
          }
        });
        watch.observe(document.body, { childList: true, subtree: true });
      });
      const { answer, gone } = put(desk, QUESTIONS[kind] as QuestionOf<QuestionKind>);
      await page.waitForSelector('dialog[open]');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Space');
      // Browsers close a dialog at the second Escape whatever the page wants.
      for (let n = 0; n < 3; n += 1) await page.keyboard.press('Escape');
      await page.waitForSelector('dialog[open]');
      const early = await page.evaluate(() => {
        const kept = globalThis as unknown as { early: { presses: number; enabled: number }; coming: number };
        clearInterval(kept.coming);
        return { ...kept.early, armed: document.querySelector<HTMLElement>('.prompt')?.dataset.armed };
      });
      expect(early).toEqual({ presses: expect.any(Number), enabled: 0, armed: 'false' });
      expect(early.presses).toBeGreaterThan(1);
      await armed(tab, kind);
      // Armed now, and still no button has the focus.
      if (kind !== 'pin') await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.tagName)).not.toBe('BUTTON');
      expect(desk.open()?.question.kind).toBe(kind);
      gone.abort();
      expect(await answer).toBe('prompt_cancelled');
      await closed(tab);
    }
  });

  it('leave a field for text its person: what is typed on does not become a PIN', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    await visit(tab, 'audit');
    await page.focus('main input:not([type="checkbox"])');
    const { answer } = put(desk, QUESTIONS.pin);
    await armed(tab, 'pin');
    await page.keyboard.type('a letter');
    await page.keyboard.press('Enter');
    expect(await page.$eval('.pin-input input', (input) => (input as HTMLInputElement).value)).toBe('');
    expect(desk.open()?.question.kind).toBe('pin');
    await page.focus('.pin-input input');
    await typeSecret(page, '123456');
    await page.keyboard.press('Enter');
    expect(((await answer) as { pin: Secret }).pin.bytes.toString()).toBe('123456');
    await closed(tab);
    await visit(tab, 'tokens');
  });

  it('offer every certificate and choose none beforehand', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer } = put(desk, QUESTIONS.certificate);
    await armed(tab, 'certificate');
    expect(await page.$eval('.prompt .actions button.primary', (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    expect(await page.$$eval('.prompt-choice label', (labels) => labels.map((label) => label.textContent))).toEqual([
      expect.stringContaining(CERTIFICATE.holder),
      expect.stringContaining('EXPIRED'),
    ]);
    await page.click('.prompt-choice label:nth-of-type(2) input');
    await page.click('.prompt .agree input');
    await page.click('.prompt .actions button.primary');
    expect(await answer).toEqual({ credentialId: OTHER.credentialId, remember: true });
    await closed(tab);
  });

  it('ask for the final try in a dialog of its own, with the way out at hand', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer } = put(desk, QUESTIONS.final_try);
    await armed(tab, 'final_try');
    const go = '.prompt .actions button.danger';
    expect(await page.$eval(go, (button) => (button as HTMLButtonElement).disabled)).toBe(true);
    await press(page, 'Read the way out step by step');
    await page.waitForSelector('dialog dialog .steps, dialog + dialog .steps, .steps');
    await page.keyboard.press('Escape');
    await page.waitForFunction(() => document.querySelectorAll('dialog').length === 1);
    expect(desk.open()?.question.kind).toBe('final_try');
    await page.click('.prompt .agree input');
    await page.waitForFunction((button: string) => document.querySelector<HTMLButtonElement>(button)?.disabled === false, {}, go);
    await page.click(go);
    expect(await answer).toEqual({});
    await closed(tab);
    const blocked = put(desk, QUESTIONS.blocked);
    await armed(tab, 'blocked');
    await page.click('.prompt .actions button.primary');
    expect(await blocked.answer).toEqual({});
    await closed(tab);
  });

  it('send to the reader where the PIN is typed there, and wait where Signet has to', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const pad = put(desk, { ...QUESTIONS.pin, token: { ...TOKEN, pinPad: true } });
    await armed(tab, 'pin');
    expect(await page.$('.pin-input')).toBeNull();
    await press(page, 'Start on the reader');
    expect(await pad.answer).toEqual({ pin: null });
    await closed(tab);
    const long = put(desk, { ...QUESTIONS.pin, again: 'rate_limited', waitSeconds: 600 });
    await armed(tab, 'pin');
    await typeSecret(page, '123456');
    await page.keyboard.press('Enter');
    await waitForText(page, /Wait \d+ s/);
    expect(desk.open()).not.toBeNull();
    await page.keyboard.press('Escape');
    expect(await long.answer).toBe('prompt_cancelled');
    await closed(tab);
    const short = put(desk, { ...QUESTIONS.pin, again: 'rate_limited', waitSeconds: 1 });
    await armed(tab, 'pin');
    await typeSecret(page, '123456');
    await page.waitForFunction(
      () => document.querySelector<HTMLButtonElement>('.prompt button[type="submit"]')?.disabled === false,
    );
    await page.keyboard.press('Enter');
    expect(((await short.answer) as { pin: Secret }).pin.bytes.toString()).toBe('123456');
  });

  it('close when they are over, and say why; of two tabs the first to answer wins', async () => {
    const { desk, tab, daemon, browser } = seat();
    const { page } = tab;
    const gone = put(desk, QUESTIONS.confirm);
    await armed(tab, 'confirm');
    gone.gone.abort();
    await waitForText(page, 'Whoever asked is gone');
    await closed(tab);
    expect(await put(desk, QUESTIONS.confirm, 1).answer).toBe('prompt_timeout');
    await waitForText(page, 'The time for the question is over');
    const second = await enterConsole(browser, daemon);
    const both = put(desk, QUESTIONS.confirm);
    await armed(second, 'confirm');
    await second.page.click('.prompt .actions button.primary');
    expect(await both.answer).toEqual({});
    await page.bringToFront();
    await waitForText(page, 'answered elsewhere');
    await closed(tab);
    await second.page.close();
  });

  it('take files that the person picks, and give one up before it is handed over', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const folder = mkdtempSync(join(seat().daemon.home, 'files-'));
    const bytes = Buffer.from([0, 255, 13, 10, 0x70]);
    const paths = ['one.pdf', 'two.pdf', 'three.pdf'].map((name) => join(folder, name));
    for (const path of paths) writeFileSync(path, bytes);
    const { answer } = put(desk, { ...QUESTIONS.load, limits: { files: 2, bytes: 12 } });
    await armed(tab, 'load');
    const go = '.prompt .actions button.primary';
    const disabled = () => page.$eval(go, (button) => (button as HTMLButtonElement).disabled);
    expect(await disabled()).toBe(true);
    expect(await page.$eval('.prompt input[type="file"]', (input) => (input as HTMLInputElement).accept)).toBe('.pdf,.txt');
    const [one = '', two = '', three = ''] = paths;
    await choose(page, 'The files', one);
    await waitForText(page, /one\.pdf/);
    await choose(page, 'The files', two);
    await waitForText(page, /two\.pdf/);
    await choose(page, 'The files', three);
    await waitForText(page, 'That is too much: 2 files at most');
    await page.click('.prompt-files button[aria-label="Take out one.pdf"]');
    await page.waitForFunction(() => document.querySelectorAll('.prompt-files li').length === 1);
    await armed(tab, 'load');
    await page.click(go);
    expect(await answer).toEqual({ files: [{ name: 'two.pdf', data: bytes }] });
    await closed(tab);
  });

  it('give a file to the browser to save, and take the word of the person that it is there', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const content = Buffer.from(`<script>alert(1)</script>\u0000 ${'ÿ'.repeat(1_000)} the end`);
    const { answer } = put(desk, { ...QUESTIONS.save, name: 'recibo ñ.html', size: content.length, content });
    await armed(tab, 'save');
    await press(page, 'Save');
    expect(readFileSync(await downloaded(seat().browser, 'recibo ñ.html', 'the end'))).toEqual(content);
    await waitForText(page, 'among its downloads');
    expect(desk.open()?.question.kind).toBe('save');
    await armed(tab, 'save');
    await press(page, 'It is saved');
    expect(await answer).toEqual({});
    await closed(tab);
  });

  it('are there again after the page was loaded anew, in another language too, and go with the session', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer } = put(desk, QUESTIONS.confirm);
    await armed(tab, 'confirm');
    await dress(tab, { language: 'es' });
    await waitForText(page, 'Este sitio');
    await armed(tab, 'confirm');
    await dress(tab, { language: 'en' });
    await armed(tab, 'confirm');
    await page.click('.prompt .actions button:not(.primary)');
    expect(await answer).toBe('prompt_cancelled');
  });

  const long = { ...SITE, name: `https://${'sede-electronica.'.repeat(8)}example.es` };
  const WRONG = { ...QUESTIONS.pin, again: 'pin_incorrect', token: { ...TOKEN, pinPad: true, reader: 'R'.repeat(200) } } as const;
  const every = [...Object.values(QUESTIONS), WRONG].map((question) => ({ ...question, asker: long }));
  /** Puts each question in turn; `look` sees it. */
  async function each(questions: readonly Question[], look: (kind: QuestionKind) => Promise<void>): Promise<void> {
    for (const question of questions) {
      const { answer, gone } = put(seat().desk, question as QuestionOf<QuestionKind>);
      await seat().tab.page.waitForSelector(`.prompt[data-kind="${question.kind}"]`);
      await look(question.kind);
      gone.abort();
      await answer;
      await closed(seat().tab);
    }
  }

  it.each(['light', 'dark'] as const)('give axe-core nothing to object to (%s)', async (theme) => {
    const { tab } = seat();
    await dress(tab, { language: 'en', theme });
    // Colours differ by theme, texts and parts do not.
    const looked =
      theme === 'light'
        ? every.filter(({ kind }) => kind !== 'confirm')
        : every.filter(({ kind }) => kind === 'pin' || kind === 'final_try');
    await each(looked, async (kind) => {
      await armed(tab, kind);
      expect([kind, await objections(tab.page)]).toEqual([kind, []]);
    });
  });

  it.each(LANGUAGES)('have every text and fit a small screen (%s)', async (language) => {
    const { tab } = seat();
    const { page } = tab;
    await dress(tab, { language, theme: 'light' });
    await resize(page, { width: 320, height: 800 });
    await each(every, async (kind) => {
      const text = await page.$eval('dialog', (dialog) => dialog.textContent);
      expect([kind, text.match(/\b(console|prompt|pin)\.\w+\.?\w*/g)]).toEqual([kind, null]);
      const wide = await page.$eval('dialog', (dialog) => dialog.scrollWidth - dialog.clientWidth);
      expect([kind, wide, await overflow(page)]).toEqual([kind, 0, 0]);
    });
    await resize(page, { width: 1024, height: 768 });
  });

  it('close with the session', async () => {
    const { desk, tab } = seat();
    const { page } = tab;
    const { answer, gone } = put(desk, QUESTIONS.confirm);
    await armed(tab, 'confirm');
    await seat().daemon.call('GET', '/health');
    await page.evaluate(async () => {
      const { token } = JSON.parse(sessionStorage.getItem('signet.session') ?? '{}') as { token: string };
      await fetch('/v1/console/session', { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });
    });
    await page.waitForSelector('.door');
    expect(desk.attended('console')).toBe(false);
    gone.abort();
    expect(await answer).toBe('prompt_cancelled');
  });
});
