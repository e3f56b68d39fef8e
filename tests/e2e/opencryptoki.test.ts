import { afterEach, describe, expect, it } from 'vitest';
import { missing, OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import { SO_PIN, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { Story } from './story.ts';

const absent = missing();
let daemon: TestDaemon;

afterEach(() => daemon.dispose());

describe.skipIf(absent !== undefined)(`openCryptoki ${absent ?? ''}`, () => {
  it('locks for real after three wrong PINs, and the SO PIN unblocks it', async () => {
    daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
    const facts = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect(facts).toMatchObject({ label: 'Signet locking', driver: 'opencryptoki', unblock: true });
    const truth = () => ({ left: null, presented: 0 });
    const common = { daemon, pin: USER_PIN, puk: SO_PIN, newPin: '246810', truth, locks: true };
    await new Story({ ...common, wrong: ['111111', '222222', '333333'] }).tell();
    const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect(pin).toMatchObject({ state: 'ok', remaining: { atLeast: 3, atMost: 3 }, flagsReliable: 'yes' });
    expect((await daemon.stop()).code).toBe(0);
  });

  it('has an SO PIN that locks for ever, of which the last try is asked for', async () => {
    daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
    const callers = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
    const body = (puk: string) => ({ puk, newPin: '246810' });
    const path = `/v1/tokens/${daemon.tokenId}/unblock`;
    for (const [index, call] of callers.entries()) {
      expect(await call('POST', path, body(`1111111${index}`))).toMatchObject({ status: 403, json: { code: 'pin_incorrect' } });
    }
    expect(await daemon.call('POST', path, body(SO_PIN))).toMatchObject({
      status: 428,
      json: { code: 'final_try_consent_required', pin: { state: 'final_try' } },
    });
    expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.puk).toMatchObject({ state: 'final_try' });
    const { consent } = (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`, { kind: 'puk' })).json;
    const right = await daemon.call('POST', path, { ...body(SO_PIN), finalTryConsent: consent });
    expect(right).toMatchObject({ status: 200 });
    expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.puk.remaining.atMost).toBe(3);
    // A wrong length counts as a wrong PIN on this token: it must never get there.
    expect(await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '123456789' })).toMatchObject({ status: 422 });
  });
});
