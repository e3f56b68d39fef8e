import { createHash, verify, X509Certificate } from 'node:crypto';
import type { Browser, Frame, Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { BROWSERS, missing, startPages, startWithPeer } from './browser.ts';

const NONCE = Buffer.alloc(33, 7).toString('base64');
const DEADLINE = 20_000;
/** What the published extension waits for a host that starts, in milliseconds; tests/bench measures what it really takes. */
const HANDSHAKE = 5_000;

let stack: AsyncDisposableStack;
let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let pages: { tls: number; plain: number };

beforeAll(async () => {
  stack = new AsyncDisposableStack();
  token = stack.adopt(await createSoftHsm({ keys: [{ kind: 'p256' }] }), (each) => each.dispose());
  const bridges = { webeid: true, scs: false, nexu: false, afirma: false };
  const options = { drivers: [{ path: token.library, environment: token.env }], settings: { bridges } };
  daemon = stack.adopt(await startTestDaemon(options), (each) => each.dispose());
  person = stack.use(await personAt(daemon));
  pages = stack.use(await startPages());
});
afterAll(() => stack.disposeAsync());

interface Outcome {
  // biome-ignore lint/suspicious/noExplicitAny: answers of several shapes, compared with what is expected
  answer: any;
  ms: number;
}

/** Has the page ask through the extension. */
function asks(page: Page | Frame, action: string, given: Record<string, unknown> = {}): Promise<Outcome> {
  const call = `webeid(${JSON.stringify(action)}, ${JSON.stringify(given)})`;
  return page.evaluate(call) as Promise<Outcome>;
}

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('the extension’s way in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'with the published extension’s peer', () => {
    let browser: Browser;
    let page: Page;

    beforeAll(async () => {
      ({ browser } = stack.use(await startWithPeer(name, daemon.runtimeDir)));
      page = await browser.newPage();
      page.setDefaultTimeout(DEADLINE);
      await page.goto(origin());
    });
    afterAll(() => browser.close());
    // One browser's site is another's stranger.
    const host = name === 'chromium' ? 'localhost' : '127.0.0.1';
    const origin = () => `https://${host}:${pages.tls}`;

    it('tells the version and asks nobody', async () => {
      const before = person.seen.length;
      const { answer, ms } = await asks(page, 'status');
      expect(answer).toMatchObject({ nativeApp: expect.stringMatching(/^2\.9\.0\+signet\./) });
      expect(person.seen).toHaveLength(before);
      expect(ms).toBeLessThan(HANDSHAKE);
    });

    it('logs in and signs for the page’s own origin', async () => {
      person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true });
      const { answer: login } = await asks(page, 'authenticate', { challengeNonce: NONCE });
      const { publicKey } = new X509Certificate(Buffer.from(login.unverifiedCertificate, 'base64'));
      const hash = (text: string) => createHash('sha256').update(text).digest();
      const signed = Buffer.concat([hash(origin()), hash(NONCE)]);
      const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
      expect(verify('sha256', signed, key, Buffer.from(login.signature, 'base64'))).toBe(true);

      const { answer: shown } = await asks(page, 'get-signing-certificate');
      const document = { hash: hash('a contract').toString('base64'), hashFunction: 'SHA-256', certificate: shown.certificate };
      const { answer: signature } = await asks(page, 'sign', document);
      expect(verify('sha256', Buffer.from('a contract'), key, Buffer.from(signature.signature, 'base64'))).toBe(true);
      expect(new Set(person.seen.map(({ question }) => `${question.asker.name} ${question.asker.via}`))).toContain(
        `${origin()} webeid`,
      );
    });

    it('brings our reasons to the page untouched', async () => {
      const { answer, ms } = await asks(page, 'authenticate', { challengeNonce: 'short', options: { lang: 'fr' } });
      expect(answer.error).toMatchObject({
        code: 'ERR_WEBEID_NATIVE_FATAL',
        reason: 'INVALID_REQUEST',
        message: expect.stringMatching(/demande/),
        nextStep: { procedureId: null },
      });
      expect(ms).toBeLessThan(HANDSHAKE);
    });

    it('serves a page of this machine by plain HTTP', async () => {
      person.does({ pair: true, pin: USER_PIN });
      const plain = await browser.newPage();
      await plain.goto(`http://${host}:${pages.plain}`);
      expect((await asks(plain, 'authenticate', { challengeNonce: NONCE })).answer).toMatchObject({ algorithm: 'ES256' });
      expect(person.seen.at(-1)?.question.asker.name).toBe(`http://${host}:${pages.plain}`);
      await plain.close();
    });

    it('gives a frame its own origin', async () => {
      const inner = `https://${host === 'localhost' ? '127.0.0.1' : 'localhost'}:${pages.tls}`;
      person.does({ pair: 'no', confirm: 'no' });
      await page.evaluate(
        `document.body.append(Object.assign(document.createElement('iframe'), { src: ${JSON.stringify(inner)} }))`,
      );
      const frame = await page.waitForFrame((each) => each.url().startsWith(inner));
      await frame.waitForFunction('typeof webeid === "function"');
      await asks(frame, 'authenticate', { challengeNonce: NONCE });
      expect(person.seen.at(-1)?.question.asker.name).toBe(inner);
    });

    it('closes the question when the extension waits no longer', async () => {
      person.does({});
      const asked = asks(page, 'authenticate', { challengeNonce: NONCE, options: { userInteractionTimeout: 1_500 } });
      const prompt = await person.next();
      expect((await asked).answer.error.code).toBe('ERR_WEBEID_USER_TIMEOUT');
      expect(await person.end(prompt)).toMatchObject({ why: 'gone' });
    });
  });
});
