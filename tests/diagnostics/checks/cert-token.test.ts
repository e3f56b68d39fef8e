import { afterEach, describe, expect, it } from 'vitest';
import type { CheckResult } from '../../../src/diagnostics/index.ts';
import type { KeySpec } from '../../backends/provision.ts';
import { createSoftHsm, softHsmMissing } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';

const absent = softHsmMissing();
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

/** A daemon on a new token with these keys. */
async function daemonOn(...keys: KeySpec[]): Promise<TestDaemon> {
  const token = await createSoftHsm({ keys, fresh: true });
  cleanUps.push(() => token.dispose());
  const daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
  cleanUps.push(() => daemon.dispose());
  return daemon;
}

/** What the doctor says, and the ids of what does not work. */
async function doctor(daemon: TestDaemon): Promise<{ of(id: string): CheckResult[]; failed: string[]; startHere: string }> {
  const { json } = await daemon.call('GET', '/v1/diagnostics');
  const checks = json.checks as CheckResult[];
  return {
    of: (id) => checks.filter((check) => check.id === id),
    failed: [...new Set(checks.filter(({ result }) => result === 'fail').map(({ id }) => id))],
    startHere: json.summary.startHere,
  };
}

const DAY = 1;
const YEAR = 365 * DAY;

describe.skipIf(absent !== undefined)(`a token with a certificate ${absent ?? ''}`, () => {
  it('that is valid gives nothing to complain of', async () => {
    const { failed, of } = await doctor(await daemonOn({ kind: 'p256', label: 'Ann' }));
    expect(failed).toEqual([]);
    expect(of('cert.validity')).toMatchObject([{ result: 'pass', found: expect.stringContaining('Ann') }]);
  });

  it('that has expired names that, and nothing else', async () => {
    const { failed, of, startHere } = await doctor(await daemonOn({ kind: 'p256', label: 'Ann', valid: [-YEAR, -DAY] }));
    expect(failed).toEqual(['cert.validity']);
    expect(startHere).toBe('cert.validity');
    const [expired] = of('cert.validity');
    expect(expired?.found).toMatch(/^Ann expired on \d{4}-\d\d-\d\d\.$/);
  });

  it('that is not valid yet names that, and nothing else', async () => {
    const { failed, of } = await doctor(await daemonOn({ kind: 'p256', label: 'Ann', valid: [5 * DAY, YEAR] }));
    expect(failed).toEqual(['cert.validity']);
    expect(of('cert.validity')[0]?.found).toMatch(/^Ann is not valid before/);
  });

  it('that ends soon warns, with the days left', async () => {
    const { failed, of } = await doctor(await daemonOn({ kind: 'p256', label: 'Ann', valid: [-YEAR, 12.5 * DAY] }));
    expect(failed).toEqual([]);
    expect(of('cert.validity')).toMatchObject([{ result: 'warn', found: expect.stringContaining('12') }]);
  });

  it('whose issuer renews it now says so, with the procedure', async () => {
    const { failed, of } = await doctor(await daemonOn({ kind: 'p256', label: 'AC FNMT Usuarios', valid: [-YEAR, 45.5 * DAY] }));
    expect(failed).toEqual([]);
    expect(of('cert.validity')).toMatchObject([
      {
        result: 'warn',
        found: expect.stringMatching(/can be renewed now; days left: 45\.$/),
        procedureId: 'fnmt.renew',
        evidence: { renewalOpensDays: 60 },
      },
    ]);
  });

  it('whose issuer does not renew it yet is left in peace, and one that has expired is to be obtained anew', async () => {
    const keys: KeySpec[] = [
      { kind: 'p256', label: 'Camerfirma early', valid: [-YEAR, 45.5 * DAY] },
      { kind: 'p256', label: 'Camerfirma late', valid: [-YEAR, -DAY] },
    ];
    const found = (await doctor(await daemonOn(...keys))).of('cert.validity');
    expect(found.find(({ found }) => found.startsWith('Camerfirma early'))).toMatchObject({ result: 'pass' });
    expect(found.find(({ found }) => found.startsWith('Camerfirma late'))).toMatchObject({
      result: 'fail',
      procedureId: 'camerfirma-alcorcon.obtain',
      href: '/v1/procedures/camerfirma-alcorcon.obtain',
    });
  });

  it('of which one of two has expired tells that one', async () => {
    const keys: KeySpec[] = [
      { kind: 'p256', label: 'Old', valid: [-YEAR, -DAY] },
      { kind: 'p256', label: 'New' },
    ];
    const { of } = await doctor(await daemonOn(...keys));
    expect(
      of('cert.validity')
        .map(({ result, found }) => `${found.split(' ', 1)[0]} ${result}`)
        .sort(),
    ).toEqual(['New pass', 'Old fail']);
  });
});

describe.skipIf(absent !== undefined)(`a token ${absent ?? ''}`, () => {
  it('with a key and no certificate names the key, and not the missing certificate', async () => {
    const { failed, of } = await doctor(await daemonOn({ kind: 'p256', label: 'Lonely', without: 'certificate' }));
    expect(failed).toEqual(['cert.key-pair-match']);
    expect(of('cert.key-pair-match')[0]?.found).toContain('no certificate');
    for (const id of ['cert.found', 'cert.validity', 'cert.usage']) {
      expect(
        of(id).map(({ result }) => result),
        id,
      ).toEqual(['skip']);
    }
  });

  it('with a certificate and no key tells so once its keys can be seen', async () => {
    const daemon = await daemonOn(
      { kind: 'p256', label: 'Ann' },
      { kind: 'p256', label: 'Bob', without: 'private-key', valid: [-YEAR, -DAY] },
    );
    expect((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: USER_PIN })).status).toBe(200);
    const { failed, of } = await doctor(daemon);
    expect(failed).toEqual(['cert.key-pair-match']);
    expect(of('cert.key-pair-match').find(({ result }) => result === 'fail')?.found).toContain('Bob');
    // That the one without its key has expired too changes nothing for anybody.
    expect(
      of('cert.validity')
        .map(({ result }) => result)
        .sort(),
    ).toEqual(['pass', 'skip']);
  });

  it('without anything on it has no certificate', async () => {
    const { failed, of } = await doctor(await daemonOn());
    expect(failed).toEqual(['cert.found']);
    expect(of('cert.validity').map(({ result }) => result)).toEqual(['skip']);
  });
});
