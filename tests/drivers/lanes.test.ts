import { createHash, randomBytes, verify } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { CKR } from '../../src/drivers/index.ts';
import { eventually, Rig, type RigOptions } from './rig.ts';

const digest = Buffer.alloc(32, 7);

let rig: Rig;
afterEach(() => rig.close());

async function start(options: RigOptions): Promise<void> {
  rig = await Rig.start(options);
  await rig.login();
}

/** Signs until the second lane has been opened: two signatures then take the time of one. */
async function openSecondLane(): Promise<void> {
  rig.shim.set('C_Sign delay 40');
  for (let round = 0; round < 20; round += 1) {
    const began = performance.now();
    await Promise.all(Array.from({ length: 8 }, () => rig.sign(digest)));
    if (performance.now() - began < 8 * 40 - 40) return;
  }
  throw new Error('there is no second lane');
}

describe('lanes', () => {
  it('two lanes sign at the same time with one login', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set('C_Sign delay 150');
    const began = performance.now();
    await Promise.all(Array.from({ length: 6 }, () => rig.sign(digest)));
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(3 * 150);
    expect(took).toBeLessThan(5 * 150);
    expect(rig.spent()).toEqual(['C_Login user 0x0']);
  });

  it('a card never gets two calls at once', async () => {
    await start({ quirks: { concurrent: false } });
    rig.shim.set('C_Sign delay 60');
    const began = performance.now();
    await Promise.all(Array.from({ length: 10 }, () => rig.sign(digest)));
    expect(performance.now() - began).toBeGreaterThan(10 * 60);
  });

  it('a listing does not wait behind signatures of another lane, nor they behind it', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set('C_GetTokenInfo delay 300');
    const order: string[] = [];
    const listing = rig.flags().then(() => order.push('listing'));
    await Promise.all([rig.sign(digest), rig.sign(digest)]).then(() => order.push('signatures'));
    await listing;
    expect(order).toEqual(['signatures', 'listing']);
  });

  it('a call that touches the login waits for every lane, and releases the other lanes first', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set('C_Sign delay 100', 'C_Login print stdout login', 'C_CloseSession print stdout close');
    const order: string[] = [];
    const note = (what: string) => () => order.push(what);
    const before = Array.from({ length: 4 }, () => rig.sign(digest).then(note('sign')));
    const login = rig.login().then(note('login'));
    const after = rig.sign(digest).then(note('after'));
    await Promise.all([...before, login, after]);
    expect(order).toEqual(['sign', 'sign', 'sign', 'sign', 'login', 'after']);
    await eventually(() => rig.client.output.lines().includes('login'));
    expect(rig.client.output.lines()).toEqual(['close', 'login']);
  });

  it('signatures after a new login work on every lane', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set();
    for (let round = 0; round < 5; round += 1) {
      await rig.logout();
      await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
      await rig.login();
      await Promise.all(Array.from({ length: 64 }, () => rig.sign(digest)));
    }
  });

  it('a lane that cannot load the library leaves the work to the first', async () => {
    await start({ quirks: { concurrent: true } });
    rig.shim.set(`C_GetInfo rv ${CKR.CKR_GENERAL_ERROR}`, 'C_Sign delay 20');
    for (let round = 0; round < 5; round += 1) await Promise.all(Array.from({ length: 8 }, () => rig.sign(digest)));
    expect(rig.client.generation).toBe(1);
    expect(rig.client.status()).toMatchObject({ state: 'running', crashes: 0 });
    await rig.logout();
    expect((await rig.login()).rv).toBe(CKR.CKR_OK);
  });

  it('a crash on one lane takes the calls of both, and the next call finds a new host', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set('nth 3 C_Sign crash', 'C_Sign delay 100');
    const results = await Promise.allSettled(Array.from({ length: 12 }, () => rig.sign(digest)));
    rig.shim.set();
    const lost = results.filter((result) => result.status === 'rejected');
    expect(lost.length).toBeGreaterThanOrEqual(10);
    for (const { reason } of lost) expect(reason).toMatchObject({ code: 'driver_crashed' });
    await rig.look();
    expect((await rig.login()).rv).toBe(CKR.CKR_OK);
    await Promise.all(Array.from({ length: 12 }, () => rig.sign(digest)));
    expect(rig.spent()).toHaveLength(2);
  });

  it('a hang on a further lane is found out as well', async () => {
    await start({ quirks: { concurrent: true }, deadlines: { sign: 800 } });
    await openSecondLane();
    rig.shim.set('C_Sign hang');
    const results = await Promise.allSettled(Array.from({ length: 2 }, () => rig.sign(digest)));
    rig.shim.set();
    for (const result of results) expect(result).toMatchObject({ reason: { code: 'driver_timeout', begun: true } });
  });

  it('a crash before an exclusive call was sent leaves it never begun', async () => {
    await start({ quirks: { concurrent: true } });
    await openSecondLane();
    rig.shim.set('once C_CloseSession crash');
    await expect(rig.login()).rejects.toMatchObject({ code: 'driver_crashed', begun: false });
    rig.shim.set();
    await rig.look();
    expect((await rig.login()).rv).toBe(CKR.CKR_OK);
    expect(rig.spent()).toHaveLength(2);
  });
});

it('the way to the host and back costs little', async () => {
  await start({ quirks: { concurrent: false } });
  const times: number[] = [];
  for (let n = 0; n < 2_000; n += 1) {
    const began = performance.now();
    await rig.client.call('forget', { identity: 'x' });
    times.push(performance.now() - began);
  }
  const median = times.sort((a, b) => a - b)[1_000] ?? Number.POSITIVE_INFINITY;
  console.log(`a call that does nothing takes ${median.toFixed(3)} ms`);
  expect(median).toBeLessThan(2);
});

it('20,000 signatures between random logins and logouts: each right, or refused for want of a login', async () => {
  await start({ quirks: { concurrent: true } });
  const { publicKey } = rig.key('p256');
  const messages = Array.from({ length: 50 }, () => randomBytes(32));
  const digests = messages.map((message) => createHash('sha256').update(message).digest());
  const refused = new Map<string, number>();
  let made = 0;
  let asked = 0;
  const TOTAL = 20_000;
  const signer = async (): Promise<void> => {
    while (asked < TOTAL) {
      const size = 1 + Math.floor(Math.random() * 12);
      const from = Math.floor(Math.random() * (50 - size));
      asked += size;
      try {
        const { signatures } = await rig.client.call('sign', rig.request(...digests.slice(from, from + size)));
        made += signatures.length;
        const index = Math.floor(Math.random() * size);
        const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
        if (!verify('sha256', messages[from + index] ?? Buffer.alloc(0), key, signatures[index] ?? Buffer.alloc(0))) {
          throw new Error('a wrong signature');
        }
      } catch (error) {
        const { message } = error as Error;
        refused.set(message, (refused.get(message) ?? 0) + 1);
      }
    }
  };
  const changer = async (): Promise<void> => {
    while (asked < TOTAL) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
      if (Math.random() < 0.4) await rig.logout();
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
      await rig.login();
    }
  };
  await Promise.all([...Array.from({ length: 16 }, signer), changer()]);
  const allowed = [...refused.keys()].filter((message) => !message.includes('CKR_USER_NOT_LOGGED_IN'));
  expect(allowed).toEqual([]);
  expect(made).toBeGreaterThan(TOTAL / 4);
  expect(rig.client.generation).toBe(1);
}, 120_000);
