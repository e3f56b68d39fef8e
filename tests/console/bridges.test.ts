import { createHash, verify, X509Certificate } from 'node:crypto';
import type { Page } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { BROWSERS, missing, startBrowser, type TestBrowser } from './browser.ts';
import { type Pages, servePages } from './web-pages.ts';

const SITE = 'sede.example.test';
const TEXT = 'the contract, as it was agreed';

// Both protocols as their own pages speak them: fetch with JSON, which a preflight comes before, and a script read from Signet.
describe.each(BROWSERS)('an https page in %s', (name) => {
  const why = missing(name);
  describe.skipIf(why !== undefined)(why ?? 'that speaks another program’s protocol', () => {
    let pages: Pages;
    let browser: TestBrowser;
    let token: SoftHsm;
    let daemon: TestDaemon;
    let person: Person;
    let page: Page;
    let bases: Record<string, string>;

    beforeAll(async () => {
      [pages, browser, token] = await Promise.all([
        servePages(),
        startBrowser(name, { here: [SITE], anyCertificate: true }),
        createSoftHsm(),
      ]);
      const bridges = {
        webeid: false,
        scs: true,
        nexu: true,
        afirma: false,
        scsPort: 0,
        scsTlsPort: 0,
        nexuPort: 0,
        nexuTlsPort: 0,
      };
      daemon = await startTestDaemon({ drivers: [token.driver], settings: { bridges } });
      const states = (await daemon.call('GET', '/v1/bridges')).json.bridges as { name: string; listening: string[] }[];
      bases = Object.fromEntries(states.map((state) => [state.name, state.listening[0] ?? '']));
      person = await personAt(daemon, { pair: true, certificate: 'rsa', pin: USER_PIN, confirm: true });
      page = await browser.browser.newPage();
      await page.goto(`https://${SITE}:${pages.secure}/`);
    });
    afterAll(async () => {
      await browser[Symbol.asyncDispose]();
      await person.leave();
      pages[Symbol.dispose]();
      await daemon.dispose();
      token.dispose();
    });

    const isSigned = (certificate: string, signature: string): boolean =>
      verify(
        'sha256',
        Buffer.from(TEXT),
        new X509Certificate(Buffer.from(certificate, 'base64')).publicKey,
        Buffer.from(signature, 'base64'),
      );

    it('signs by SCS', async () => {
      const got = await page.evaluate(
        async (base: string, text: string) => {
          const headers = { 'Content-Type': 'application/json', Accept: 'application/json' };
          const version = await (await fetch(`${base}/version`, { headers })).json();
          const body = JSON.stringify({
            version: '1.1',
            selector: { keyusages: ['nonrepudiation'], keyalgorithms: ['rsa'] },
            content: btoa(text),
            contentType: 'data',
            hashAlgorithm: 'SHA256',
            signatureType: 'signature',
          });
          return { version, signed: await (await fetch(`${base}/sign`, { method: 'POST', headers, body })).json() };
        },
        bases.scs ?? '',
        TEXT,
      );
      expect(got).toMatchObject({ version: { version: '1.1' }, signed: { status: 'ok', reasonCode: 200 } });
      const { chain, signature } = got.signed as { chain: string[]; signature: string };
      expect(isSigned(chain[0] ?? '', signature)).toBe(true);
    });

    it('signs by NexU, with the script that it reads from there', async () => {
      const got = await page.evaluate(
        async (base: string, text: string) => {
          const script = document.createElement('script');
          script.src = `${base}/nexu.js`;
          await new Promise((resolve, reject) => {
            script.onload = resolve;
            script.onerror = reject;
            document.head.append(script);
          });
          const nexu = globalThis as unknown as Record<string, (...args: unknown[]) => void>;
          const call = (name: string, ...args: unknown[]): Promise<{ response: Record<string, string & { id: string }> }> =>
            new Promise((resolve, reject) =>
              nexu[name]?.(...args, resolve, (failure: unknown) => reject(new Error(JSON.stringify(failure)))),
            );
          const { response } = await call('nexu_get_certificates');
          const signed = await call('nexu_sign_with_token_infos', response.tokenId?.id, response.keyId, btoa(text), 'SHA256');
          return { certificate: response.certificate ?? '', signature: signed.response.signatureValue ?? '' };
        },
        bases.nexu ?? '',
        TEXT,
      );
      expect(isSigned(got.certificate, got.signature)).toBe(true);
    });

    it('was named to the person in full each time, with the digest of what it had signed', () => {
      const asked = person.seen.map(({ question }) => question);
      expect(asked.map(({ kind }) => kind)).toEqual(['pair', 'pin', 'certificate', 'confirm']);
      expect(new Set(asked.map(({ asker }) => asker.name))).toEqual(new Set([`https://${SITE}:${pages.secure}`]));
      const digest = createHash('sha256').update(TEXT).digest('hex').slice(0, 4);
      expect(JSON.stringify(asked.at(-1))).toContain(`SHA-256 ${digest}`);
    });
  });
});
