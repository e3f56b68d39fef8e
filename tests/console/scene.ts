import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';
import { type Stage, type StageOptions, setStage, type Token } from '../fixture/stage.ts';
import { type BrowserName, type ConsoleTab, enterConsole, startBrowser, type TestBrowser } from './browser.ts';

/** A token, a daemon and a browser that the tests share. */
export interface Scene<T extends Token | undefined = undefined> extends Stage<T> {
  browser: TestBrowser;
  /** The console, once `openTab` or `openTabs` has had it opened. */
  tab: ConsoleTab;
}

/** Has a token, a daemon and a browser started before the tests of this `describe`, in this order, and ended after them. */
export function setScene<T extends Token | undefined = undefined>(name: BrowserName, options: StageOptions<T> = {}): Scene<T> {
  const at = setStage(options) as Scene<T>;
  beforeAll(async () => {
    at.browser = await startBrowser(name);
  });
  // None where what comes before it failed.
  afterAll(() => at.browser?.[Symbol.asyncDispose]());
  return at;
}

/** Has the console opened before the tests, in one tab for all of them; what has to come before it is set up above. */
export function openTab(at: Scene<Token | undefined>): void {
  beforeAll(async () => {
    at.tab = await enterConsole(at.browser, at.daemon);
  });
}

/** Has the console opened anew for each test, which must leave no error there and have asked nobody outside. */
export function openTabs(at: Scene<Token | undefined>): void {
  beforeEach(async () => {
    at.tab = await enterConsole(at.browser, at.daemon);
  });
  afterEach(async () => {
    const { page, errors, outside } = at.tab;
    expect({ errors, outside }).toEqual({ errors: [], outside: [] });
    await page.close();
  });
}
