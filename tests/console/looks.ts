import { expect } from 'vitest';
import { type ConsoleTab, dress, type Language, objections, overflow, resize, visit } from './browser.ts';

export interface LookOptions {
  /** What is done on the page before it is looked at. */
  first?: () => Promise<unknown>;
  /** Has axe-core look at it in the wide window too. */
  wide?: boolean;
}

/**
 * Expects a page of the console, in a language and in light and dark, to give axe-core nothing to object to in a window of 320 pixels
 * and to fit in there. Leaves the window at 1024 by 768, in the dark.
 */
export async function looksWell(
  tab: ConsoleTab,
  path: string,
  language: Language,
  { first, wide = false }: LookOptions = {},
): Promise<void> {
  const { page } = tab;
  for (const theme of ['light', 'dark'] as const) {
    await dress(tab, { language, theme });
    await visit(tab, path);
    await first?.();
    await resize(page, { width: 320, height: 800 });
    expect([theme, await overflow(page), await objections(page)]).toEqual([theme, 0, []]);
    await resize(page, { width: 1024, height: 768 });
    if (wide) expect([theme, await objections(page)]).toEqual([theme, []]);
  }
}
