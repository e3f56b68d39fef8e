import { afterEach, describe, expect, it } from 'vitest';
import { softHsmMissing } from '../backends/softhsm.ts';
import { type Shimmed, SO_PIN, shimmed, startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';
import { Story } from './story.ts';

const absent = softHsmMissing();
let shim: Shimmed;
let daemon: TestDaemon;

afterEach(async () => {
  await daemon.dispose();
  shim.dispose();
});

async function start(settings = {}): Promise<void> {
  // The shim only writes down here what went to SoftHSM2; its name has the daemon take it for SoftHSM2 itself.
  shim = await shimmed('libsofthsm2.so');
  daemon = await startTestDaemon({ drivers: [shim.driver], settings });
}

describe.skipIf(absent)(`SoftHSM2 ${absent ?? ''}`, () => {
  it('never locks itself, so that the count of the daemon does', async () => {
    await start();
    const truth = () => ({ left: null, presented: shim.control.presentations('user').length });
    const common = { daemon, pin: USER_PIN, puk: SO_PIN, newPin: '246810', truth, locks: false };
    await new Story({ ...common, wrong: ['111111', '222222', '333333'] }).tell();
  });

  it('stays locked by that count over restarts', async () => {
    await start();
    const callers = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
    const path = `/v1/tokens/${daemon.tokenId}/login`;
    for (const [index, call] of callers.entries()) await call('POST', path, { pin: `${index}${index}${index}${index}` });
    const { consent } = (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`)).json;
    await daemon.call('POST', path, { pin: '9999', finalTryConsent: consent });
    for (const how of ['stop', 'stop'] as const) {
      await daemon[how]();
      daemon = await startTestDaemon({ home: daemon.home, drivers: [shim.driver] });
      expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin).toMatchObject({
        state: 'locked',
        basis: 'ledger',
      });
      expect(await daemon.call('POST', path, { pin: USER_PIN })).toMatchObject({ status: 423 });
    }
    expect(shim.control.presentations()).toHaveLength(3);
  });

  it('is logged out when the login has been idle, and the PIN is not presented again', async () => {
    await start({ session: { idleSeconds: 1, absoluteSeconds: 3 } });
    expect((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN })).json.session.idleSeconds).toBe(1);
    const session = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.session;
    expect(await session()).not.toBeNull();
    await until('the login is over', async () => ((await session()) === null ? true : undefined), 4_000);
    const [{ id, algorithms }] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
    const body = { algorithm: algorithms[0], data: 'AAAA' };
    expect((await daemon.call('POST', `/v1/credentials/${id}/sign`, body)).json.code).toBe('pin_required');
    expect(shim.control.presentations()).toHaveLength(1);
  });

  it('is logged out at the latest when the login is old, used or not', async () => {
    await start({ session: { idleSeconds: 60, absoluteSeconds: 1 } });
    await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN });
    const [{ id, algorithms }] = (await daemon.call('GET', '/v1/credentials')).json.credentials;
    const body = { algorithm: algorithms[0], data: 'AAAA' };
    const sign = async () => (await daemon.call('POST', `/v1/credentials/${id}/sign`, body)).json.code;
    expect(await sign()).toBeUndefined();
    await until('the login is over', async () => ((await sign()) === 'pin_required' ? true : undefined), 4_000);
  });
});
