import { afterEach, expect, it } from 'vitest';
import { type AfirmaBridge, type AfirmaTimes, afirmaBridge } from '../../../src/bridges/afirma/index.ts';
import type { BridgeContext } from '../../../src/bridges/index.ts';
import { until } from '../../fixture/index.ts';
import { frameOf, type SitePage } from './driver.ts';
import { pageOf, tls } from './site.ts';

let bridge: AfirmaBridge;
let page: SitePage;

afterEach(async () => {
  page.close();
  await bridge.stop();
});

/** A bridge whose sites never answer, until the asker is gone. */
async function bridgeWith(times: AfirmaTimes): Promise<void> {
  const made = await tls();
  const certificate = (_site: unknown, _options: unknown, { signal }: { signal: AbortSignal }) =>
    new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const sites = { site: (origin: string) => ({ origin }), certificate };
  const log = { info: () => undefined, error: () => undefined };
  bridge = afirmaBridge({ language: 'en', tls: () => made, sites, log } as unknown as BridgeContext, times);
  page = await pageOf();
  await bridge.launch(page.address);
}

const doors = () => bridge.state().listening.filter((place) => place.startsWith('wss:'));
const shut = () => until('the door is shut', () => (doors().length === 0 ? true : undefined), 3_000);

it('a session ends by itself when no page comes, even if one only connects', async () => {
  await bridgeWith({ first: 300, idle: 60_000, whole: 60_000 });
  await page.connect();
  expect(doors()).toEqual([`wss://127.0.0.1:${page.options.ports[0]}`]);
  await shut();
});

it('a session ends when its page keeps quiet, but not while the person is asked', async () => {
  await bridgeWith({ first: 60_000, idle: 100, whole: 1_200 });
  await page.connect();
  const { session } = page.options;
  await page.exchange(`echo=-idsession=${session}@EOF`);
  expect(await page.exchange(frameOf('selectcert', session))).toBe('#wait');
  const asked = performance.now();
  await shut();
  // By the longest time of all, long after the time for keeping quiet.
  expect(performance.now() - asked).toBeGreaterThan(600);
  const quiet = await pageOf();
  await bridge.launch(quiet.address);
  await quiet.connect();
  await quiet.exchange(`echo=-idsession=${quiet.options.session}@EOF`);
  await shut();
  quiet.close();
});

it('stopping closes every door, and none opens after', async () => {
  await bridgeWith({ first: 60_000, idle: 60_000, whole: 60_000 });
  await page.connect();
  await bridge.stop();
  expect(doors()).toEqual([]);
  await expect(bridge.launch((await pageOf()).address)).rejects.toMatchObject({ code: 'shutting_down' });
});
