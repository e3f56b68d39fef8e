import { afterEach, describe, expect, it } from 'vitest';
import { missing, OPENCRYPTOKI_LIBRARY } from '../../backends/opencryptoki.ts';
import { startTestDaemon, type TestDaemon } from '../../fixture/index.ts';
import { personAt } from '../../fixture/person.ts';
import { installTls } from './authority.ts';
import { base64url } from './driver.ts';
import { outcome, pageAt, tls } from './site.ts';

const RAW = { algorithm: 'SHA256withRSA', format: 'NONE', dat: base64url('hola') };
const absent = missing();
let daemon: TestDaemon;

afterEach(() => daemon.dispose());

describe.skipIf(absent !== undefined)(`a token that locks itself ${absent ?? ''}`, () => {
  it('is blocked by three PINs that a person typed, says so by number, and is never asked again', async () => {
    const settings = { bridges: { webeid: false, scs: false, nexu: false, afirma: true } };
    daemon = await startTestDaemon({ drivers: [{ path: OPENCRYPTOKI_LIBRARY }], inOpencryptoki: true, settings });
    installTls(daemon.stateDir, await tls());
    const person = await personAt(daemon, {
      pair: true,
      certificate: true,
      pin: ['111111', '222222', '333333'],
      final_try: true,
      blocked: true,
    });
    const page = await pageAt(daemon);
    expect(await outcome(page.sign('sign', RAW))).toBe('Exception AF511004');
    const kinds = () => person.seen.map(({ question }) => question.kind);
    expect(kinds()).toEqual(['pair', 'certificate', 'pin', 'pin', 'final_try', 'pin', 'blocked']);
    const { pin } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect(pin).toMatchObject({ state: 'locked', basis: 'token' });
    const old = await pageAt(daemon, { jvc: 3 });
    expect(await outcome(old.sign('sign', RAW))).toMatch(/^Exception SAF_52: \S/);
    const batch = { algorithm: 'SHA256withRSA', format: 'NONE', singlesigns: [{ id: 'a', datareference: 'aGk=' }] };
    expect(await outcome(page.batch(batch))).toBe('Exception AF511004');
    expect(kinds().slice(7)).toEqual(['certificate', 'blocked', 'certificate', 'blocked']);
    const { entries } = (await daemon.call('GET', '/v1/audit?limit=100')).json as {
      entries: { action: string; outcome: string }[];
    };
    expect(entries.filter(({ action }) => action === 'site.sign').map(({ outcome: end }) => end)).toEqual([
      'pin_locked',
      'pin_locked',
      'pin_locked',
    ]);
    page.close();
    old.close();
    await person.leave();
  });
});
