import { afterEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';

let daemon: TestDaemon;
let token: SoftHsm | Shimmed;
afterEach(async () => {
  await daemon.dispose();
  token.dispose();
});

function start({ library, env }: SoftHsm, home?: string): Promise<TestDaemon> {
  const drivers = [{ path: library, environment: env }];
  return startTestDaemon({ drivers, ...(home === undefined ? {} : { home }) });
}

describe('a certificate near its end', () => {
  it('is told of when its token is seen, once over restarts, and costs no try', async () => {
    const softHsm = await createSoftHsm({ keys: [{ kind: 'p256', label: 'Ana Ruiz', valid: [-300, 5] }], fresh: true });
    token = softHsm;
    daemon = await start(softHsm);
    const listener = daemon.listen();
    await listener.ready;
    const { data } = await listener.next(({ event }) => event === 'certificate.expiring');
    expect(data).toMatchObject({ tokenId: daemon.tokenId, threshold: 'seven_days', label: softHsm.label });
    expect(data.subject).toContain('CN=Ana Ruiz');
    const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect(pin.remaining?.atMost ?? 3).toBe(3);
    const actions = (await daemon.call('GET', '/v1/audit?limit=100')).json.entries.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions.filter((action: string) => action.startsWith('pin.'))).toEqual([]);
    listener.close();
    await daemon.stop();

    daemon = await start(softHsm, daemon.home);
    const again = daemon.listen();
    await again.ready;
    // A case opened by what is seen comes after the look that would have told of it.
    const [proposal] = (await daemon.call('GET', '/v1/cases/proposals')).json.proposals;
    expect(proposal).toMatchObject({ reason: 'expiring', purpose: 'renew' });
    await daemon.call('POST', '/v1/cases', { proposalId: proposal.id });
    await again.next(({ event, data }) => event === 'case.updated' && data.reason === 'opened');
    expect(again.heard.filter(({ event }) => event === 'certificate.expiring')).toEqual([]);
    again.close();
  });
});

describe('a token that was unblocked somewhere else', () => {
  it('is noticed by its flags, and its case offers to close', async () => {
    const shim = await shimmed();
    token = shim;
    daemon = await startTestDaemon({ drivers: [shim.driver] });
    const state = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin.state;
    const USER_PIN_LOCKED = '0x40000';
    shim.control.set(`C_GetTokenInfo flags-set ${USER_PIN_LOCKED}`);
    await until('the lock is seen', async () => ((await state()) === 'locked' ? true : undefined));
    const [proposal] = (await daemon.call('GET', '/v1/cases/proposals')).json.proposals;
    const { id } = (await daemon.call('POST', '/v1/cases', { proposalId: proposal.id })).json;
    const listener = daemon.listen();
    await listener.ready;
    shim.control.set();
    await listener.next(({ event, data }) => event === 'case.updated' && data.reason === 'observed');
    expect((await daemon.call('GET', `/v1/cases/${id}`)).json.offersClose).toMatchObject({ reason: 'unblocked' });
    expect(await state()).toBe('final_try');
    expect(shim.control.presentations()).toEqual([]);
    listener.close();
  });
});
