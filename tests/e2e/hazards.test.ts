import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Shimmed, SO_PIN, shimmed, startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';

// How software has locked people's cards, each found in a product of the field. None may happen here.

let shim: Shimmed;
let daemon: TestDaemon;

beforeEach(async () => {
  shim = await shimmed();
  shim.control.set('lock-after 3 low-final');
  daemon = await startTestDaemon({ drivers: [shim.driver], settings: { watchEvery: 100 } });
});
afterEach(async () => {
  await daemon.dispose();
  shim.dispose();
});

const act = (name: string, body?: unknown, call = daemon.call) => call('POST', `/v1/tokens/${daemon.tokenId}/${name}`, body);
const presented = () => shim.control.presentations().length;
const token = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
const credential = async () => (await daemon.call('GET', '/v1/credentials')).json.credentials[0];
const sign = async () => {
  const { id, algorithms } = await credential();
  return daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA' });
};
/** Many looks of the watch go by. */
const whileWatched = () => {
  shim.control.set('lock-after 3 low-final', 'nth 9999 C_GetSlotList delay 1');
  return until('the token was looked at', () => (shim.calls(0) >= 12 ? true : undefined));
};

it('H1: a wrong PIN is kept and silently tried again', async () => {
  await act('login', { pin: '999999' });
  expect((await sign()).json.code).toBe('pin_required');
  await whileWatched();
  await sign();
  expect(presented()).toBe(1);
});

it('H2: the PIN is changed elsewhere and the old one replayed until the card locks', async () => {
  await act('login', { pin: USER_PIN });
  shim.control.set('lock-after 3 low-final', 'once C_GetTokenInfo crash');
  await until('the host was replaced', async () =>
    (await daemon.call('GET', '/v1/drivers')).json.drivers[0].crashes === 1 ? true : undefined,
  );
  await until('the token is back', async () => ((await token()).id === undefined ? undefined : true));
  for (let round = 0; round < 5; round += 1) expect((await sign()).json.code).toBe('pin_required');
  await whileWatched();
  expect(presented()).toBe(1);
});

it('H3: a PIN typed for one token is tried on every other', async () => {
  const other = await shimmed('libunheard-of.so', { label: 'Another token' });
  const both = await startTestDaemon({ drivers: [shim.driver, other.driver] });
  const { tokens } = (await both.call('GET', '/v1/tokens')).json;
  const first = tokens.find(({ driver }: { driver: string }) => driver === 'opencryptoki');
  expect((await both.call('POST', `/v1/tokens/${first.id}/login`, { pin: '999999' })).status).toBe(403);
  expect((await both.call('POST', `/v1/tokens/${first.id}/login`, { pin: USER_PIN })).status).toBe(200);
  expect(other.control.trace()).toEqual([]);
  const second = tokens.find(({ driver }: { driver: string }) => driver === 'generic');
  expect((await both.call('GET', `/v1/tokens/${second.id}`)).json.session).toBeNull();
  await both.dispose();
  other.dispose();
});

it('H4: software guesses a usual PIN', async () => {
  // This token has the most usual of all. Nobody types it, so nobody gets in.
  for (const body of [{}, { pin: '' }]) expect((await act('login', body)).status).toBeGreaterThanOrEqual(400);
  expect((await act('unblock', {})).status).toBeGreaterThanOrEqual(400);
  expect((await sign()).json.code).toBe('pin_required');
  expect(shim.control.trace()).toEqual([]);
});

it('H5: a program with one fixed answer asks until the card is locked', async () => {
  const callers = await Promise.all(
    Array.from({ length: 6 }, async (_, index) => daemon.as(await daemon.client(`loop-${index}`, 'pin'))),
  );
  for (let round = 0; round < 4; round += 1) for (const call of callers) await act('login', { pin: '999999' }, call);
  expect(presented()).toBe(1);
  expect(shim.left(3)).toBe(2);
});

it('H6: a failure of the way there is told as a wrong PIN, or the other way round', async () => {
  for (const rv of ['0x5', '0x6', '0x30', '0x32', '0xe0', '0x70', '0xb3']) {
    shim.control.set(`C_Login rv ${rv}`);
    const { consent } = (await act('final-try-consent')).json;
    const answer = await act('login', { pin: USER_PIN, finalTryConsent: consent });
    expect({ rv, code: answer.json.code }).not.toEqual({ rv, code: 'pin_incorrect' });
    if (answer.json.code === 'pin_locked') break;
  }
  expect(presented()).toBe(0);
});

