import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { createSoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, USER_PIN, until } from '../fixture/index.ts';
import { enterConsole, missing, settled, startBrowser } from './browser.ts';

const ASSETS = join(import.meta.dirname, '../../dist/console/assets');
const EVENTS = 200;
const absent = missing('chromium');

it.skipIf(absent !== undefined)(`is small: what one language loads fits into 120 KB, compressed ${absent ?? ''}`, () => {
  const page = readFileSync(join(ASSETS, '../index.html'), 'utf8');
  const named = [...page.matchAll(/\/assets\/([^"]+)"/g)].map((match) => match[1] ?? '');
  const language = readdirSync(ASSETS).find((name) => name.startsWith('fr-')) ?? '';
  const sizes = [...named, language].map((name) => gzipSync(readFileSync(join(ASSETS, name))).length);
  expect(sizes.length).toBeGreaterThanOrEqual(4);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(120_000);
});

it.skipIf(absent !== undefined)(`keeps nothing of the events that it has shown ${absent ?? ''}`, async () => {
  const token = await createSoftHsm();
  const daemon = await startTestDaemon({ drivers: [token.driver] });
  const browser = await startBrowser('chromium');
  try {
    const { page, errors } = await enterConsole(browser, daemon);
    await settled(page);
    const client = await page.createCDPSession();
    await client.send('Performance.enable');
    const measure = async (): Promise<{ nodes: number; listeners: number; heap: number }> => {
      await client.send('HeapProfiler.collectGarbage');
      const { metrics } = await client.send('Performance.getMetrics');
      const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
      return { nodes: of('Nodes'), listeners: of('JSEventListeners'), heap: of('JSHeapUsedSize') };
    };
    let wrong = 100_000;
    // A wrong PIN and then the right one: the tries change twice, and each time the page is told.
    const change = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 2) {
        wrong += 1;
        for (const pin of [String(wrong), USER_PIN]) {
          await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin });
        }
      }
      await page.waitForFunction(() => document.querySelectorAll('.token .tries:not(details *) .key.left').length === 3);
    };
    await change(20);
    const before = await measure();
    await change(EVENTS);
    const after = await until('what was shown is let go', async () => {
      const now = await measure();
      return now.nodes < before.nodes + 100 ? now : undefined;
    });
    expect(after.listeners - before.listeners).toBeLessThan(20);
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
    expect(errors).toEqual([]);
  } finally {
    await browser[Symbol.asyncDispose]();
    await daemon.dispose();
    token.dispose();
  }
});
