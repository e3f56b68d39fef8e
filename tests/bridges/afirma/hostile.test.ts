import { once } from 'node:events';
import { request } from 'node:https';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { listen } from '../../../src/bridges/afirma/listener.ts';
import { Session } from '../../../src/bridges/afirma/session.ts';
import type { BridgeContext } from '../../../src/bridges/bridge.ts';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN, until } from '../../fixture/index.ts';
import { type Person, personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url, frameOf, freePorts, type SitePage } from './driver.ts';
import { launch, outcome, pageAt, pageOf, SEDE, tls } from './site.ts';

const RAW = { algorithm: 'SHA256withRSA', format: 'NONE', dat: base64url('hola') };
const EVIL = 'https://evil.example';

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let page: SitePage;
let ca: string;
let port: number;

beforeAll(async () => {
  token = await createSoftHsm();
  daemon = await startTestDaemon({
    drivers: [{ path: token.library, environment: token.env }],
    settings: { bridges: { webeid: false, scs: false, nexu: false, afirma: true } },
  });
  const made = await tls();
  ({ ca } = made);
  installTls(daemon.stateDir, made);
});
beforeEach(async () => {
  person = await personAt(daemon);
  page = await pageOf();
  ({ port } = (await launch(daemon, page.address)).json);
});
afterEach(async () => {
  page.close();
  await person.leave();
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
});

/** Status with which an upgrade is refused, or `open`. */
function knock(headers: Record<string, string>, path = '/', { origin }: { origin?: string } = {}): Promise<number | 'open'> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://127.0.0.1:${port}${path}`, { ca, headers, ...(origin === undefined ? {} : { origin }) });
    socket.on('unexpected-response', (_request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
    socket.on('open', () => {
      resolve('open');
      socket.terminate();
    });
    socket.on('error', reject);
  });
}

/** A connection of some page that has the port but not necessarily the session's id. */
async function intruder(origin: string): Promise<WebSocket> {
  const socket = new WebSocket(`wss://127.0.0.1:${port}`, { ca, origin });
  socket.on('error', () => undefined);
  await once(socket, 'open');
  return socket;
}

const closed = (socket: WebSocket): Promise<unknown> =>
  socket.readyState === socket.CLOSED ? Promise.resolve() : once(socket, 'close');
const isOpen = async () =>
  (await daemon.call('POST', '/v1/bridges/afirma/launch', { url: 'afirma://none' })).status === 422 && (await reachable());
const reachable = (): Promise<boolean> =>
  new Promise((resolve) => {
    const socket: TLSSocket = connect({ host: '127.0.0.1', port, ca });
    socket.once('secureConnect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('secureConnect', () => socket.destroy());
  });

describe('a connection', () => {
  it.each([
    ['no origin', {}, 403],
    ['the null origin', { origin: 'null' }, 403],
    ['plain http', { origin: 'http://sede.example' }, 403],
    ['a file', { origin: 'file://' }, 403],
    ['an extension', { origin: 'chrome-extension://abcdefghijklmnop' }, 403],
    ['a path', { origin: `${SEDE}/x` }, 403],
    ['two origins', { origin: `${SEDE} ${EVIL}` }, 403],
    ['a rebound name', { origin: SEDE, host: 'evil.example' }, 421],
    ['a rebound name with our port', { origin: SEDE, host: 'evil.example:PORT' }, 421],
    ['another port', { origin: SEDE, host: '127.0.0.1:9711' }, 421],
    ['no port', { origin: SEDE, host: '127.0.0.1' }, 421],
    ['a suffix trick', { origin: SEDE, host: '127.0.0.1.evil.example:PORT' }, 421],
    ['the usual', { origin: SEDE }, 'open'],
    ['the other name', { origin: SEDE, host: 'localhost:PORT' }, 'open'],
    ['a site on this machine', { origin: 'http://localhost:8080' }, 'open'],
  ])('from %s is judged before anything is read', async (_name, headers, expected) => {
    const own = Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, String(value).replace('PORT', String(port))]),
    );
    expect(await knock(own)).toBe(expected);
    expect(person.seen).toEqual([]);
  });

  it('to another path is refused, and a plain request told that it is no page', async () => {
    expect(await knock({ origin: SEDE }, '/other')).toBe(404);
    const status = (host: string) =>
      new Promise<number>((resolve, reject) => {
        const asked = request(
          { host: '127.0.0.1', port, ca, headers: { host }, checkServerIdentity: () => undefined },
          (response) => {
            resolve(response.statusCode ?? 0);
            expect(response.headers['access-control-allow-origin']).toBeUndefined();
            response.destroy();
          },
        );
        asked.on('error', reject);
        asked.end();
      });
    expect(await status(`127.0.0.1:${port}`)).toBe(426);
    expect(await status(`evil.example:${port}`)).toBe(421);
  });
});

