import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignetClient } from '../../../src/client/index.ts';
import { encodings, traces } from '../../e2e/encodings.ts';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon } from '../../fixture/index.ts';

const LABEL = 'JÕEORG,JAAK-KRISTJAN (PIN1)';
const SECRETS = {
  pin: '739105648217',
  wrong: '507319862044',
  next: '918273645501',
  so: '628405179364',
  wrongSo: '290761548833',
};
const PERSONAL = {
  label: LABEL,
  surname: 'JÕEORG',
  given: 'JAAK-KRISTJAN',
  estonian: 'PNOEE-38001085718',
  estonianNumber: '38001085718',
  spanish: 'IDCES-00000014Z',
  spanishNumber: '00000014Z',
  holder: 'Leocadia Montenegro',
  street: 'Calle Desengaño 21',
  holderEmail: 'leocadia@mail.example',
  ticket: 'TICKET-88123',
  folder: 'Letters of Jaak',
  proxyUser: 'kanaarilind',
  proxyPassword: 'linnupuur77',
  proxyHost: 'proxy.kantselei.example',
  client: 'palgaarvestus',
};

let home: string;
let shim: Shimmed;
let daemon: TestDaemon;
let client: SignetClient;
/** Everything that leaves the daemon for a help desk. */
const bundles = new Map<string, Buffer>();
/** Everything else that is looked at for PINs. */
const others = new Map<string, Buffer>();
let certificates: { serial: string; sha256: string }[];

/** A certificate's subject is put together from its label; what RFC 4514 escapes is escaped. */
const keys = [
  { kind: 'p256', label: `JÕEORG\\,JAAK-KRISTJAN\\,${PERSONAL.estonian}` },
  { kind: 'rsa2048', label: `Leocadia ${PERSONAL.spanish}` },
] as const;

async function ask(method: string, path: string, body?: unknown): Promise<{ status: number; json: Record<string, never> }> {
  const { status, headers, text, json } = await daemon.call(method, path, body);
  others.set(`answer ${others.size} to ${method} ${path}`, Buffer.from(JSON.stringify(headers) + text));
  return { status, json };
}
const act = (name: string, body: object) => ask('POST', `/v1/tokens/${daemon.tokenId}/${name}`, body);

async function bundle(name: string, language: 'en' | 'fr' | 'es', record?: string) {
  const made = await client.makeSupportBundle({ language, ...(record === undefined ? {} : { record }) });
  const zip = await client.supportBundleFile(made.id);
  bundles.set(`${name}: answer`, Buffer.from(JSON.stringify(made)));
  bundles.set(`${name}: archive`, zip);
  for (const [file, bytes] of Object.entries(unzipSync(zip))) bundles.set(`${name}: ${file}`, Buffer.from(bytes));
  return made.preview;
}

const plain = (text: string): string => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'signet-canary-'));
  shim = await shimmed(undefined, { label: LABEL, userPin: SECRETS.pin, soPin: SECRETS.so, keys });
  shim.control.set(
    'lock-after 9 low-final',
    'nth 1 C_Login print-pin stdout',
    'C_Login print-pin stderr hex',
    'C_SetPIN print-pin stderr',
  );
  const proxy = `http://${PERSONAL.proxyUser}:${PERSONAL.proxyPassword}@${PERSONAL.proxyHost}:3128`;
  daemon = await startTestDaemon({
    drivers: [shim.driver],
    home,
    settings: { logLevel: 'trace', stateDir: join(home, PERSONAL.folder, 'state') },
    child: true,
    env: { http_proxy: proxy, HTTPS_PROXY: proxy },
  });
  client = new SignetClient({ runtimeDir: daemon.runtimeDir });
  const listed = await client.certificates(daemon.tokenId);
  certificates = listed.map(({ serialNumber, sha256 }) => ({ serial: String(serialNumber), sha256 }));
});
afterAll(async () => {
  client.close();
  await daemon.dispose();
  shim.dispose();
  rmSync(home, { recursive: true, force: true });
});

