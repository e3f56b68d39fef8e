import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CKR } from '../../src/drivers/index.ts';
import { runOrThrow } from '../backends/run.ts';
import { Keeper } from './keeper.ts';
import { eventually, lives, Rig, type RigOptions } from './rig.ts';

const digest = Buffer.alloc(32, 7);

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start();
});
afterEach(() => rig.close());

async function again(options: RigOptions): Promise<void> {
  await rig.close();
  rig = await Rig.start(options);
}

describe('stop', () => {
  it('logs out, finalises and ends the process', async () => {
    await rig.login();
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set('C_Logout print stdout logged-out', 'C_Finalize print stderr finalised');
    await rig.client.stop();
    expect(lives(pid)).toBe(false);
    expect(rig.client.output.lines().sort()).toEqual(['finalised', 'logged-out']);
    expect(rig.client.status()).toMatchObject({ state: 'disabled', pid: null, crashes: 0 });
    await expect(rig.flags()).rejects.toMatchObject({ code: 'driver_unavailable', begun: false });
  });

  it('lets the call that runs come to its end, and refuses what waits', async () => {
    await rig.login();
    rig.shim.set('C_Sign delay 200');
    const running = rig.sign(digest);
    const waiting = expect(rig.sign(digest)).rejects.toMatchObject({ code: 'driver_unavailable', begun: false });
    await Promise.all([rig.client.stop(), rig.client.stop()]);
    expect(await running).toHaveLength(64);
    await waiting;
  });

  it('kills a host that hangs, after its patience', async () => {
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set('C_GetTokenInfo hang');
    const hung = expect(rig.flags()).rejects.toMatchObject({ code: 'driver_unavailable', begun: true });
    const began = performance.now();
    await rig.client.stop(300);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(lives(pid)).toBe(false);
    await hung;
  });

  it('kills a host whose C_Finalize hangs', async () => {
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set('C_Finalize hang');
    await rig.client.stop(300);
    expect(lives(pid)).toBe(false);
  });

  it('ends a host that is still loading, and one that waits for its next start', async () => {
    rig.shim.set('C_GetInfo crash');
    const [pid] = [rig.client.status().pid ?? 0];
    process.kill(pid, 'SIGKILL');
    await eventually(() => rig.client.status().crashes >= 2);
    await rig.client.stop();
    expect(rig.client.status()).toMatchObject({ state: 'disabled', pid: null });
  });

  it('leaves nothing that keeps a program alive', async () => {
    const keeper = await Keeper.start(rig);
    keeper.tell('login');
    await keeper.hear();
    const gone = once(keeper.process, 'exit');
    keeper.tell('stop');
    keeper.process.stdin.end();
    const [code] = await gone;
    expect(code).toBe(0);
    expect(lives(keeper.host)).toBe(false);
  });

  it('is not ended by a signal to the whole group: that is for the daemon to do in order', async () => {
    await rig.login();
    const pid = rig.client.status().pid ?? 0;
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.kill(pid, signal);
    expect(await rig.sign(digest)).toHaveLength(64);
    expect(rig.client.status().crashes).toBe(0);
  });
});

describe('the death of the daemon', () => {
  it.each(['idle', 'in a library call that hangs'])('ends the host, %s', async (how) => {
    const keeper = await Keeper.start(rig);
    keeper.tell('login');
    expect((await keeper.hear()).answer?.rv).toBe(CKR.CKR_OK);
    expect(lives(keeper.host)).toBe(true);
    if (how !== 'idle') {
      rig.shim.set('C_GetTokenInfo hang');
      keeper.tell('hang');
      await keeper.hear();
    }
    await keeper.kill();
    await eventually(() => !lives(keeper.host));
    rig.shim.set();
  });
});

describe('the death of the host', () => {
  it('by SIGKILL is noticed at once, and everything works again', async () => {
    for (let round = 0; round < 3; round += 1) {
      await rig.login();
      const { pid } = rig.client.status();
      process.kill(pid ?? 0, 'SIGKILL');
      await eventually(() => rig.client.status().pid !== pid && rig.client.status().state === 'running');
      await rig.look();
      await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    }
    expect(rig.client.status()).toMatchObject({ crashes: 3, lastError: 'SIGKILL' });
  });
});

