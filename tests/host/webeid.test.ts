import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { greeting } from '../../src/host/webeid.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { traces } from '../e2e/encodings.ts';
import { type Person, personAt, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { command, framed, type HostProcess, lengthened, startHost } from './peer.ts';

const ORIGIN = 'https://sede.example';
const NONCE = Buffer.alloc(33, 7).toString('base64');
const FATAL = 'ERR_WEBEID_NATIVE_FATAL';
/** Long enough that it stands nowhere by chance. */
const PIN = '739105648217';
const SETTINGS = { bridges: { webeid: true, scs: false, nexu: false, afirma: false }, logLevel: 'debug' };
/** The pattern of semver.org for version 2.0.0, which the published extension reads the greeting with. */
const SEMVER =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/;

const authenticate = (origin = ORIGIN) => ({ command: 'authenticate', arguments: { challengeNonce: NONCE, origin } });

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;

beforeAll(async () => {
  token = await createSoftHsm({ userPin: PIN, keys: [{ kind: 'p256' }] });
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }], settings: SETTINGS, child: true });
});
afterAll(async () => {
  await daemon.dispose();
  token.dispose();
});
beforeEach(async () => {
  person = await personAt(daemon);
});
afterEach(() => person[Symbol.asyncDispose]());

/** A host that ends with the test. */
async function begun(options: Partial<Parameters<typeof startHost>[0]> = {}): Promise<HostProcess> {
  const host = await startHost({ runtimeDir: daemon.runtimeDir, ...options });
  onTestFinished(async () => {
    host.kill();
    await host.ended;
  });
  return host;
}

/** A folder in which no daemon runs. */
function emptyDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'signet-host-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

describe('the greeting', () => {
  it.each(['0.1.0', '1.2.3-rc.1', '1.2.3+build.7', '10.0.0-α'])('is SemVer of the major version 2 for Signet %s', (version) => {
    expect(SEMVER.exec(greeting(version))?.[1]).toBe('2');
  });

  it('comes unasked, and the version is all that a page learns before it sends anything', async () => {
    const runtimeDir = emptyDir();
    const host = await begun({ runtimeDir });
    expect(host.greeting).toEqual({ version: expect.stringMatching(SEMVER) });
    host.send({ command: 'quit', arguments: {} });
    expect(await host.next()).toEqual({});
    expect(await host.ended).toEqual({ code: 0, signal: null });
    expect(host.raw()).toEqual(Buffer.concat([framed(host.greeting), framed({})]));
    // Any page may look for the version: no daemon is started for that.
    expect(readdirSync(runtimeDir)).toEqual([]);
  });

  it('is followed by nothing when the page goes away', async () => {
    const host = await begun();
    host.close();
    expect(await host.ended).toEqual({ code: 0, signal: null });
    expect(host.raw()).toEqual(framed(host.greeting));
  });
});

describe('one command', () => {
  it.each([
    ['Chromium', ['chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/']],
    ['Chromium on Windows', ['chrome-extension://ncibgoaomkmdpilpocfeponihegamlic/', '--parent-window=0']],
    ['Firefox', ['/home/me/.mozilla/native-messaging-hosts/eu.webeid.json', '{e68418bc-f2b0-4459-a9ea-3e72b6751b07}']],
    ['the portal of a sandboxed browser', []],
  ])('is answered by a process that ends, as %s starts it', async (_browser, args) => {
    person.does({ pair: true, pin: PIN, confirm: true });
    const { answer, end } = await command(authenticate(), { runtimeDir: daemon.runtimeDir, args });
    expect(answer).toMatchObject({ algorithm: 'ES256', format: 'web-eid:1.0' });
    expect(end).toEqual({ code: 0, signal: null });
  });

  it('is refused in the language of the page when the bridge does not know it', async () => {
    const message = { command: 'status', arguments: { lang: 'fr' } };
    const { answer } = await command(message, { runtimeDir: daemon.runtimeDir });
    expect(answer).toMatchObject({
      error: { code: FATAL, reason: 'INVALID_REQUEST', message: expect.stringMatching(/demande/) },
    });
  });

  it.each([
    ['of four bytes', lengthened(Buffer.from('true'))],
    ['of 8193 bytes', lengthened(Buffer.from(JSON.stringify('x'.repeat(8191))))],
    ['that claims to be 4 GB', lengthened(Buffer.alloc(0), 0xffffffff)],
    ['that is no JSON', lengthened(Buffer.from('{command:quit}'))],
    ['that is no UTF-8', lengthened(Buffer.from('{"\xff":"\xfe"}', 'latin1'))],
  ])('%s is refused and ends the host', async (_what, bytes) => {
    const host = await begun();
    host.sendRaw(bytes);
    expect(await host.next()).toMatchObject({ error: { code: FATAL, reason: 'INVALID_REQUEST', message: expect.any(String) } });
    expect(await host.ended).toEqual({ code: 0, signal: null });
  });

  it('of 8192 bytes, sent byte by byte, is read', async () => {
    const empty = JSON.stringify({ command: 'quit', arguments: { lang: 'en', more: '' } }).length;
    const message = { command: 'quit', arguments: { lang: 'en', more: 'x'.repeat(8192 - empty) } };
    const host = await begun();
    const bytes = framed(message);
    expect(bytes.length).toBe(8196);
    for (const byte of bytes) host.sendRaw(Buffer.from([byte]));
    expect(await host.next()).toMatchObject({ error: { reason: 'INVALID_REQUEST' } });
  });
});