describe('a bundle of a daemon that logs everything, with a driver that prints PINs', () => {
  it('is made while a story is recorded', async () => {
    const { pin, wrong, next, so, wrongSo } = SECRETS;
    await daemon.client(PERSONAL.client, 'status', 'sign', 'pin');
    const holder = { name: PERSONAL.holder, address: [PERSONAL.street], email: PERSONAL.holderEmail };
    const opened = await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock', holder });
    expect(opened.status).toBe(201);
    const noted = { version: 1, state: 'waiting', reference: PERSONAL.ticket };
    await daemon.call('POST', `/v1/cases/${opened.json.id}/steps/request`, noted);
    const recording = await client.startRecording();
    expect((await act('login', { pin: wrong })).status).toBe(403);
    expect((await act('login', { pin })).status).toBe(200);
    expect((await act('pin', { currentPin: pin, newPin: next })).status).toBe(200);
    expect((await act('unblock', { puk: wrongSo, newPin: pin })).status).toBe(403);
    expect((await act('unblock', { puk: so, newPin: pin })).status).toBe(200);
    await act('login', { pin: [pin] });
    await ask('POST', `/v1/tokens/${daemon.tokenId}/login`, `{"pin":"${pin}`);
    expect((await act('login', { pin })).status).toBe(200);
    const [{ id, algorithms }] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
    expect((await ask('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA' })).status).toBe(200);
    await client.endRecording(recording.id);
    const told = await bundle('recorded', 'en', recording.id);
    expect(told.log.lines).toContainEqual(expect.objectContaining({ call: 'login', rv: 'CKR_PIN_INCORRECT' }));
    expect(told.cases).toEqual([{ procedureId: 'certigna.unblock', state: 'open', count: 1 }]);
    expect(told.settings).toMatchObject({ 'proxy.configured': true, 'proxy.authenticates': true, stateDir: '/…/state' });
    expect(told.tokens[0]?.certificates).toHaveLength(2);
    for (const language of ['fr', 'es'] as const) await bundle(language, language);
    const end = await daemon.stop();
    others.set('standard error', Buffer.from(end.stderr));
    expect(end.stderr.length).toBeGreaterThan(0);
  });

  it.each(Object.entries(SECRETS))('has no trace of the secret %s, nor has anything else that was said', (_name, value) => {
    const found = [...bundles, ...others].flatMap(([where, bytes]) => traces(bytes, value).map((how) => `${where}: ${how}`));
    expect(found).toEqual([]);
  });

  it.each(Object.entries(PERSONAL))('has no trace of %s in any spelling or encoding', (_name, value) => {
    const needles = [plain(value), plain(value.replaceAll(',', ' ')), encodeURIComponent(value).toLowerCase()];
    for (const [where, bytes] of [...bundles, ['standard error', others.get('standard error') ?? Buffer.alloc(0)] as const]) {
      const text = plain(bytes.toString('utf8'));
      for (const needle of needles) expect([where, text.includes(needle)]).toEqual([where, false]);
      for (const written of [value, value.normalize('NFD'), value.toUpperCase(), value.toLowerCase()]) {
        for (const bytesOf of [Buffer.from(written), Buffer.from(written, 'utf16le'), Buffer.from(written, 'utf16le').swap16()]) {
          expect([where, bytes.includes(bytesOf)]).toEqual([where, false]);
          expect([where, text.includes(bytesOf.toString('hex'))]).toEqual([where, false]);
        }
        const coded = [...encodings(written)].filter(([how, needle]) => !how.includes('BCD') && bytes.includes(needle));
        expect([where, coded.map(([how]) => how)]).toEqual([where, []]);
      }
    }
  });

  it('has no serial number, fingerprint or id of the token, and neither has it the name of the folder', () => {
    const values = [
      shim.token.serial,
      daemon.tokenId,
      home,
      daemon.token,
      ...certificates.flatMap(({ serial, sha256 }) => [serial, sha256]),
    ];
    for (const value of values) {
      expect(value.length).toBeGreaterThan(7);
      for (const [where, bytes] of bundles) {
        expect([where, bytes.toString('latin1').toLowerCase().includes(value.toLowerCase())]).toEqual([where, false]);
      }
    }
  });

  it('gives the token another name in each bundle, and one name inside of it', () => {
    const names = ['recorded', 'fr', 'es'].map((name) => {
      const { preview } = JSON.parse(bundles.get(`${name}: answer`)?.toString() ?? '{}');
      const own = preview.tokens[0].token as string;
      const told = new Set(JSON.stringify(preview).match(/\btoken-[2-9A-Z]{4,}/g));
      expect([...told]).toEqual([own]);
      return own;
    });
    expect(new Set(names).size).toBe(3);
  });
});
