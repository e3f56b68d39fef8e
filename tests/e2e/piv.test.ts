import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../backends/card/card.ts';
import { missing, openscModule, type Reader, startReader } from '../backends/reader.ts';
import { type Listener, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';
import { Story } from './story.ts';

const why = missing();
const [PIN, PUK] = ['123456', '12345678'];

describe.skipIf(why)(`PIV card behind OpenSC ${why ?? ''}`, () => {
  let reader: Reader;
  let card: Card;
  let daemon: TestDaemon;
  let events: Listener;

  beforeEach(async () => {
    reader = await startReader();
    card = await reader.insert({ holder: 'Ada Holder' });
    const environment = await reader.envWith('set_pin_in_unlogged_session');
    daemon = await startTestDaemon({ drivers: [{ path: openscModule() ?? '', environment }], settings: { watchEvery: 400 } });
    events = daemon.listen();
    await events.ready;
  });
  afterEach(async () => {
    events.close();
    await daemon.dispose();
    await reader.close();
  });

  const act = (name: string, body?: unknown) => daemon.call('POST', `/v1/tokens/${daemon.tokenId}/${name}`, body);
  const pinNow = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin;
  const credential = async (purpose: string) => {
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    return credentials.find(({ subject }: { subject: string }) => subject.includes(purpose));
  };
  const sign = async (purpose: string, more = {}) => {
    const { id, algorithms } = await credential(purpose);
    return daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA', ...more });
  };
  const removed = (from = 0) => events.next(({ event }) => event === 'token.removed', { from });
  const inserted = (from = 0) => events.next(({ event }) => event === 'token.inserted', { from });

  it('tells the story of a PIN, unblocked by the PUK', async () => {
    const truth = async () => {
      const { pinLeft, verifies } = await card.truth();
      return { left: pinLeft, presented: verifies };
    };
    const common = { daemon, pin: PIN, puk: PUK, newPin: '246810', truth, locks: true };
    await new Story({ ...common, wrong: ['111111', '222222', '333333'] }).tell();
    expect(await card.truth()).toMatchObject({ pinLeft: 3, pukLeft: 3 });
  });

  it('does not lose a try to a wrong PUK, nor is a PIN change taken for one', async () => {
    const changed = await act('pin', { currentPin: '999999', newPin: '246810' });
    expect(changed).toMatchObject({ status: 403, json: { code: 'pin_incorrect' } });
    expect(await card.truth()).toMatchObject({ pinLeft: 2, pukLeft: 3 });
    const other = daemon.as(await daemon.client('other', 'pin'));
    const unblocked = await other('POST', `/v1/tokens/${daemon.tokenId}/unblock`, { puk: '99999999', newPin: '246810' });
    expect(unblocked).toMatchObject({
      status: 403,
      json: { code: 'pin_incorrect' },
    });
    expect(await card.truth()).toMatchObject({ pinLeft: 2, pukLeft: 2 });
    expect(await act('pin', { currentPin: PIN, newPin: '246810' })).toMatchObject({ status: 200 });
    expect((await act('login', { pin: '246810' })).status).toBe(200);
  });

  it('presents nothing by being looked at', async () => {
    const before = (await card.truth()).verifies;
    for (const path of ['/v1/tokens', '/v1/drivers', '/v1/credentials', `/v1/tokens/${daemon.tokenId}/certificates`, '/health']) {
      await daemon.call('GET', path);
    }
    await card.remove();
    await removed();
    await card.reinsert();
    await inserted();
    expect((await card.truth()).verifies).toBe(before);
  });

  it('is noticed within two seconds when it is pulled out, and its login is over', async () => {
    expect((await act('login', { pin: PIN })).status).toBe(200);
    expect((await sign('authentication')).status).toBe(200);
    const { id, algorithms } = await credential('authentication');
    await card.remove();
    const out = performance.now();
    const gone = await removed();
    expect(gone.heardAt - out).toBeLessThan(2_000);
    expect(gone.data).toMatchObject({ tokenId: daemon.tokenId });
    expect(await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).toMatchObject({
      status: 404,
      json: { code: 'token_not_found' },
    });
    const body = { algorithm: algorithms[0], data: 'AAAA' };
    expect((await daemon.call('POST', `/v1/credentials/${id}/sign`, body)).json.code).toBe('credential_not_found');
    await card.reinsert();
    const back = performance.now();
    expect((await inserted()).heardAt - back).toBeLessThan(2_000);
    expect((await daemon.call('POST', `/v1/credentials/${id}/sign`, body)).json.code).toBe('pin_required');
    expect((await card.truth()).verifies).toBe(1);
  });

  it('that is pulled out under a signature is told as removed, never as a wrong PIN', async () => {
    await act('login', { pin: PIN });
    await sign('authentication');
    await card.fault({ ins: 0x87, action: 'drop' });
    const answer = await sign('authentication');
    expect([401, 410, 502]).toContain(answer.status);
    expect(answer.json.code).toMatch(/^(token_removed|pin_required|driver_refused)$/);
    expect((await card.truth()).verifies).toBe(1);
  });

  it('that is pulled out under a PIN leaves an attempt that counts as spent', async () => {
    await card.fault({ ins: 0x20, withData: true, counted: true, action: 'drop' });
    const answer = await act('login', { pin: '999999' });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.json.code).not.toBe('pin_incorrect');
    await card.remove();
    await card.reinsert();
    await until('the card is back', async () => ((await pinNow()) === undefined ? undefined : true));
    const { pinLeft } = await card.truth();
    expect((await pinNow()).remaining?.atMost ?? 0).toBeLessThanOrEqual(pinLeft ?? 0);
  });

  it('cannot be swapped for another in silence: neither its login nor its count go over', async () => {
    await act('login', { pin: '999999' });
    await act('login', { pin: PIN });
    const firstId = daemon.tokenId;
    const from = events.heard.length;
    await card.remove();
    const other = await reader.insert({ holder: 'Eve Other' });
    const fresh = await inserted(from);
    expect(fresh.data.tokenId).not.toBe(firstId);
    const { json } = await daemon.call('GET', `/v1/tokens/${fresh.data.tokenId}`);
    expect(json.session).toBeNull();
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    expect(credentials.every(({ tokenId }: { tokenId: string }) => tokenId === fresh.data.tokenId)).toBe(true);
    const { id, algorithms } = credentials[0];
    const signed = await daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA' });
    expect(signed.json.code).toBe('pin_required');
    expect((await other.truth()).verifies).toBe(0);
  });

  it('outlives its reader service: pcscd is killed and comes back', async () => {
    await act('login', { pin: PIN });
    const from = events.heard.length;
    await reader.stopPcscd();
    await removed(from);
    const later = events.heard.length;
    await reader.startPcscd();
    await inserted(later);
    expect((await sign('authentication')).json.code).toBe('pin_required');
    expect((await act('login', { pin: PIN })).status).toBe(200);
    expect((await sign('authentication')).status).toBe(200);
    expect((await card.truth()).verifies).toBe(2);
  });

  it('has a signature key that asks every time, and the PIN of it counts', async () => {
    await act('login', { pin: PIN });
    expect(await credential('signature')).toMatchObject({ asksPinEveryTime: true });
    expect((await sign('signature')).json.code).toBe('pin_required');
    for (let round = 0; round < 2; round += 1) expect((await sign('signature', { pin: PIN })).status).toBe(200);
    const { id, algorithms } = await credential('signature');
    const length = Number(algorithms[0].slice(2)) / 8;
    const batch = { algorithm: algorithms[0], digests: [Buffer.alloc(length).toString('base64')] };
    expect((await daemon.call('POST', `/v1/credentials/${id}/sign-batch`, batch)).json.code).toBe('pin_required');
    expect(await sign('signature', { pin: '999999' })).toMatchObject({ status: 403, json: { code: 'pin_incorrect' } });
    const { pinLeft } = await card.truth();
    expect(pinLeft).toBe(2);
    expect((await pinNow()).remaining.atMost).toBeLessThanOrEqual(2);
    expect(await sign('signature', { pin: '999999' })).toMatchObject({ status: 409, json: { code: 'pin_known_wrong' } });
    expect((await card.truth()).pinLeft).toBe(2);
  });

  it('keeps its count over a restart of the daemon, stale flags of the driver notwithstanding', async () => {
    await act('login', { pin: '111111' });
    const drivers = [{ path: openscModule() ?? '', environment: await reader.envWith('set_pin_in_unlogged_session') }];
    await daemon.stop();
    daemon = await startTestDaemon({ home: daemon.home, drivers });
    expect((await pinNow()).remaining.atMost).toBeLessThanOrEqual(2);
    expect((await act('login', { pin: PIN })).status).toBe(200);
    expect(await card.truth()).toMatchObject({ pinLeft: 3, verifies: 2 });
  });
});
