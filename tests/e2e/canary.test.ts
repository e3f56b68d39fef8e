import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Listener, type Shimmed, shimmed, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { encodings, traces } from './encodings.ts';

/** Long enough that none of them stands anywhere by chance, in BCD neither. */
const SECRETS = {
  pin: '739105648217',
  wrong: '507319862044',
  other: '846027193558',
  so: '628405179364',
  wrongSo: '290761548833',
  next: '918273645501',
};
const PRINTS = [
  'nth 1 C_Login print-pin stdout',
  'nth 2 C_Login print-pin stderr hex',
  'C_Login print-pin stdout hex',
  'once C_SetPIN print-pin stdout hex',
  'C_SetPIN print-pin stderr',
  'C_InitPIN print-pin stdout',
];

let shim: Shimmed;
let daemon: TestDaemon;
let events: Listener;
const artefacts = new Map<string, Buffer>();

/** Everything under a folder, by path. */
function files(folder: string): [string, Buffer][] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path).isFile())
    .map((path) => [path, readFileSync(path)]);
}

async function call(method: string, path: string, body?: unknown): Promise<{ status: number; code: string }> {
  const { status, text, headers, json } = await daemon
    .call(method, path, body)
    .catch(() => ({ status: 0, text: '', headers: {}, json: {} }));
  artefacts.set(`answer ${artefacts.size} to ${method} ${path}`, Buffer.from(`${JSON.stringify(headers)}${text}`));
  return { status, code: json?.code };
}
const act = (name: string, body?: unknown) => call('POST', `/v1/tokens/${daemon.tokenId}/${name}`, body);
const back = () =>
  until('the token is there', async () => ((await daemon.call('GET', '/v1/tokens')).json.tokens[0] ? true : undefined));
const rules = (...more: string[]) => shim.control.set('lock-after 9 low-final', ...PRINTS, ...more);

function keepFiles(when: string): void {
  for (const [path, bytes] of files(daemon.home)) artefacts.set(`${when}: ${path}`, bytes);
}

