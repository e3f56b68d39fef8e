import { createHash, createPrivateKey, generateKeyPairSync, type JsonWebKey, X509Certificate } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createPlain, type Server as HttpServer, type RequestListener } from 'node:http';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { type Browser, launch } from 'puppeteer-core';
import { makeIdentity } from '../backends/identity.ts';
import { BACKGROUND, CONTENT, LIBRARY, manifestOf } from './published.ts';

const MAIN = join(import.meta.dirname, '../../src/host/main.ts');
const PROGRAMS = { chromium: '/usr/bin/chromium', firefox: '/usr/bin/firefox-esr' } as const;
export type BrowserName = keyof typeof PROGRAMS;
export const BROWSERS = ['chromium', 'firefox'] as const;
const FIREFOX_ID = 'webeid-peer@signet.test';

/** Why this browser cannot be tried here, or undefined when it can. */
export function missing(name: BrowserName): string | undefined {
  return existsSync(PROGRAMS[name]) ? undefined : `${name} is not installed (Debian: apt-get install chromium firefox-esr)`;
}

/** Starts a browser without a window that has the peer of the published extension, and our host as `eu.webeid` in its profile. */
export async function startWithPeer(name: BrowserName, runtimeDir: string): Promise<{ browser: Browser } & AsyncDisposable> {
  const profile = mkdtempSync(join(tmpdir(), `signet-webeid-${name}-`));
  const spki = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ type: 'spki', format: 'der' });
  const files = {
    'manifest.json': JSON.stringify(manifestOf(name, spki.toString('base64'), FIREFOX_ID)),
    'content.js': CONTENT,
    'background.js': BACKGROUND,
  };
  const unpacked = join(profile, 'peer');
  mkdirSync(unpacked);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(unpacked, file), text);
  const packed = join(profile, 'peer.xpi');
  writeFileSync(packed, zipSync(Object.fromEntries(Object.entries(files).map(([file, text]) => [file, strToU8(text)]))));

  const wrapper = join(profile, 'signet-host');
  writeFileSync(
    wrapper,
    `#!/bin/sh\nSIGNET_RUNTIME_DIR='${runtimeDir}' exec '${process.execPath}' --no-warnings '${MAIN}' eu.webeid "$@"\n`,
  );
  chmodSync(wrapper, 0o755);
  const folder =
    name === 'chromium' ? join(profile, 'NativeMessagingHosts') : join(profile, '.mozilla', 'native-messaging-hosts');
  mkdirSync(folder, { recursive: true });
  const allowed =
    name === 'chromium' ? { allowed_origins: [`chrome-extension://${idOf(spki)}/`] } : { allowed_extensions: [FIREFOX_ID] };
  const manifest = { name: 'eu.webeid', description: 'Signet', path: wrapper, type: 'stdio', ...allowed };
  writeFileSync(join(folder, 'eu.webeid.json'), JSON.stringify(manifest));

  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const browser = await launch({
    browser: name === 'chromium' ? 'chrome' : 'firefox',
    executablePath: PROGRAMS[name],
    headless: true,
    acceptInsecureCerts: true,
    userDataDir: profile,
    env: { ...process.env, HOME: profile, LANG: 'C.UTF-8' },
    ...(name === 'chromium'
      ? { args: [...sandbox, '--disable-dev-shm-usage', '--disable-gpu'], enableExtensions: [unpacked] }
      : { extraPrefsFirefox: { 'intl.accept_languages': 'en-GB' } }),
  });
  if (name === 'firefox') await browser.installExtension(packed);
  return {
    browser,
    [Symbol.asyncDispose]: async () => {
      await browser.close().catch(() => browser.process()?.kill('SIGKILL'));
      rmSync(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}

/** A page with the library's part, by https with a throw-away certificate and by plain HTTP; ports of loopback. */
export async function startPages(): Promise<{ tls: number; plain: number } & AsyncDisposable> {
  const { jwk, certificate } = await makeIdentity('p256', Buffer.from([1]), 'localhost');
  const key = createPrivateKey({ key: jwk as JsonWebKey, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' });
  const listener: RequestListener = (_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(`<!doctype html><title>sede</title><script>${LIBRARY}</script>`);
  };
  const servers: (HttpServer | HttpsServer)[] = [
    createServer({ key, cert: new X509Certificate(certificate).toString() }, listener),
    createPlain(listener),
  ];
  const ports = await Promise.all(servers.map(listening));
  return {
    tls: ports[0] ?? 0,
    plain: ports[1] ?? 0,
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

function listening(server: HttpServer | HttpsServer): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
}

/** The id that Chromium gives an extension with this key: sixteen bytes of its SHA-256, with a to p for 0 to f. */
function idOf(spki: Buffer): string {
  const hex = createHash('sha256').update(spki).digest('hex').slice(0, 32);
  return [...hex].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 16))).join('');
}
