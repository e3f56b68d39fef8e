import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { launch } from 'puppeteer-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalAuthority } from '../../src/install/tls.ts';
import { TestHome } from './home.ts';

const FOREIGN = 'other.test';

describe.each([
  ['chromium', '/usr/bin/chromium', '.pki/nssdb'],
  ['firefox', '/usr/bin/firefox-esr', '.mozilla/firefox/t.default'],
] as const)('%s', (name, program, database) => {
  const home = new TestHome();
  const servers: Server[] = [];
  const profile = name === 'chromium' ? home.at('profile') : home.at(database);

  beforeAll(async () => {
    mkdirSync(profile, { recursive: true });
    home.database(home.at(database));
    await home.install({ browsers: [name], only: ['tls'] });
    const tls = (file: string): Buffer => readFileSync(join(home.stateDir, 'tls', file));
    await serve(tls('key.pem'), tls('cert.pem'));
    // An authority of the same making that is trusted as well, while its key still lives: it vouches for a name it must not.
    const authority = await createLocalAuthority(new Date());
    const pem = home.at('second.pem');
    writeFileSync(pem, authority.pem);
    const trust = ['-A', '-d', `sql:${home.at(database)}`, '-n', authority.nickname, '-t', 'C,,', '-a', '-i', pem];
    execFileSync('certutil', trust);
    const own = await authority.issue(['localhost']);
    const foreign = await authority.issue([FOREIGN]);
    await serve(own.key, `${own.certificate}${authority.pem}`);
    await serve(foreign.key, `${foreign.certificate}${authority.pem}`);
  });

  afterAll(async () => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    await Promise.all(servers.filter(({ listening }) => listening).map((server) => once(server, 'close')));
    home[Symbol.dispose]();
  });

  async function serve(key: string | Buffer, cert: string | Buffer): Promise<void> {
    const server = createServer({ key, cert }, (_request, response) => response.end('<title>here</title>'));
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
  }

  /** What becomes of visits to these addresses in a browser that has just been started: the page's title, or the error. */
  async function visit(urls: readonly string[]): Promise<string[]> {
    const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const browser = await launch({
      browser: name === 'chromium' ? 'chrome' : 'firefox',
      executablePath: program,
      headless: true,
      userDataDir: profile,
      args:
        name === 'chromium'
          ? [...sandbox, '--disable-dev-shm-usage', '--disable-gpu', `--host-resolver-rules=MAP ${FOREIGN} 127.0.0.1`]
          : [],
      env: { ...home.env, LANG: 'C.UTF-8' },
      ...(name === 'firefox' ? { extraPrefsFirefox: { 'network.dns.localDomains': FOREIGN } } : {}),
    });
    try {
      const page = await browser.newPage();
      const found: string[] = [];
      for (const url of urls) {
        const failed = await page.goto(url).then(
          () => null,
          (error: unknown) => String(error),
        );
        found.push(
          failed === null ? await page.title() : (/(ERR_CERT\w*|SEC_ERROR\w*|MOZILLA_PKIX\w*)/.exec(failed)?.[1] ?? failed),
        );
      }
      return found;
    } finally {
      await browser.close().catch(() => browser.process()?.kill('SIGKILL'));
    }
  }

  const at = (host: string, index: number): string => {
    const place = servers[index]?.address() as AddressInfo | undefined;
    return `https://${host}:${place?.port}/`;
  };

  it('opens this computer’s own addresses without a word, and no other that such an authority vouches for', async () => {
    const [one, two, own, foreign] = await visit([at('localhost', 0), at('127.0.0.1', 0), at('localhost', 1), at(FOREIGN, 2)]);
    expect([one, two, own]).toEqual(['here', 'here', 'here']);
    expect(foreign).toMatch(name === 'chromium' ? /^ERR_CERT_INVALID$/ : /^SEC_ERROR_CERT_NOT_IN_NAME_SPACE$/);
  });

  it('refuses them once it is uninstalled', async () => {
    await home.uninstall();
    const [refused] = await visit([at('localhost', 0)]);
    expect(refused).toMatch(name === 'chromium' ? /^ERR_CERT_AUTHORITY_INVALID$/ : /^SEC_ERROR_UNKNOWN_ISSUER$/);
  });
});