it('H7: the count that is shown is better than the truth', async () => {
  await act('login', { pin: '999999' });
  expect((await act('login', { pin: '1' })).json.code).toBe('pin_format');
  expect((await token()).pin.remaining.atMost).toBe(2);
  await daemon.stop();
  daemon = await startTestDaemon({ home: daemon.home, drivers: [shim.driver] });
  expect((await token()).pin.remaining.atMost).toBe(2);
  expect(shim.left(3)).toBe(2);
});

it('H8: PINs are asked for after the token is gone', async () => {
  shim.control.set('token-gone');
  expect([404, 410]).toContain((await act('login', { pin: USER_PIN })).status);
  await until('it is gone', async () => ((await token()).code === 'token_not_found' ? true : undefined));
  for (const name of ['login', 'pin', 'unblock', 'final-try-consent', 'logout'])
    expect((await act(name, {})).json.code).toBe('token_not_found');
  expect(shim.control.trace()).toEqual([]);
});

it('H9: two callers race for the last try', async () => {
  const callers = await Promise.all(
    Array.from({ length: 8 }, async (_, index) => daemon.as(await daemon.client(`racer-${index}`, 'pin'))),
  );
  const answers = await Promise.all(callers.map((call, index) => act('login', { pin: `88888${index}` }, call)));
  expect(presented()).toBe(2);
  expect(answers.map(({ json }) => json.code).sort()).toEqual([
    ...Array.from({ length: 6 }, () => 'final_try_consent_required'),
    'pin_incorrect',
    'pin_incorrect',
  ]);
  const { consent } = (await act('final-try-consent')).json;
  const last = await Promise.all(
    callers.slice(2).map((call, index) => act('login', { pin: `77777${index}`, finalTryConsent: consent }, call)),
  );
  expect(presented()).toBe(3);
  expect(last.filter(({ json }) => json.code === 'pin_locked').length).toBeGreaterThanOrEqual(1);
  expect((await token()).pin.state).toBe('locked');
});

it('H10: something in the background presents a PIN: at the start, on a reconnection, for a health check', async () => {
  const looks = [
    '/health',
    '/v1/drivers',
    '/v1/tokens',
    '/v1/credentials',
    '/v1/audit',
    `/v1/tokens/${daemon.tokenId}/certificates`,
  ];
  for (const path of looks) await daemon.call('GET', path);
  shim.control.set('token-gone');
  await until('it is gone', async () => ((await token()).code === 'token_not_found' ? true : undefined));
  shim.control.set();
  await until('it is back', async () => ((await token()).id === undefined ? undefined : true));
  await daemon.stop();
  daemon = await startTestDaemon({ home: daemon.home, drivers: [shim.driver] });
  expect(shim.control.trace()).toEqual([]);
});

it('H11: an empty PIN is presented', async () => {
  for (const pin of ['', ' ', '\u0000', '\u0000'.repeat(6)]) expect((await act('login', { pin })).json.code).toBe('pin_format');
  expect((await act('pin', { currentPin: '', newPin: '246810' })).json.code).toBe('pin_format');
  expect((await act('pin', { currentPin: USER_PIN, newPin: '' })).json.code).toBe('pin_format');
  expect((await act('unblock', { puk: '', newPin: '246810' })).json.code).toBe('pin_format');
  expect(shim.control.trace()).toEqual([]);
});

it('H12: the PUK is burned in the same ways, with no way back', async () => {
  const callers = await Promise.all(
    Array.from({ length: 4 }, async (_, index) => daemon.as(await daemon.client(`helper-${index}`, 'pin'))),
  );
  const unblock = (puk: string, index: number, more = {}) => act('unblock', { puk, newPin: '246810', ...more }, callers[index]);
  expect((await unblock('11111111', 0)).json.code).toBe('pin_incorrect');
  expect((await unblock('11111111', 1)).json.code).toBe('pin_known_wrong');
  expect((await unblock('22222222', 1)).json.code).toBe('pin_incorrect');
  expect((await unblock(SO_PIN, 2)).json.code).toBe('final_try_consent_required');
  const forPin = (await act('final-try-consent', { kind: 'pin' })).json.consent;
  expect((await unblock(SO_PIN, 2, { finalTryConsent: forPin })).json.code).toBe('final_try_consent_required');
  expect(shim.left(3, 'so')).toBe(1);
  const { consent } = (await act('final-try-consent', { kind: 'puk' })).json;
  expect((await unblock(SO_PIN, 2, { finalTryConsent: consent })).status).toBe(200);
});