describe('the person’s question', () => {
  it.each(['its standard input ends', 'it is killed'])('closes when %s', async (what) => {
    const origin = `https://${what.length}.example`;
    const host = await begun();
    host.send(authenticate(origin));
    const prompt = await person.next('pair');
    expect(prompt.question.asker).toEqual({ kind: 'site', name: origin, via: 'webeid' });
    if (what === 'it is killed') host.kill();
    else host.close();
    expect(await person.end(prompt)).toMatchObject({ why: 'gone' });
    const { code } = await host.ended;
    if (what !== 'it is killed') expect(code).toBe(0);
    expect(host.raw()).toEqual(framed(host.greeting));
  });

  it('of a second process waits for the first', async () => {
    person.does({ pair: true });
    const [one, two] = [await begun(), await begun()];
    one.send(authenticate('https://one.example'));
    const first = await person.next('pin');
    two.send(authenticate('https://two.example'));
    // The pairing of the second would come before the PIN of the first if they did not wait for each other.
    await person.answer({ pin: PIN });
    expect(await one.next()).toMatchObject({ algorithm: 'ES256' });
    const second = await person.next('pin');
    expect([first, second].map(({ question }) => question.asker.name)).toEqual(['https://one.example', 'https://two.example']);
    expect(person.seen.map(({ question }) => `${question.asker.name.slice(8, 11)} ${question.kind}`)).toEqual([
      'one pair',
      'one pin',
      'two pair',
      'two pin',
    ]);
    await person.cancel();
    expect(await two.next()).toMatchObject({ error: { code: 'ERR_WEBEID_USER_CANCELLED', reason: 'PROMPT_CANCELLED' } });
  });
});

describe('the PIN', () => {
  it('goes no way but from the person to the card', async () => {
    const wrong = '507319862044';
    person.does({ pair: true, pin: [wrong, PIN], confirm: true });
    const host = await begun();
    host.send(authenticate('https://canary.example'));
    expect(await host.next()).toMatchObject({ algorithm: 'ES256' });
    await host.ended;
    const files = readdirSync(daemon.home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(daemon.home, name))
      .filter((path) => statSync(path).isFile());
    const artefacts = [host.raw(), Buffer.from(host.stderr()), ...files.map((path) => readFileSync(path))];
    for (const pin of [PIN, wrong]) for (const each of artefacts) expect(traces(each, pin)).toEqual([]);
  });
});

describe('without the daemon', () => {
  it('a command says that it was lost when the daemon dies in the middle', async () => {
    const other = await startTestDaemon({
      drivers: [{ path: token.library, environment: token.env }],
      settings: SETTINGS,
      child: true,
    });
    onTestFinished(() => other.dispose());
    const there = await personAt(other);
    onTestFinished(() => there.leave());
    const host = await begun({ runtimeDir: other.runtimeDir });
    host.send({ ...authenticate(), arguments: { ...authenticate().arguments, lang: 'es' } });
    await there.next('pair');
    await other.kill9();
    expect(await host.next()).toEqual({
      error: {
        code: FATAL,
        reason: 'DAEMON_LOST',
        message: expect.stringMatching(/Signet se ha detenido/),
        nextStep: { text: expect.any(String), procedureId: null },
      },
    });
    expect(await host.ended).toEqual({ code: 0, signal: null });
  });

  it('a command sends nothing into a folder that others can change', async () => {
    const runtimeDir = emptyDir();
    chmodSync(runtimeDir, 0o777);
    const { answer } = await command(authenticate(), { runtimeDir });
    expect(answer).toMatchObject({ error: { code: FATAL, reason: 'DAEMON_UNSAFE' } });
    expect(readdirSync(runtimeDir)).toEqual([]);
  });
});

it('a command is refused, with what to do, when the bridge is switched off', async () => {
  const off = await startTestDaemon();
  onTestFinished(() => off.dispose());
  const message = { command: 'get-signing-certificate', arguments: { origin: ORIGIN, lang: 'fr' } };
  const { answer } = await command(message, { runtimeDir: off.runtimeDir });
  expect(answer).toEqual({
    error: {
      code: FATAL,
      reason: 'BRIDGE_OFF',
      message: expect.stringMatching(/webeid/),
      nextStep: { text: expect.stringMatching(/redémarrez|relancez/i), procedureId: null },
    },
  });
});

it('a host that nobody knows says so and ends', async () => {
  const host = await begun({ host: 'eu.other' });
  expect(await host.ended).toEqual({ code: 2, signal: null });
  expect(host.stderr()).toMatch(/eu\.webeid/);
  expect(host.raw()).toEqual(Buffer.alloc(0));
});
