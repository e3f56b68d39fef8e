import { createHash, verify, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { begin, call, type Rooms, waitForSaid } from './rooms.ts';

const PIN = '123456';

/** What a site gets when everything is in its place, and when the person or the page wants it otherwise. */
export function flowCases(rooms: () => Rooms): void {
  it('logs a person in and has a form signed, and no PIN comes near the page', async () => {
    const { person, site } = rooms();
    const before = person.seen.length;
    person.does({ certificate: true, pin: PIN, confirm: true });
    const page = await rooms().open();
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      addEventListener('message', ({ data }) => heard.push(JSON.stringify(data)), true);
    });
    await page.click('#login');
    const pair = await person.next('pair');
    expect(pair.question.asker).toEqual({ kind: 'site', name: site.origin(), via: 'extension' });
    await person.answer({ rights: ['certificates', 'authenticate', 'sign'], days: 1 });
    expect(await waitForSaid(page, /Welcome|:/)).toBe('Welcome.');
    await page.type('[name=street]', 'Calle Mayor 1');
    await page.type('[name=town]', 'Villalta «é»');
    await page.click('[type=submit]');
    expect(await waitForSaid(page, /Received|: /)).toBe(`Received as number ${site.received.length}.`);
    expect(site.received.at(-1)).toEqual({
      holder: 'Practice Holder (RSA)',
      signer: 'Practice Holder (RSA)',
      fields: { street: 'Calle Mayor 1', town: 'Villalta «é»' },
    });
    expect(site.refused).toEqual([]);
    const kinds = person.seen.slice(before).map(({ question }) => question.kind);
    expect(kinds).toEqual(['pair', 'certificate', 'pin', 'certificate', 'confirm']);
    const signed = person.seen.at(-1)?.question;
    expect(signed?.kind === 'confirm' && signed.act.kind === 'sign' && signed.act.documents[0]?.name).toBe('Change of address');
    const heard = await page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    expect(heard.length).toBeGreaterThan(5);
    expect(heard.join('\n')).not.toContain(PIN);
    // The same answer a second time: its challenge is used up.
    const again = await page.evaluate(async () => {
      const headers = { 'content-type': 'application/json' };
      return (await fetch('/login', { method: 'POST', headers, body: '{}' })).json() as Promise<unknown>;
    });
    expect(again).toEqual({ reason: 'nonce' });
  });

  it('learns that the person refused, and nothing else', async () => {
    const page = await rooms().open(rooms().site.origin('refused.test'));
    const asked = await begin(page, 'authenticate', { challengeNonce: 'n'.repeat(44) });
    await rooms().person.next('pair');
    await rooms().person.cancel();
    expect(await asked.outcome()).toMatchObject({ error: 'SignetWebError', code: 'prompt_cancelled' });
    expect(await call(page, 'status')).toMatchObject({ result: { name: 'signet', paired: false, rights: [] } });
  });

  it('has a wrong PIN asked for again, and is told of none of it', async () => {
    const { person } = rooms();
    await rooms().unpair();
    const page = await rooms().open();
    person.does({ pair: true, certificate: true });
    await page.click('#login');
    await person.next('pin');
    await person.answer({ pin: '999999' });
    const again = await person.next('pin');
    expect(again.question.again).toBe('pin_incorrect');
    expect(again.question.tries.remaining).toEqual({ atLeast: 2, atMost: 2 });
    await person.answer({ pin: PIN });
    expect(await waitForSaid(page, /Welcome|:/)).toBe('Welcome.');
  });

  it('takes its question with it when its tab is closed or left', async () => {
    const { person } = rooms();
    for (const leave of ['close', 'goto'] as const) {
      const page = await rooms().open(rooms().site.origin('left.test'));
      await begin(page, 'pair');
      const prompt = await person.next('pair');
      await (leave === 'close' ? page.close() : page.goto(rooms().site.origin('other.test')));
      expect(await person.end(prompt)).toMatchObject({ id: prompt.id });
    }
  });

  it('calls its own request off', async () => {
    const page = await rooms().open(rooms().site.origin('stopped.test'));
    const asked = await begin(page, 'pair');
    const prompt = await rooms().person.next('pair');
    await page.evaluate(() => (globalThis as unknown as { stop: AbortController }).stop.abort());
    expect(await asked.outcome()).toMatchObject({ error: 'AbortError' });
    await rooms().person.end(prompt);
  });

  it('inside a frame asks under its own name', async () => {
    const page = await rooms().open(`${rooms().site.origin()}/framed?src=${rooms().site.origin('framed.test')}/`);
    const element = await page.waitForSelector('iframe');
    const frame = await element?.contentFrame();
    await frame?.waitForFunction(() => 'signet' in globalThis);
    if (frame === undefined || frame === null) throw new Error('no frame');
    const asked = await begin(frame, 'pair', { rights: ['sign'] });
    const { question } = await rooms().person.next('pair');
    expect([question.asker.name, question.wants]).toEqual([rooms().site.origin('framed.test'), ['sign']]);
    await rooms().person.cancel();
    expect(await asked.outcome()).toMatchObject({ code: 'prompt_cancelled' });
  });

  it('hears of tokens and of the end of its pairing, which ends what it waits for', async () => {
    const { person, shim, site } = rooms();
    const origin = site.origin('told.test');
    const page = await rooms().open(origin);
    await page.evaluate(() => {
      const heard: unknown[] = [];
      const { signet, Signet } = globalThis as unknown as { signet: EventTarget; Signet: new () => EventTarget };
      for (const type of ['token', 'pairing'])
        signet.addEventListener(type, (event) => heard.push([type, (event as CustomEvent).detail]));
      // Somebody else's in the same page, which hears its own and no more.
      new Signet().addEventListener('token', ({ type }) => heard.push([`other ${type}`]));
      addEventListener('message', ({ data }) => data.event === 'listening' && heard.push('listening'));
      Object.assign(globalThis, { heard });
    });
    const heard = async (count: number): Promise<unknown[]> => {
      await page.waitForFunction((wanted) => (globalThis as unknown as { heard: unknown[] }).heard.length >= wanted, {}, count);
      return page.evaluate(() => (globalThis as unknown as { heard: unknown[] }).heard);
    };
    await heard(2);
    person.does({ pair: true });
    expect(await call(page, 'pair')).toMatchObject({ result: { paired: true } });
    shim.set('token-gone');
    await heard(4);
    shim.set();
    await heard(6);
    const asked = await begin(page, 'certificates');
    const prompt = await person.next('certificate');
    await rooms().unpair(origin);
    expect(await asked.outcome()).toMatchObject({ code: 'origin_not_paired' });
    await person.end(prompt);
    expect(await heard(7)).toEqual([
      'listening',
      'listening',
      ['token', { change: 'removed' }],
      ['other token'],
      ['token', { change: 'inserted' }],
      ['other token'],
      ['pairing', { state: 'ended' }],
    ]);
  });

  it('is told what it sent too much of, and loses nothing else that it asked', async () => {
    const { person, site } = rooms();
    const page = await rooms().open(site.origin('large.test'));
    const asked = await begin(page, 'certificates');
    const prompt = await person.next('pair');
    const codes = await page.evaluate(async () => {
      const { signet } = globalThis as unknown as { signet: Record<'sign' | 'pair', (options: object) => Promise<unknown>> };
      const code = (error: { code?: string }) => error.code;
      const data = new Uint8Array(50 * 1024 * 1024);
      return [
        await signet.sign({ credentialId: 'x', algorithm: 'ES256', data }).catch(code),
        await signet.pair({ rights: [1n] }).catch(code),
      ];
    });
    expect(codes).toEqual(['payload_too_large', 'invalid_request']);
    expect(person.seen.at(-1)?.id).toBe(prompt.id);
    person.does({ certificate: true });
    await person.answer({ rights: ['certificates'], days: 1 });
    expect(await asked.outcome()).toMatchObject({ result: [{ algorithms: expect.any(Array) }] });
  });

  it('takes bytes and nothing that only looks like them', async () => {
    const page = await rooms().open();
    const codes = await page.evaluate(async () => {
      const { signet } = globalThis as unknown as {
        signet: Record<'sign' | 'signBatch', (options?: unknown) => Promise<unknown>>;
      };
      const which = { credentialId: 'x', algorithm: 'ES256' };
      const asked = [
        () => signet.sign({ ...which, data: 'text' }),
        () => signet.sign({ ...which, digest: 32 }),
        () => signet.sign({ ...which, data: null }),
        () => signet.sign(),
        () => signet.signBatch({ ...which, documents: [{ digest: 32 }] }),
        () => signet.signBatch({ ...which }),
      ];
      return asked
        .map((ask) => {
          try {
            return ask().catch((error: Error) => error.name);
          } catch (error) {
            return `thrown ${(error as Error).name}`;
          }
        })
        .reduce<Promise<unknown[]>>(async (all, one) => [...(await all), await one], Promise.resolve([]));
    });
    expect(codes).toEqual(Array(6).fill('TypeError'));
  });

  it('has a large batch signed with one consent', async () => {
    const { person } = rooms();
    person.does({ pair: true, certificate: 'P-256', pin: PIN });
    const page = await rooms().open(rooms().site.origin('batch.test'));
    const { result } = await call(page, 'certificates', { purpose: 'sign' });
    const [shown] = result as { certificate: string; credentialId: string; algorithms: string[] }[];
    const texts = Array.from({ length: 2_000 }, (_, n) => `document ${n}`);
    const documents = texts.map((text) => ({ digest: [...createHash('sha256').update(text).digest()], name: text }));
    const before = person.seen.length;
    const batch = await call(page, 'signBatch', { credentialId: shown?.credentialId, algorithm: 'ES256', documents });
    const { signatures } = batch.result as { signatures: string[] };
    expect([signatures.length, person.seen.length - before]).toEqual([2_000, 1]);
    const key = new X509Certificate(Buffer.from(shown?.certificate ?? '', 'base64')).publicKey;
    for (const n of [0, 1_999]) {
      const signature = Buffer.from(signatures[n] ?? '', 'base64');
      expect(verify('sha256', Buffer.from(texts[n] ?? ''), { key, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
    }
  });
}
