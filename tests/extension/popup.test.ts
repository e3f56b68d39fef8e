import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { LANGUAGES, objections, overflow, waitForText } from '../console/browser.ts';
import { startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { type ExtendedBrowser, IDS, missing, startExtended } from './browser.ts';

const absent = missing('chromium');
/** Where to leave pictures for people to look at. */
const PICTURES = process.env.SIGNET_PICTURES;

/** What each language says in each state. */
const WORDS = {
  en: {
    missing: 'not installed',
    left: '3 of 3 tries left',
    locked: 'The PIN is blocked',
    ends: 'ends in 9 days',
    today: 'ends within 1 day.',
    away: 'signet doctor',
    open: 'Open Signet',
  },
  fr: {
    missing: "n'est pas installé",
    left: '3 essais restants sur 3',
    locked: 'Le code PIN est bloqué',
    ends: 'expire dans 9 jours',
    today: 'expire dans moins de 1 jour.',
    away: 'signet doctor',
    open: 'Ouvrir Signet',
  },
  es: {
    missing: 'no está instalado',
    left: 'Quedan 3 intentos de 3',
    locked: 'El PIN está bloqueado',
    ends: 'caduca en 9 días',
    today: 'caduca en menos de 1 día.',
    away: 'signet doctor',
    open: 'Abrir Signet',
  },
} as const;

/** Each theme, and each language, without all pairs of them. */
const THEMES = { en: ['light', 'dark'], fr: ['light'], es: ['dark'] } as const;

describe.skipIf(absent !== undefined)(`the popup ${absent ?? ''}`, () => {
  let old: SoftHsm;
  let fresh: SoftHsm;
  let blocked: TestDaemon;
  let sound: TestDaemon;

  beforeAll(async () => {
    old = await createSoftHsm({
      label: 'Old card',
      fresh: true,
      keys: [
        { kind: 'p256', label: 'Ana Lima', valid: [-300, 9.5] },
        { kind: 'p256', label: 'Leo Lima', valid: [-300, 0.5] },
      ],
    });
    fresh = await createSoftHsm({ label: 'Town key' });
    const driver = (token: SoftHsm, tryLimit: number) => ({ path: token.library, environment: token.env, tryLimit });
    blocked = await startTestDaemon({ drivers: [driver(old, 1)] });
    sound = await startTestDaemon({ drivers: [driver(fresh, 3)] });
    const consent = await blocked.call('POST', `/v1/tokens/${blocked.tokenId}/final-try-consent`, {});
    const login = { pin: '999999', finalTryConsent: consent.json.consent };
    await blocked.call('POST', `/v1/tokens/${blocked.tokenId}/login`, login);
  });
  afterAll(async () => {
    await blocked?.dispose();
    await sound?.dispose();
    old?.dispose();
    fresh?.dispose();
  });

  it.each(LANGUAGES)('says what is plugged in, what is blocked or ends, and what to do (%s)', async (language) => {
    await using extended = await startExtended('chromium', sound.runtimeDir, language);
    const words = WORDS[language];
    const page = await extended.browser.newPage();
    await page.setViewport({ width: 336, height: 480 });
    const look = async (name: string, text: string): Promise<void> => {
      await waitForText(page, text);
      for (const theme of THEMES[language]) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        expect([name, theme, await objections(page), await overflow(page)]).toEqual([name, theme, [], 0]);
        await picture(page, `popup-${name}-${theme}-${language}`);
      }
    };
    await page.goto(`chrome-extension://${IDS.chromium}/popup/index.html`);
    await look('missing', words.missing);
    expect(await badge(extended)).toBe('');
    extended.install();
    await page.click('main button');
    await look('sound', words.left);
    expect(await badge(extended)).toBe('');
    extended.lead(blocked.runtimeDir);
    extended.killHost();
    await page.reload();
    await look('blocked', words.locked);
    await waitForText(page, words.ends);
    await waitForText(page, words.today);
    await until('the badge', async () => ((await badge(extended)) === '!' ? true : undefined));
    const opened = extended.browser.waitForTarget((target) => target.url().startsWith(blocked.url));
    await page.evaluate(() => document.querySelector<HTMLElement>('footer button')?.click());
    expect(await (await opened).page()).not.toBeNull();
  });
});

async function badge({ browser }: ExtendedBrowser): Promise<string> {
  const target = await browser.waitForTarget((each) => each.type() === 'service_worker' && each.url().includes(IDS.chromium));
  const worker = await target.worker();
  return (await worker?.evaluate('chrome.action.getBadgeText({})')) as string;
}

async function picture(page: Page, name: string): Promise<void> {
  if (PICTURES === undefined) return;
  mkdirSync(PICTURES, { recursive: true });
  await page.screenshot({ path: join(PICTURES, `${name}.png`) as `${string}.png` });
}