it('a program of another user is refused, although the process list shows it the address with the session id', async () => {
  const ports = await freePorts(1);
  const session = new Session({
    launch: { ports, session: 'a'.repeat(20), modern: true },
    context: {} as BridgeContext,
    sticky: new Map(),
    now: Date.now,
    heard: () => undefined,
    log: () => undefined,
  });
  const made = await tls();
  const gone = (): void => undefined;
  const door = await listen(ports, made, session, gone, () => false);
  port = door.port;
  expect(await knock({ origin: SEDE })).toBe(403);
  door.close();
});

describe('a session', () => {
  it('answers nothing to who does not know its id, and lets go after three guesses', async () => {
    const socket = await intruder(EVIL);
    const answers: string[] = [];
    socket.on('message', (data: Buffer) => answers.push(String(data)));
    for (const id of ['aaaaaaaaaaaaaaaaaaaa', 'bbbbbbbbbbbbbbbbbbbb']) socket.send(frameOf('selectcert', id));
    socket.send('echo=-idsession=cccccccccccccccccccc@EOF');
    await closed(socket);
    expect(answers).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/^err-00:=AF620010 - /)));
    expect(person.seen).toEqual([]);
    await page.connect();
    expect(await page.exchange(`echo=-idsession=${page.options.session}@EOF`)).toBe('OK');
  });

  it('tells the old script by its own number, and what is no frame of the protocol', async () => {
    const old = await pageAt(daemon, { jvc: 3 });
    expect(await old.exchange(frameOf('selectcert', 'aaaaaaaaaaaaaaaaaaaa'))).toMatch(/^SAF_46: /);
    expect(await old.exchange('garbage')).toMatch(/^SAF_02: /);
    old.close();
  });

  it('belongs to the origin that showed the id first', async () => {
    const early = await intruder(EVIL);
    await page.connect();
    await page.exchange(`echo=-idsession=${page.options.session}@EOF`);
    await closed(early);
    expect(await knock({ origin: EVIL })).toBe(403);
    expect(await knock({ origin: SEDE })).toBe('open');
  });

  it('ends with its page, and what was asked for it is withdrawn', async () => {
    await page.connect();
    const done = outcome(page.selectCertificate());
    const asked = await person.next('pair');
    page.close();
    expect((await person.end(asked)).why).toBe('gone');
    expect(await done).toBe('Exception AS420002');
    await until('the door is closed', async () => ((await reachable()) ? undefined : true));
  });

  it('does one thing at a time', async () => {
    await page.connect();
    await page.exchange(`echo=-idsession=${page.options.session}@EOF`);
    const frame = frameOf('selectcert', page.options.session);
    expect(await page.exchange(frame)).toBe('#wait');
    expect(await page.exchange(frame)).toMatch(/^err-00:=AF200118 - /);
    await person.next('pair');
    await person.cancel();
    expect(await outcome(page.command(`getresult?idsession=${page.options.session}`))).toBe(
      'AOCancelledOperationException AF500001',
    );
    expect(person.seen).toHaveLength(1);
  });

  it('of one origin gives nothing to a paired other, though the token is logged in', async () => {
    person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true });
    await page.connect();
    await page.sign('sign', RAW);
    const other = await pageAt(daemon, { origin: EVIL });
    await other.selectCertificate();
    person.does({ certificate: true });
    const done = outcome(other.sign('sign', RAW));
    expect((await person.next()).question).toMatchObject({ kind: 'pin', asker: { name: EVIL } });
    await person.cancel();
    expect(await done).toBe('AOCancelledOperationException AF500001');
    other.close();
  });
});

