import { verify, X509Certificate } from 'node:crypto';
import type { Frame, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Document, tableRows } from '../docs/document.ts';
import {
  type Person,
  personAt,
  type Shimmed,
  shimmed,
  startTestDaemon,
  type TestDaemon,
  USER_PIN,
  until,
} from '../fixture/index.ts';
import { attempt, type PageWay, WAYS } from './attempts.ts';
import { BROWSERS, missing, startBrowser, type TestBrowser } from './browser.ts';
import { type Answered, BLANK, hearAnswers, type Pages, REBOUND, rebind, servePages } from './web-pages.ts';

const HOSTS = [
  'sede.example.test',
  'shop.example.test',
  'sede.example.test.evil.test',
  'localhost.evil.test',
  `evil.test=${REBOUND}`,
];

/** The columns of the table: what an origin is to the daemon. */
const KINDS = ['paired', 'not paired', 'no site', 'rebound'] as const;
type Kind = (typeof KINDS)[number];

const table = tableRows(new Document('docs/origins.md').section('The table'));
const expected = new Map(table.map(([way = '', ...cells]) => [way.replaceAll('`', ''), cells]));

describe('the table of docs/origins.md', () => {
  it('has every way and every kind of origin', () => {
    expect([...expected.keys()]).toEqual([...WAYS]);
    for (const cells of expected.values()) expect(cells).toHaveLength(KINDS.length);
  });
});

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('a web page, in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'from anywhere', () => {
    let shim: Shimmed;
    let daemon: TestDaemon;
    let person: Person;
    let pages: Pages;
    let other: Disposable;
    let heard: Disposable & { answered: Answered[] };
    let browser: TestBrowser;

    beforeAll(async () => {
      [shim, pages, browser] = await Promise.all([
        shimmed(),
        servePages(),
        startBrowser(name, { here: HOSTS, anyCertificate: true }),
      ]);
      daemon = await startTestDaemon({ drivers: [shim.driver] });
      heard = hearAnswers(daemon.port);
      other = await rebind(daemon.port);
      person = await personAt(daemon);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await person.leave();
      heard[Symbol.dispose]();
      other[Symbol.dispose]();
      pages[Symbol.dispose]();
      await daemon.dispose();
      shim.dispose();
    });

    const open = async (origin: string): Promise<Page> => {
      const page = await browser.browser.newPage();
      await page.goto(`${origin}/`);
      return page;
    };
    const paired = () => [`http://localhost:${pages.first}`, `https://sede.example.test:${pages.secure}`];
    const state = async () => {
      const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
      const { entries } = (await daemon.call('GET', '/v1/audit?limit=1000')).json;
      return {
        remaining: pin.remaining,
        state: pin.state,
        tries: shim.control.trace(),
        seen: person.seen.length,
        audit: entries.length,
      };
    };

    it('is paired, shown a certificate, logs the person in and has a document signed', async () => {
      for (const origin of paired()) {
        const page = await open(origin);
        person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true });
        const got = await page.evaluate(async (base: string) => {
          const ask = async (act: string, body: object) => {
            const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
            return (await fetch(`${base}/v1/site/${act}`, init)).json();
          };
          const before = await ask('status', {});
          const after = await ask('pairing', {});
          const shown = await ask('certificates', { purpose: 'sign' });
          const login = await ask('authenticate', { challengeNonce: 'a nonce of the server, long enough to be one' });
          const [algorithm] = shown.algorithms;
          const which = { certificate: shown.certificate, algorithm, documentName: 'request.pdf' };
          const signed = await ask('sign', { ...which, data: btoa('a request') });
          return { before, after, shown, login, signed, algorithm };
        }, daemon.url);
        expect(got.before).toMatchObject({ paired: false });
        expect(got.after).toMatchObject({ paired: true, rights: ['certificates', 'authenticate', 'sign'] });
        expect(got.login).toMatchObject({ format: 'web-eid:1.0' });
        const { publicKey } = new X509Certificate(Buffer.from(got.shown.certificate, 'base64'));
        const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
        const signature = Buffer.from(got.signed.signature, 'base64');
        expect(verify(`sha${String(got.algorithm).slice(2)}`, Buffer.from('a request'), key, signature)).toBe(true);
        expect(new Set(person.seen.map(({ question }) => 'asker' in question && question.asker.name))).toContain(origin);
        await page.close();
      }
      // The second site was asked for the PIN although the token was logged in for the first.
      const kinds = person.seen.map(({ question }) => question.kind);
      expect(kinds.filter((kind) => kind === 'pin')).toHaveLength(2);
    });

    it('gets by every way what the table says, and nothing happens where it is refused', async () => {
      const contexts: { kind: Kind; origin: string; how?: 'sandboxed' | 'framed' | 'rebound' }[] = [
        ...paired().map((origin) => ({ kind: 'paired' as const, origin })),
        { kind: 'not paired', origin: `http://localhost:${pages.second}` },
        { kind: 'not paired', origin: `http://127.0.0.1:${pages.first}` },
        { kind: 'not paired', origin: `https://shop.example.test:${pages.secure}` },
        { kind: 'not paired', origin: `https://sede.example.test.evil.test:${pages.secure}` },
        { kind: 'not paired', origin: `http://127.0.0.1:${pages.second}`, how: 'framed' },
        { kind: 'no site', origin: `http://localhost:${pages.first}`, how: 'sandboxed' },
        { kind: 'no site', origin: `http://localhost.evil.test:${pages.first}` },
        { kind: 'rebound', origin: `http://evil.test:${daemon.port}`, how: 'rebound' },
      ];
      for (const { kind, origin, how } of contexts) {
        person.does({ certificate: true, pair: 'no' });
        const before = await state();
        const page = await (how === 'rebound' ? openRebound(origin) : open(how === undefined ? origin : (paired()[0] ?? '')));
        const frame = how === 'sandboxed' || how === 'framed' ? await nested(page, `${origin}/inner`, how) : page.mainFrame();
        const base = how === 'rebound' ? origin : daemon.url;
        const probe = `${origin} ${how ?? ''}`;
        const seen = await frame.evaluate(attempt, WAYS, base, probe);
        for (const [index, way] of WAYS.entries()) {
          const cell = await result(seen[index] ?? '', `${probe} ${way}`, cellOf(way, kind));
          expect({ origin, how, way, cell }).toEqual({ origin, how, way, cell: cellOf(way, kind) });
        }
        await page.close();
        const after = await state();
        // A page that is not paired may ask to be; the person said no, once.
        const asked = kind === 'not paired' ? 1 : 0;
        if (kind !== 'paired') expect(after).toEqual({ ...before, seen: before.seen + asked, audit: before.audit + asked });
        expect({ remaining: after.remaining, tries: after.tries }).toEqual({ remaining: before.remaining, tries: before.tries });
      }
    });

    it('reads at once that its pairing was taken back', async () => {
      const [origin = ''] = paired();
      const page = await open(origin);
      person.does({});
      const asked = page.evaluate(attempt, ['fetch /v1/site/certificates'], daemon.url, 'revoked');
      await person.next('certificate');
      await daemon.call('DELETE', `/v1/origins/${encodeURIComponent(origin)}`);
      expect(await asked).toEqual(['403 origin_not_paired']);
      await page.close();
    });

    /** A page under a name that led elsewhere when it was loaded, and leads to the daemon now. */
    async function openRebound(origin: string): Promise<Page> {
      const page = await browser.browser.newPage();
      if (name === 'firefox') {
        // Firefox finds the name at the daemon itself: the page is put in its way.
        await page.setRequestInterception(true);
        page.on('request', (asked) => {
          const put = { status: 200, contentType: 'text/html', body: BLANK };
          void (asked.url().endsWith('/page') ? asked.respond(put) : asked.continue());
        });
      }
      await page.goto(`${origin}/page`);
      return page;
    }

    async function nested(page: Page, address: string, how: 'sandboxed' | 'framed'): Promise<Frame> {
      await page.evaluate(
        (src: string, sandbox: string | null) =>
          new Promise<void>((resolve) => {
            const frame = document.createElement('iframe');
            if (sandbox !== null) frame.setAttribute('sandbox', sandbox);
            frame.addEventListener('load', () => resolve());
            frame.src = src;
            document.body.append(frame);
          }),
        address,
        how === 'sandboxed' ? 'allow-scripts allow-forms' : null,
      );
      return until('the frame is there', () => page.frames().find((frame) => frame.url() === address));
    }

    /** What the page saw, or what the daemon answered it without its seeing it, in the words of the table. */
    async function result(seen: string, probe: string, wanted: string): Promise<string> {
      if (seen !== 'nothing') return seen;
      const of = (preflight: boolean) =>
        heard.answered
          .filter((one) => one.probe === probe && (one.method === 'OPTIONS') === preflight)
          .map(({ status }) => status);
      // Sent without anybody waiting for it: it comes in when it does.
      if (wanted.startsWith('(')) await until(`the daemon hears of ${probe}`, () => of(false)[0]);
      const [status] = of(false);
      if (status !== undefined) return `(${status})`;
      return of(true).length > 0 ? 'stopped' : 'not sent';
    }
  });
});

function cellOf(way: PageWay, kind: Kind): string {
  return expected.get(way)?.[KINDS.indexOf(kind)]?.replaceAll('`', '') ?? 'missing';
}
