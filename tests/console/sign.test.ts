import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { quietly } from '../../native-config/setup/run.mjs';
import { createSoftHsm } from '../backends/softhsm.ts';
import { USER_PIN, until } from '../fixture/index.ts';
import { BROWSERS, choose, drop, missing, objections, press, typeSecret, visit, waitForText } from './browser.ts';
import { openTabs, setScene } from './scene.ts';

const TEXT = 'A contract\nof two lines\n';

describe.each(BROWSERS.map((name) => ({ name, absent: missing(name) })))('signing in $name', ({ name, absent }) => {
  describe.skipIf(absent !== undefined)(absent ?? 'on SoftHSM2', () => {
    const at = setScene(name, { token: createSoftHsm });
    openTabs(at);

    const file = (base: string): string => join(at.browser.downloads, base);
    const write = (base: string, content: string | Buffer): string => {
      writeFileSync(file(base), content);
      return file(base);
    };
    const downloaded = (base: string): Promise<Buffer> =>
      until(`${base} is downloaded`, () => {
        const whole = readdirSync(at.browser.downloads).includes(base) ? readFileSync(file(base)) : Buffer.alloc(0);
        return whole.length > 0 ? whole : undefined;
      });
    const answerOf = async (): Promise<string | undefined> => {
      await at.tab.page.waitForSelector('.verdict');
      return at.tab.page.$eval('.verdict', (verdict) => verdict.textContent ?? undefined);
    };

    it('signs a dropped file, which openssl accepts, and verifies it', async () => {
      const { page } = at.tab;
      const sent: string[] = [];
      // Firefox's protocol does not tell bodies.
      if (name === 'chromium') page.on('request', (request) => sent.push(request.postData() ?? ''));
      await visit(at.tab, 'sign');
      await drop(page, 'File to sign', { name: 'contract.txt', text: TEXT });
      await waitForText(page, 'contract.txt');
      await press(page, 'Sign');
      await typeSecret(page, USER_PIN);
      await page.keyboard.press('Enter');
      await waitForText(page, 'Signed: contract.txt');
      expect(await objections(page)).toEqual([]);
      await press(page, 'Download contract.txt.sig');
      const signature = await downloaded('contract.txt.sig');
      await press(page, 'Download the certificate');
      const pem = await downloaded('contract.txt.pem');
      expect(sent.join('')).not.toContain(Buffer.from(TEXT).toString('base64'));

      const [data, key] = [write('original', TEXT), file('key')];
      expect(quietly('openssl', ['x509', '-in', file('contract.txt.pem'), '-pubkey', '-noout', '-out', key]).ok).toBe(true);
      const checked = quietly('openssl', ['dgst', '-sha256', '-verify', key, '-signature', file('contract.txt.sig'), data]);
      expect(checked.output).toBe('Verified OK');

      await visit(at.tab, 'sign/verify');
      await drop(page, 'The file', { name: 'contract.txt', text: TEXT });
      await choose(page, 'Its signature', file('contract.txt.sig'));
      await press(page, 'Verify');
      expect(await answerOf()).toBe('Valid');
      expect(await objections(page)).toEqual([]);

      await drop(page, 'The file', { name: 'contract.txt', text: `${TEXT}!` });
      await page.waitForFunction(() => document.querySelector('.verdict') === null);
      await press(page, 'Verify');
      expect(await answerOf()).toBe('Not valid');

      await page.select('.page select', 'file');
      await choose(page, "The signer's certificate", file('contract.txt.pem'));
      await drop(page, 'The file', { name: 'contract.txt', text: TEXT });
      await press(page, 'Verify');
      expect(await answerOf()).toBe('Valid');
      expect([signature.length, pem.toString('latin1').slice(0, 27)]).toEqual([256, '-----BEGIN CERTIFICATE-----']);
    });

    it('cannot tell with what is no signature, and says why', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'sign/verify');
      await drop(page, 'The file', { name: 'a', text: TEXT });
      await drop(page, 'Its signature', { name: 'a.sig', text: 'not a signature' });
      await press(page, 'Verify');
      expect(await answerOf()).toBe('Cannot tell');
      await page.select('.page select', 'file');
      await drop(page, "The signer's certificate", {
        name: 'a.pem',
        text: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----',
      });
      await press(page, 'Verify');
      await page.waitForSelector('.page [role="alert"]');
    });

    it('signs with the algorithm and key that were chosen', async () => {
      const { page } = at.tab;
      await visit(at.tab, 'sign');
      await drop(page, 'File to sign', { name: 'ec.txt', text: TEXT });
      const [credential] = await page.$$eval('.page select option', (options) =>
        options.filter((option) => option.textContent?.startsWith('p256')).map((option) => (option as HTMLOptionElement).value),
      );
      await page.select('.page select', credential ?? '');
      await page.waitForFunction(() => document.querySelectorAll('.page select')[1]?.textContent?.startsWith('ES256') === true);
      await press(page, 'Sign');
      await page.waitForFunction(() => document.querySelector('dialog, .box.good') !== null);
      if ((await page.$('dialog')) !== null) {
        await typeSecret(page, USER_PIN);
        await page.keyboard.press('Enter');
      }
      await waitForText(page, 'Signed: ec.txt');
      await press(page, 'Download ec.txt.sig');
      // A DER sequence, which openssl reads.
      expect((await downloaded('ec.txt.sig'))[0]).toBe(0x30);
    });
  });
});