describe('a flood', () => {
  it('of bytes from a stranger ends the connection long before they are kept', async () => {
    const socket = await intruder(EVIL);
    socket.send('x'.repeat(64 * 1024));
    await closed(socket);
    expect(await isOpen()).toBe(true);
  });

  it('of bytes in one message ends the connection of the page itself', async () => {
    await page.connect();
    await page.exchange(`echo=-idsession=${page.options.session}@EOF`);
    page.socket.send(Buffer.alloc(100 * 1024 * 1024, 'A'), { binary: false }, () => undefined);
    await closed(page.socket);
    expect(person.seen).toEqual([]);
  });

  it('of bytes over several connections of the page is held to what one operation may have', async () => {
    await page.connect();
    const { session } = page.options;
    const echo = `echo=-idsession=${session}@EOF`;
    await page.exchange(echo);
    const more = await Promise.all([intruder(SEDE), intruder(SEDE)]);
    for (const socket of more) {
      socket.send(echo);
      await once(socket, 'message');
      // Its end never comes: the bytes stay with whoever takes them.
      socket.send(Buffer.alloc(30 * 1024 * 1024, 'A'), { binary: false, fin: false }, () => undefined);
    }
    await Promise.race(more.map(closed));
    expect(await page.exchange(echo)).toBe('OK');
    for (const socket of more) socket.terminate();
  });

  it('of messages ends the connection, and binary ones at once', async () => {
    await page.connect();
    await page.exchange(`echo=-idsession=${page.options.session}@EOF`);
    for (let count = 0; count < 5_000; count += 1)
      page.socket.send(`getresult?idsession=${page.options.session}`, () => undefined);
    const [code] = (await once(page.socket, 'close')) as [number];
    expect(code).toBe(1008);
    const second = await pageAt(daemon);
    second.socket.send(Buffer.from('echo'));
    expect((await once(second.socket, 'close'))[0]).toBe(1003);
  });

  it('of connections and launches leaves room for the next page', async () => {
    const sockets = await Promise.allSettled(Array.from({ length: 60 }, () => intruder(EVIL)));
    expect(sockets.some(({ status }) => status === 'rejected')).toBe(true);
    for (const socket of sockets) if (socket.status === 'fulfilled') socket.value.terminate();
    for (let count = 0; count < 12; count += 1) expect((await launch(daemon, (await pageOf()).address)).status).toBe(201);
    const next = await pageAt(daemon);
    expect(await next.exchange(`echo=-idsession=${next.options.session}@EOF`)).toBe('OK');
    next.close();
  });

  it('of garbage is answered and forgotten', async () => {
    await page.connect();
    const { session } = page.options;
    for (const text of [
      `afirma://sign?op=sign&idsession=${session}&op=sign`,
      `afirma://sign?idsession=${session}&x=%`,
      `afirma://?idsession=${session}`,
      `afirma://../../x?idsession=${session}`,
      `afirma://sign?op=__proto__&idsession=${session}`,
    ])
      expect(await page.exchange(text)).toMatch(/^err-00:=AF6\d{5} - |^#wait$/);
    expect(person.seen).toEqual([]);
  });
});

describe('a launch', () => {
  it('needs the local certificate', async () => {
    const bare = await startTestDaemon({ settings: { bridges: { webeid: false, scs: false, nexu: false, afirma: true } } });
    expect(await launch(bare, page.address)).toMatchObject({ status: 409, json: { code: 'local_tls_missing' } });
    installTls(bare.stateDir, { ca, key: 'broken', cert: 'broken' });
    expect(await launch(bare, page.address)).toMatchObject({
      status: 409,
      json: { detail: expect.stringContaining('cannot be used') },
    });
    await bare.dispose();
  });

  it('is for the programs of this user, and for a bridge that is on', async () => {
    const client = daemon.as(await daemon.client('every', 'status', 'sign', 'pin', 'admin'));
    expect(await client('POST', '/v1/bridges/afirma/launch', { url: page.address })).toMatchObject({
      status: 403,
      json: { code: 'local_only' },
    });
    expect((await daemon.call('POST', '/v1/bridges/afirma/launch', { url: page.address }, { origin: SEDE })).json.code).toBe(
      'origin_not_paired',
    );
    const off = await startTestDaemon();
    expect(await launch(off, page.address)).toMatchObject({ status: 409, json: { code: 'bridge_off' } });
    await off.dispose();
  });

  it('refuses what is no address, and ports that are all taken', async () => {
    expect(await launch(daemon, `afirma://service?ports=${port}&v=4&idsession=aaaaaaaaaaaa`)).toMatchObject({
      status: 422,
      json: { code: 'launch_refused' },
    });
    const taken = await launch(daemon, `afirma://websocket?ports=${port}&v=4&jvc=4&idsession=aaaaaaaaaaaaaaaaaaaa`);
    expect(taken).toMatchObject({
      status: 409,
      json: { code: 'launch_ports_taken', detail: expect.stringContaining(String(port)) },
    });
    for (const body of [{}, { url: 5 }, { url: '' }, { url: 'x'.repeat(3_000) }, { url: page.address, more: 1 }])
      expect((await daemon.call('POST', '/v1/bridges/afirma/launch', body)).status).toBe(400);
  });

  it('of the same session again takes the place of the first', async () => {
    expect((await launch(daemon, page.address)).status).toBe(201);
    await page.connect();
    expect(await page.exchange(`echo=-idsession=${page.options.session}@EOF`)).toBe('OK');
  });
});
