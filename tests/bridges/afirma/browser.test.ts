import { createVerify, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { BROWSERS, missing, startBrowser, type TestBrowser } from '../../console/browser.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url, frameOf } from './driver.ts';
import { launch, pageOf, tls } from './site.ts';

const DOCUMENT = Buffer.from('Declaración responsable');

/** What pages do: connect to the ports, say a frame and wait for its result; `refused` when no connection opens. */
const SCRIPT = `
  function talk(ports, session, frame) {
    return new Promise((resolve) => {
      let closed = 0;
      for (const port of ports) {
        const socket = new WebSocket('wss://127.0.0.1:' + port);
        let said = false;
        socket.onopen = () => socket.send('echo=-idsession=' + session + '@EOF');
        socket.onmessage = ({ data }) => {
          if (!said) { said = true; socket.send(frame); }
          else if (data === '#wait') setTimeout(() => socket.send('getresult?idsession=' + session), 30);
          else { window.kept = socket; resolve(data); }
        };
        socket.onclose = () => { closed += 1; if (closed === ports.length) resolve(said ? 'dropped' : 'refused'); };
      }
    });
  }`;
const PAGE = `<!doctype html><meta charset="utf-8"><title>Sede</title><script>${SCRIPT}</script>`;
const FRAMED = `<!doctype html><title>Frame</title><iframe sandbox="allow-scripts" srcdoc="<script>${SCRIPT.replaceAll('"', '&quot;')}
  onmessage = async ({ data }) => parent.postMessage(await talk(data.ports, data.session, data.frame), '*');
  parent.postMessage('ready', '*');</script>"></iframe>
  <script>
    const ready = new Promise((resolve) => addEventListener('message', resolve, { once: true }));
    async function talk(ports, session, frame) {
      await ready;
      const answer = new Promise((resolve) => addEventListener('message', ({ data }) => resolve(data), { once: true }));
      document.querySelector('iframe').contentWindow.postMessage({ ports, session, frame }, '*');
      return answer;
    }
  </script>`;

let token: SoftHsm;
let daemon: TestDaemon;
let site: Server;
let port: number;

beforeAll(async () => {
  token = await createSoftHsm({ keys: [{ kind: 'rsa2048' }] });
  daemon = await startTestDaemon({
    drivers: [{ path: token.library, environment: token.env }],
    settings: { bridges: { webeid: false, scs: false, nexu: false, afirma: true } },
  });
  const made = await tls();
  installTls(daemon.stateDir, made);
  site = createServer({ key: made.key, cert: made.cert }, (request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(request.url === '/framed' ? FRAMED : PAGE);
  });
  site.listen(0, '127.0.0.1');
  await once(site, 'listening');
  const address = site.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(async () => {
  site.closeAllConnections();
  site.close();
  await daemon.dispose();
  token.dispose();
});

/** What the script of a page at this address gets. */
async function said(
  { browser }: TestBrowser,
  address: string,
  ports: readonly number[],
  session: string,
  frame: string,
): Promise<string> {
  const page = await browser.newPage();
  await page.goto(address);
  const call = `talk(${JSON.stringify(ports)}, ${JSON.stringify(session)}, ${JSON.stringify(frame)})`;
  return (await page.evaluate(call)) as string;
}

describe.each(BROWSERS.filter((name) => missing(name) === undefined))('%s', (name) => {
  it('signs for the site whose page launched the session, and for no other page that knows its id', async () => {
    await using browser = await startBrowser(name, { here: ['sede.example', 'evil.example'], anyCertificate: true });
    await using person = await personAt(daemon, { pair: true, certificate: true, pin: USER_PIN, confirm: true });
    const { address, options } = await pageOf();
    const { ports, session } = options;
    await launch(daemon, address);
    const frame = frameOf('sign', session, { algorithm: 'SHA256withRSA', format: 'NONE', dat: base64url(DOCUMENT) });
    expect(await said(browser, `https://sede.example:${port}/framed`, ports, session, frame)).toBe('refused');
    const answer = await said(browser, `https://sede.example:${port}/`, ports, session, frame);
    const [certificate = '', signature = ''] = answer.split('|');
    const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64url'));
    expect(createVerify('sha256').update(DOCUMENT).verify(publicKey, signature, 'base64url')).toBe(true);
    const askers = new Set(person.seen.map(({ question }) => question.asker.name));
    expect([...askers]).toEqual([`https://sede.example:${port}`]);
    const asked = person.seen.length;
    for (const other of [`https://evil.example:${port}/`, `https://sede.example:${port}/framed`])
      expect(await said(browser, other, ports, session, frame), other).toBe('refused');
    expect(person.seen).toHaveLength(asked);
  });
});
