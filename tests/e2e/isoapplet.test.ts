import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Card } from '../backends/card/card.ts';
import { provision } from '../backends/card/provision.ts';
import { missing, openscModule, type Reader, startReader } from '../backends/reader.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { Story } from './story.ts';

const why = missing();
const [PIN, PUK] = ['123456', '0123456789abcdef'];

describe.skipIf(why)(`IsoApplet card behind OpenSC ${why ?? ''}`, () => {
  let reader: Reader;
  let card: Card;
  let daemon: TestDaemon;

  beforeEach(async () => {
    reader = await startReader();
    card = await reader.insert({ personality: 'isoapplet' });
    await provision(reader, { pin: PIN, puk: PUK });
  });
  afterEach(async () => {
    await daemon.dispose();
    await reader.close();
  });

  const truth = async () => {
    const { pinLeft, verifies } = await card.truth();
    return { left: pinLeft, presented: verifies };
  };
  const start = async (environment: Record<string, string>) => {
    daemon = await startTestDaemon({ drivers: [{ path: openscModule() ?? '', environment }] });
  };

  it.each(['set_pin_in_unlogged_session', 'init_pin_in_so_session'] as const)(
    'tells the story of a PIN, unblocked by %s',
    async (style) => {
      await start(await reader.envWith(style));
      const common = { daemon, pin: PIN, puk: PUK, newPin: '246810', truth, locks: true };
      await new Story({ ...common, wrong: ['111111', '222222', '333333'] }).tell();
    },
  );

  it('takes any string for an SO PIN, which is no proof: only the PUK counts', async () => {
    await start(await reader.envWith('init_pin_in_so_session'));
    const before = await card.truth();
    const answer = await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/unblock`, {
      puk: 'fedcba9876543210',
      newPin: '246810',
    });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    const after = await card.truth();
    const { puk } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect(puk.remaining?.atMost ?? 0).toBeLessThanOrEqual(after.pukLeft ?? 0);
    expect(after.pukLeft).toBeGreaterThanOrEqual((before.pukLeft ?? 0) - 1);
  });

  it('is not unblocked by guess where OpenSC is not told how', async () => {
    await start(reader.env);
    const before = await card.truth();
    const { json } = await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`);
    expect(json.unblock).toBe(false);
    const answer = await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/unblock`, { puk: PUK, newPin: '246810' });
    expect(answer).toMatchObject({ status: 422, json: { code: 'unblock_unsupported' } });
    expect(await card.truth()).toEqual(before);
  });
});