/** Every act with every secret: right, wrong, in the wrong place, and with a driver that dies of it. */
async function story(): Promise<string[]> {
  const told: string[] = [];
  const note = async (answer: Promise<{ status: number; code: string }>) => told.push(String((await answer).code ?? 'ok'));
  const { pin, wrong, other, so, wrongSo, next } = SECRETS;
  await note(act('login', { pin: wrong }));
  await note(act('login', { pin: wrong }));
  await note(act('login', { pin }));
  await note(act('pin', { currentPin: pin, newPin: next }));
  await note(act('pin', { currentPin: next, newPin: pin }));
  await note(act('unblock', { puk: wrongSo, newPin: next }));
  await note(act('unblock', { puk: so, newPin: next }));
  await note(act('login', { pin: next }));
  const [{ id, algorithms }] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
  await note(call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA', pin: next }));
  for (const body of [
    { pin: [pin], newPin: pin, currentPin: pin },
    { pin: { pin } },
    { pin: Number(pin) },
    { PIN: pin },
    { finalTryConsent: pin },
    { finalTryConsent: { pin } },
    `{"pin":"${pin}`,
    `{"pin":"${pin}"} trailing`,
    `{"pin":"\\x${pin}"}`,
    `"${pin}"`,
    pin,
  ]) {
    for (const name of ['login', 'pin', 'unblock', 'final-try-consent']) await note(act(name, body));
  }
  for (const field of ['algorithm', 'data', 'digest', 'encoding', 'pin']) {
    await note(call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA', [field]: [pin] }));
    await note(
      call('POST', '/v1/verify', {
        algorithm: 'ES256',
        data: 'AAAA',
        signature: 'AAAA',
        certificate: 'AAAA',
        [field]: `${pin}!`,
      }),
    );
  }
  await note(call('POST', '/v1/clients', { name: `${pin}!`, scopes: [pin] }));
  rules('once C_Login forward-then-crash');
  await note(
    act('login', {
      pin: other,
      finalTryConsent: (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`)).json.consent,
    }),
  );
  await back();
  rules();
  for (const path of ['/v1/audit?limit=1000', '/v1/drivers', '/v1/tokens', '/v1/credentials', '/openapi.json', '/health'])
    await call('GET', path);
  return told;
}

describe('a daemon that logs everything, with a driver that prints every PIN', () => {
  beforeAll(async () => {
    shim = await shimmed(undefined, { userPin: SECRETS.pin, soPin: SECRETS.so });
    rules();
    daemon = await startTestDaemon({ drivers: [shim.driver], settings: { logLevel: 'trace' }, child: true });
    events = daemon.listen();
    await events.ready;
  });
  afterAll(async () => {
    events.close();
    await daemon.dispose();
    shim.dispose();
  });

  it('lives through a whole story', async () => {
    const { pid } = (await daemon.call('GET', '/v1/drivers')).json.drivers[0];
    const told = await story();
    expect(told.slice(0, 9)).toEqual(['pin_incorrect', 'pin_known_wrong', 'ok', 'ok', 'ok', 'pin_incorrect', 'ok', 'ok', 'ok']);
    expect(told).toContain('attempt_indeterminate');
    expect(told).not.toContain('internal_error');
    for (const process of [daemon.pid, pid]) {
      for (const name of ['cmdline', 'environ']) {
        try {
          artefacts.set(`/proc/${process}/${name}`, readFileSync(`/proc/${process}/${name}`));
        } catch {
          // The host that crashed is gone.
        }
      }
    }
    keepFiles('while it ran');
    artefacts.set('events', Buffer.from(JSON.stringify(events.heard)));
    const end = await daemon.stop();
    expect(end.code).toBe(0);
    artefacts.set('standard output', Buffer.from(end.stdout));
    artefacts.set('standard error', Buffer.from(end.stderr));
    keepFiles('afterwards');
    expect(end.stderr.length).toBeGreaterThan(0);
    expect([...artefacts.keys()].some((name) => name.endsWith('signet.db-wal'))).toBe(true);
  });

  it.each(Object.entries(SECRETS))('leaves no trace of %s anywhere', (_name, value) => {
    const found = [...artefacts].flatMap(([name, bytes]) => traces(bytes, value).map((how) => `${name}: ${how}`));
    expect(found).toEqual([]);
  });
});

describe('what the driver printed', () => {
  it('is kept without the PINs in it', async () => {
    const own = await shimmed(undefined, { userPin: SECRETS.pin, soPin: SECRETS.so });
    own.control.set(...PRINTS);
    const here = await startTestDaemon({ drivers: [own.driver] });
    const answer = await here.call('POST', `/v1/tokens/${here.tokenId}/login`, { pin: SECRETS.pin });
    await here.call('POST', `/v1/tokens/${here.tokenId}/pin`, { currentPin: SECRETS.pin, newPin: SECRETS.next });
    const lines = await until('something was printed', () => {
      const kept = here.rooms?.drivers[0]?.output.lines() ?? [];
      return kept.length >= 2 ? kept : undefined;
    });
    const text = Buffer.from(lines.join('\n'));
    for (const value of Object.values(SECRETS)) expect(traces(text, value)).toEqual([]);
    expect(answer.status).toBe(200);
    await here.dispose();
    own.dispose();
  });
});

describe('the search itself', () => {
  it.each([...encodings(SECRETS.pin).keys()])('finds a value %s', (name) => {
    const needle = encodings(SECRETS.pin).get(name) ?? Buffer.alloc(0);
    expect(needle.length).toBeGreaterThanOrEqual(6);
    expect(traces(Buffer.concat([Buffer.from('before'), needle, Buffer.from('after')]), SECRETS.pin)).toContain(name);
  });

  it('finds it in base64 wherever it begins', () => {
    for (const before of ['', 'a', 'ab', 'abc']) {
      for (const after of ['', 'z', 'zz']) {
        const text = Buffer.from(Buffer.from(before + SECRETS.pin + after).toString('base64'));
        expect(traces(text, SECRETS.pin).length).toBeGreaterThan(0);
      }
    }
  });

  it('finds nothing where nothing is', () => {
    expect(traces(readFileSync(import.meta.filename.replace('canary.test', 'encodings')), SECRETS.pin)).toEqual([]);
  });
});
