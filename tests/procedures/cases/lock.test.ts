import { afterEach, describe, expect, it } from 'vitest';
import { missing, OPENCRYPTOKI_LIBRARY } from '../../backends/opencryptoki.ts';
import { SO_PIN, startTestDaemon, type TestDaemon } from '../../fixture/index.ts';

const absent = missing();
let daemon: TestDaemon;
afterEach(() => daemon.dispose());

describe.skipIf(absent !== undefined)(`a token that really locks ${absent ?? ''}`, () => {
  it('is proposed when it is blocked, and its case offers to close when it works again', async () => {
    daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
    const listener = daemon.listen();
    await listener.ready;
    const path = `/v1/tokens/${daemon.tokenId}`;
    const callers = await Promise.all(['ann', 'bea', 'cid'].map((name) => daemon.client(name, 'pin')));
    for (const [index, bearer] of callers.entries()) {
      const { consent } = (await daemon.call('POST', `${path}/final-try-consent`, {})).json;
      await daemon.as(bearer)('POST', `${path}/login`, {
        pin: `9999${index}9`,
        ...(consent ? { finalTryConsent: consent } : {}),
      });
    }
    expect((await daemon.call('GET', path)).json.pin).toMatchObject({ state: 'locked', basis: 'token' });
    const [proposal, ...others] = (await daemon.call('GET', '/v1/cases/proposals')).json.proposals;
    expect([proposal.reason, others]).toEqual(['blocked', []]);
    const { id } = (await daemon.call('POST', '/v1/cases', { proposalId: proposal.id })).json;
    expect((await daemon.call('POST', `${path}/unblock`, { puk: SO_PIN, newPin: '246810' })).status).toBe(200);
    const { data } = await listener.next(({ event, data }) => event === 'case.updated' && data.reason === 'observed');
    expect(data).toMatchObject({ caseId: id, version: 2 });
    const one = (await daemon.call('GET', `/v1/cases/${id}`)).json;
    expect(one).toMatchObject({ state: 'open', offersClose: { reason: 'unblocked' } });
    listener.close();
  });
});
