import type { Frame, Page } from 'puppeteer-core';
import { expect, it } from 'vitest';
import { IDS } from './browser.ts';
import { begin, call, type Rooms } from './rooms.ts';

type Heard = Record<string, unknown>;
type Scope = Pick<Page, 'evaluate' | 'waitForFunction'>;

/** Notes every message that this window gets from now on. */
async function listen(page: Scope): Promise<void> {
  await page.evaluate(() => {
    const heard: unknown[] = [];
    addEventListener('message', ({ data }) => heard.push(data), true);
    Object.assign(globalThis, { heard });
  });
}

function heardBy(page: Scope): Promise<Heard[]> {
  return page.evaluate(() => (globalThis as unknown as { heard: Heard[] }).heard);
}

/** Posts to this window what only a hostile page would, and waits for the answer to it. */
async function post(page: Scope, message: Heard): Promise<Heard> {
  await page.evaluate((sent) => window.postMessage(sent, '*'), message);
  await page.waitForFunction(
    (id) => (globalThis as unknown as { heard: Heard[] }).heard.some(({ reply }) => reply === id),
    {},
    message.id,
  );
  const [answer = {}] = (await heardBy(page)).filter(({ reply }) => reply === message.id);
  return answer;
}

/** A message comes back to a window as often as it is sent there; by then whatever was sent before has been dealt with. */
async function unanswered(page: Scope, message: Heard): Promise<Heard[]> {
  await page.evaluate(async (sent) => {
    window.postMessage(sent, '*');
    for (let n = 0; n < 20; n += 1) {
      await new Promise((resolve) => {
        addEventListener('message', ({ data }) => data === n && resolve(n));
        window.postMessage(n, '*');
      });
    }
  }, message);
  return (await heardBy(page)).filter(({ ack, reply }) => ack !== undefined || reply !== undefined);
}

async function frameIn(page: Page): Promise<Frame> {
  const element = await page.waitForSelector('iframe');
  const frame = await element?.contentFrame();
  if (frame === undefined || frame === null) throw new Error('no frame');
  await frame.waitForFunction(() => document.readyState === 'complete');
  return frame;
}

/** What a page may try and gets nowhere with. */
export function hostileCases(rooms: () => Rooms): void {
  it('gets nothing without https', async () => {
    const page = await rooms().open(`http://plain.test:${rooms().site.plainPort}`);
    await listen(page);
    expect(await unanswered(page, { signet: 1, id: 'plain', method: 'status', params: {} })).toEqual([]);
    expect(await call(page, 'status')).toMatchObject({ code: 'insecure_context' });
  });

  it('cannot name another origin, use what is the extension’s own, or give a PIN', async () => {
    const { person, site } = rooms();
    const page = await rooms().open(site.origin('forged.test'));
    await listen(page);
    const asked = person.seen.length;
    for (const method of ['overview', 'console', 'toString', '__proto__', '/v1/tokens'])
      expect(await post(page, { signet: 1, id: `as ${method}`, method, params: {} })).toMatchObject({
        error: { code: 'invalid_request' },
      });
    const bank = 'https://bank.test';
    const inParams = { signet: 1, id: 'params', method: 'pair', params: { origin: bank, rights: ['sign'] } };
    expect(await post(page, inParams)).toMatchObject({ error: { code: 'invalid_request' } });
    const withPin = { signet: 1, id: 'pin', method: 'authenticate', params: { challengeNonce: 'n'.repeat(44), pin: '123456' } };
    expect(await post(page, withPin)).toMatchObject({ error: { code: 'invalid_request' } });
    expect(person.seen.length).toBe(asked);
    const beside = post(page, { signet: 1, id: 'beside', origin: bank, url: bank, method: 'pair', params: {} });
    const { question } = await person.next('pair');
    expect(question.asker.name).toBe(site.origin('forged.test'));
    await person.cancel();
    expect(await beside).toMatchObject({ error: { code: 'prompt_cancelled' } });
  });

  it('neither asks in the name of the page around it nor answers for the extension', async () => {
    const { person, site } = rooms();
    const page = await rooms().open(`${site.origin('parent.test')}/framed?src=${site.origin('child.test')}/`);
    const frame = await frameIn(page);
    await listen(page);
    const asked = await begin(page, 'pair');
    await person.next('pair');
    const { id } = (await heardBy(page)).find(({ method }) => method === 'pair') ?? {};
    await frame.evaluate((real) => {
      parent.postMessage({ signet: 1, id: 'forged', method: 'status', params: {} }, '*');
      parent.postMessage({ signet: 1, reply: real, result: { paired: true } }, '*');
      parent.postMessage({ signet: 1, cancel: real }, '*');
    }, id);
    await page.waitForFunction(() =>
      (globalThis as unknown as { heard: Heard[] }).heard.some(({ cancel }) => cancel !== undefined),
    );
    expect(await call(page, 'status')).toMatchObject({ result: { paired: false } });
    expect((await heardBy(page)).filter(({ ack, reply }) => ack === 'forged' || reply === 'forged')).toEqual([]);
    await person.cancel();
    expect(await asked.outcome()).toMatchObject({ code: 'prompt_cancelled' });
  });

  it('has no name in a sandbox, and gets nothing', async () => {
    const page = await rooms().open(rooms().site.origin('sandbox.test'));
    await page.evaluate(() => {
      const frame = document.createElement('iframe');
      frame.setAttribute('sandbox', 'allow-scripts');
      frame.src = '/';
      document.body.append(frame);
    });
    const frame = await frameIn(page);
    await frame.waitForFunction(() => location.href !== 'about:blank');
    await listen(frame);
    expect(await unanswered(frame, { signet: 1, id: 'sandbox', method: 'status', params: {} })).toEqual([]);
  });

  it('finds no other way to the extension', async () => {
    const page = await rooms().open();
    const found = await page.evaluate(async (id) => {
      const { chrome, browser } = globalThis as unknown as Record<string, { runtime?: { connect?: unknown } } | undefined>;
      const read = (path: string) =>
        fetch(`chrome-extension://${id}/${path}`).then(
          () => true,
          () => false,
        );
      const connects = typeof chrome?.runtime?.connect === 'function' || typeof browser?.runtime?.connect === 'function';
      return { connects, reads: [await read('manifest.json'), await read('popup/index.html'), await read('icons/16.png')] };
    }, IDS.chromium);
    expect(found).toEqual({ connects: false, reads: [false, false, false] });
  });
}
