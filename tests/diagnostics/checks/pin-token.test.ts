import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/diagnostics/index.ts';
import { missing, OPENCRYPTOKI_LIBRARY } from '../../backends/opencryptoki.ts';
import { shimmed, startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';

const absent = missing();
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

async function checksOf(daemon: TestDaemon): Promise<CheckResult[]> {
  return (await daemon.call('GET', '/v1/diagnostics')).json.checks;
}

const of = (checks: readonly CheckResult[], id: string) => checks.filter((check) => check.id === id);
const failed = (checks: readonly CheckResult[]) => checks.filter(({ result }) => result === 'fail').map(({ id }) => id);

/** Presents a wrong PIN as a caller of its own. */
async function wrong(daemon: TestDaemon, name: string, pin: string, consent?: string): Promise<number> {
  const call = daemon.as(await daemon.client(name, 'pin'));
  const body = { pin, ...(consent === undefined ? {} : { finalTryConsent: consent }) };
  return (await call('POST', `/v1/tokens/${daemon.tokenId}/login`, body)).status;
}

describe.skipIf(absent !== undefined)(`a token that really locks ${absent ?? ''}`, () => {
  it('is followed by the doctor from the first wrong PIN to the lock, which spends no try itself', async () => {
    const daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true });
    cleanUps.push(() => daemon.dispose());
    expect(failed(await checksOf(daemon))).toEqual([]);

    expect(await wrong(daemon, 'ann', '111111')).toBe(403);
    expect(of(await checksOf(daemon), 'pin.state')).toMatchObject([{ result: 'warn', found: expect.stringContaining('2 of 3') }]);

    expect(await wrong(daemon, 'bob', '222222')).toBe(403);
    for (let again = 0; again < 3; again += 1) {
      const checks = await checksOf(daemon);
      expect(failed(checks)).toEqual(['pin.state']);
      expect(of(checks, 'pin.state')[0]?.fix).toContain('only if you are certain');
    }

    const { consent } = (await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`)).json;
    expect(await wrong(daemon, 'eve', '333333', consent)).toBe(423);
    const checks = await checksOf(daemon);
    expect(failed(checks)).toEqual(['pin.locked']);
    expect(of(checks, 'pin.locked')[0]?.found).toContain('Signet locking');
    for (const id of ['pin.state', 'pin.must-change']) {
      expect(of(checks, id), id).toMatchObject([{ result: 'skip', skippedBecause: 'depends:pin.locked' }]);
    }
    // A constant serial number is worth a word beside it.
    expect(of(checks, 'token.identity-stable')).toMatchObject([{ result: 'warn', severity: 'notice' }]);
  });
});

describe('a token behind the fault shim', () => {
  it('that flags its last try is believed, and gets no PIN from the doctor', async () => {
    const shim = await shimmed(undefined, { keys: [{ kind: 'p256', label: 'Certigna test' }] });
    cleanUps.push(() => shim.dispose());
    const daemon = await startTestDaemon({ drivers: [shim.driver] });
    cleanUps.push(() => daemon.dispose());
    shim.control.set('C_GetTokenInfo flags-set 0x20000');
    const checks = await checksOf(daemon);
    expect(failed(checks)).toEqual(['pin.state']);
    expect(of(checks, 'pin.state')).toMatchObject([
      { result: 'fail', evidence: { state: 'final_try', basis: 'token', atMost: 1 } },
    ]);
    shim.control.set('C_GetTokenInfo flags-set 0x40000');
    const locked = await checksOf(daemon);
    expect(failed(locked)).toEqual(['pin.locked']);
    expect(of(locked, 'pin.locked')).toMatchObject([{ procedureId: 'certigna.unblock' }]);
    expect(shim.control.trace()).toEqual([]);
    shim.control.set();
    expect((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN })).status).not.toBe(200);
  });

  it('that says it has failed or must have its PIN changed is believed too', async () => {
    const shim = await shimmed();
    cleanUps.push(() => shim.dispose());
    const daemon = await startTestDaemon({ drivers: [shim.driver] });
    cleanUps.push(() => daemon.dispose());
    shim.control.set('C_GetTokenInfo flags-set 0x1000002');
    const broken = await checksOf(daemon);
    expect(failed(broken)).toEqual(['token.error-state']);
    expect(of(broken, 'token.write-protected')).toMatchObject([{ result: 'skip' }]);
    expect(of(broken, 'cert.found')).toMatchObject([{ result: 'skip' }]);
    shim.control.set('C_GetTokenInfo flags-set 0x80000');
    const changing = await checksOf(daemon);
    expect(failed(changing)).toEqual([]);
    expect(of(changing, 'pin.must-change')).toMatchObject([{ result: 'warn' }]);
  });
});
