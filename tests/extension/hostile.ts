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

  it('cannot keep others out by asking ten thousand times, from as many frames as it likes', async () => {
    const { site } = rooms();
    const page = await rooms().open(site.origin('flood.test'));
    await page.evaluate(async () => {
      const loaded = Array.from({ length: 7 }, () => {
        const frame = document.createElement('iframe');
        frame.src = '/page.css';
        document.body.append(frame);
        return new Promise((resolve) => frame.addEventListener('load', resolve));
      });
      await Promise.all(loaded);
    });
    // Each frame has a script of the extension's, and a port, of its own.
    const refused = await Promise.all(
      page.frames().map((frame) =>
        frame.evaluate(async () => {
          const codes: Record<string, number> = {};
          const others = new Promise<void>((resolve) => {
            addEventListener('message', ({ data }: MessageEvent<{ reply?: string; error?: { code: string } }>) => {
              if (data.reply === 'last') resolve();
              else if (data.error !== undefined) codes[data.error.code] = (codes[data.error.code] ?? 0) + 1;
            });
          });
          const ask = (id: string, method: string) => window.postMessage({ signet: 1, id, method, params: {} }, location.origin);
          for (let n = 0; n < 1_250; n += 1) ask(`flood ${n}`, 'listen');
          ask('last', 'overview');
          await others;
          return codes;
        }),
      ),
    );
    expect(refused.map((codes) => Object.keys(codes))).toEqual(refused.map(() => ['queue_full']));
    // One tab has 32 between all of its frames.
    expect(refused.reduce((sum, { queue_full = 0 }) => sum + queue_full, 0)).toBe(10_000 - 32);
    const other = await rooms().open();
    expect(await call(other, 'status')).toMatchObject({ result: { name: 'signet' } });
    await page.goto(site.origin('flood.test'));
    expect(await call(page, 'status')).toMatchObject({ result: { paired: false } });
  });

  it('cannot fill the memory with what it asks at a time', async () => {
    const page = await rooms().open(rooms().site.origin('flood.test'));
    const refused = await page.evaluate(async () => {
      const text = 'a'.repeat(20 * 1024 * 1024);
      const ask = (id: string, params: object) =>
        window.postMessage({ signet: 1, id, method: 'listen', params }, location.origin);
      const codes: string[] = [];
      for (let n = 0; n < 4; n += 1) ask(`large ${n}`, { text });
      await new Promise<void>((resolve) => {
        addEventListener('message', ({ data }: MessageEvent<{ reply?: string; error?: { code: string } }>) => {
          if (data.reply === undefined) return;
          codes.push(`${data.reply}: ${data.error?.code}`);
          // What was called off makes room.
          if (data.reply === 'large 3') {
            window.postMessage({ signet: 1, cancel: 'large 0' }, location.origin);
            ask('large 4', { text });
            ask('large 5', { text });
          }
          if (data.reply === 'large 5') resolve();
        });
      });
      return codes;
    });
    expect(refused).toEqual(['large 3', 'large 5'].map((id) => `${id}: queue_full`));
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