describe('recycle', () => {
  it('shows a token that was made later, which the library alone would not', async () => {
    await again({ quirks: { listsTokensOnlyAtInitialise: true } });
    expect((await rig.client.call('slots', {})).rescan).toBe(false);
    const args = ['--init-token', '--free', '--label', 'made later', '--so-pin', '12345678', '--pin', '123456'];
    await runOrThrow('softhsm2-util', args, { env: rig.hsm.env });
    const seen = await rig.client.call('slots', {});
    expect(seen.rescan).toBe(true);
    expect(seen.slots.map(({ token }) => token?.label)).not.toContain('made later');
    const before = rig.client.generation;
    rig.client.recycle();
    const after = await rig.client.call('slots', {});
    expect(after.slots.map(({ token }) => token?.label)).toContain('made later');
    expect(after.rescan).toBe(false);
    expect(rig.client.generation).toBeGreaterThan(before);
    expect(rig.client.status()).toMatchObject({ state: 'running', crashes: 0, lastError: null });
  });

  it('is not asked for by wrong PINs and new PINs, which write into the token too', async () => {
    await again({ quirks: { listsTokensOnlyAtInitialise: true } });
    await rig.login('000000');
    await rig.login();
    await rig.changePin('123456', '246810');
    expect((await rig.client.call('slots', {})).rescan).toBe(false);
  });

  it('happens between two calls: what runs is answered, what names a slot of the old host is not sent to the new', async () => {
    await rig.login();
    rig.shim.set('C_Sign delay 200');
    const running = rig.sign(digest);
    const waiting = expect(rig.sign(digest)).rejects.toMatchObject({ code: 'driver_unavailable', begun: false });
    const listing = rig.client.call('slots', {});
    rig.client.recycle();
    expect(await running).toHaveLength(64);
    await waiting;
    expect((await listing).slots.length).toBeGreaterThan(0);
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
  });

  it('leaves what is known of wrong PINs with the new host, and the lineage as it was; a crash does neither', async () => {
    const lineage = rig.client.lineage;
    expect(await rig.login('000000')).toMatchObject({ rv: CKR.CKR_PIN_INCORRECT });
    rig.client.recycle();
    await rig.look();
    expect(await rig.login('000000')).toMatchObject({ knownWrong: true });
    rig.client.recycle();
    await rig.look();
    expect(await rig.login('000000')).toMatchObject({ knownWrong: true });
    expect(await rig.login()).toMatchObject({ rv: CKR.CKR_OK });
    expect(rig.client.lineage).toBe(lineage);
    const { pid } = rig.client.status();
    process.kill(pid ?? 0, 'SIGKILL');
    await eventually(() => rig.client.status().pid !== pid && rig.client.status().state === 'running');
    expect(rig.client.lineage).toBeGreaterThan(lineage);
  });

  it('gives what is known to the next host also when the one in between dies at once', async () => {
    expect(await rig.login('000000')).toMatchObject({ rv: CKR.CKR_PIN_INCORRECT });
    rig.shim.set('C_Initialize abort');
    rig.client.recycle();
    await eventually(() => rig.client.status().crashes > 0);
    rig.shim.set();
    await eventually(() => rig.client.status().state === 'running');
    await rig.look();
    expect(await rig.login('000000')).toMatchObject({ knownWrong: true });
  });

  it('waits for the old host to log out and go', async () => {
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set('C_Finalize delay 300');
    rig.client.recycle();
    await rig.look();
    expect(lives(pid)).toBe(false);
  });
});

describe('what the library writes', () => {
  it('is captured and masked, PINs included', async () => {
    rig.shim.set('C_Login print-pin stdout', 'C_Login print stderr plain words');
    await rig.login('73914682');
    rig.shim.set('C_Login print-pin stderr hex', 'C_Login print stdout more words');
    await rig.login('64829173');
    await eventually(() => rig.client.output.lines().length === 4);
    const kept = rig.client.output.lines();
    expect(kept).toEqual(expect.arrayContaining(['plain words', 'more words']));
    expect(kept.join('\n')).not.toMatch(/73914682|64829173|3733393134363832|3634383239313733|[0-9]{4}/);
    expect(JSON.stringify(rig.client.status())).not.toMatch(/73914682|64829173/);
  });

  it('is bounded, and a flood holds nobody up', async () => {
    rig.shim.set('C_GetTokenInfo flood stdout 3000000');
    await Promise.all([rig.flags(), rig.flags()]);
    await eventually(() => rig.client.output.lines().length === 200);
    rig.shim.set();
    await rig.flags();
  });

  it('leaves no core file', async () => {
    await rig.login();
    const before = readdirSync(process.cwd());
    rig.shim.set('C_Sign crash');
    await expect(rig.sign(digest)).rejects.toMatchObject({ code: 'driver_crashed' });
    rig.shim.set();
    expect(readdirSync(process.cwd()).filter((name) => !before.includes(name))).toEqual([]);
  });
});

it('refuses more calls than may wait, and takes them again later', async () => {
  await again({ maxQueue: 5 });
  rig.shim.set('C_GetTokenInfo delay 100');
  const calls = Array.from({ length: 8 }, () => rig.flags());
  const results = await Promise.allSettled(calls);
  expect(results.map(({ status }) => status)).toEqual([...Array(6).fill('fulfilled'), 'rejected', 'rejected']);
  expect(results[7]).toMatchObject({ reason: { code: 'queue_full', begun: false } });
  await rig.flags();
});
