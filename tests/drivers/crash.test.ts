import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { CKR, DriverFailure } from '../../src/drivers/index.ts';
import { buildShim, ShimControl } from '../backends/shim.ts';
import { eventually, hostLibrary, lives, Rig, type RigOptions } from './rig.ts';

const digest = Buffer.alloc(32, 7);
const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.splice(0).reverse()) await step();
});

async function start(options?: RigOptions): Promise<Rig> {
  const rig = await Rig.start(options);
  cleanUp.push(() => rig.close());
  return rig;
}

function failure(code: DriverFailure['code'], begun: boolean): unknown {
  return expect.objectContaining({ name: 'DriverFailure', code, begun });
}

async function serviceReturns(rig: Rig): Promise<void> {
  await rig.look();
  expect((await rig.login()).rv).toBe(CKR.CKR_OK);
  expect(await rig.sign(digest)).toHaveLength(64);
}

describe('a library that ends its process', () => {
  it.each([
    ['crash', 'SIGSEGV'],
    ['abort', 'SIGABRT'],
    ['exit0', 'exit 0'],
  ])('%s in C_Sign: the call fails, the host is replaced, the login is gone', async (fault, how) => {
    const rig = await start();
    await rig.login();
    const before = rig.client.generation;
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set(`C_Sign ${fault}`);
    await expect(rig.sign(digest)).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set();
    expect(rig.client.generation).toBeGreaterThan(before);
    expect(rig.client.status()).toMatchObject({ crashes: 1, lastError: how });
    await rig.look();
    expect(lives(pid)).toBe(false);
    await expect(rig.sign(digest)).rejects.toMatchObject({ rv: CKR.CKR_USER_NOT_LOGGED_IN });
    expect(rig.spent()).toEqual(['C_Login user 0x0']);
    expect(rig.changes).toEqual(['running: 2.6', `crashed: ${how}`, 'running: 2.6']);
    await serviceReturns(rig);
  });

  it.each(['crash', 'abort', 'exit0', 'forward-then-crash'])('%s in C_Login: begun, and never presented again', async (fault) => {
    const rig = await start();
    rig.shim.set(`C_Login ${fault}`);
    await expect(rig.login('654321')).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set();
    await rig.look();
    await rig.client.call('objects', { slot: rig.slot });
    expect(rig.shim.trace()).toHaveLength(1);
    await serviceReturns(rig);
  });

  it('is back in service soon after a SIGSEGV', async () => {
    const rig = await start();
    rig.shim.set('once C_GetTokenInfo crash');
    await expect(rig.flags()).rejects.toEqual(failure('driver_crashed', true));
    const began = performance.now();
    await rig.look();
    const took = performance.now() - began;
    console.log(`back in service after ${Math.round(took)} ms`);
    expect(took).toBeLessThan(5_000);
  });

  it('fails what was waiting as never begun, and nothing of it reaches the next host', async () => {
    const rig = await start();
    rig.shim.set('C_GetTokenInfo delay 300', 'nth 2 C_GetTokenInfo crash');
    const [first, second, third] = await Promise.allSettled([rig.flags(), rig.flags(), rig.login()]);
    rig.shim.set();
    expect(first).toMatchObject({ status: 'fulfilled' });
    expect(second).toMatchObject({ reason: failure('driver_crashed', true) });
    expect(third).toMatchObject({ reason: failure('driver_crashed', false) });
    await rig.look();
    expect(rig.spent()).toEqual([]);
  });

  it('gives the answer that came right before the end', async () => {
    const rig = await start();
    rig.shim.set('C_GetMechanismList crash');
    const answers = [rig.login(), rig.client.call('objects', { slot: rig.slot })];
    const [login, objects] = await Promise.allSettled(answers);
    rig.shim.set();
    expect(login).toMatchObject({ value: { rv: CKR.CKR_OK } });
    expect(objects).toMatchObject({ reason: failure('driver_crashed', true) });
  });
});

describe('a library that answers garbage', () => {
  it.each([0x7fffffff, 0, 63, 65])('a signature of %i bytes: driver_crashed, and the host is replaced', async (length) => {
    const rig = await start();
    await rig.login();
    const before = rig.client.generation;
    rig.shim.set(`C_Sign length ${length}`);
    await expect(rig.sign(digest)).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set();
    expect(rig.client.generation).toBeGreaterThan(before);
    await serviceReturns(rig);
  });

  it('a library that writes past its buffer does not go on', async () => {
    const rig = await start();
    await rig.login();
    rig.shim.set('C_Sign overflow');
    await expect(rig.sign(digest)).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set();
    await serviceReturns(rig);
  });

  it('a list without end', async () => {
    const rig = await start();
    rig.shim.set('C_GetMechanismList length 100000');
    await expect(rig.client.call('objects', { slot: rig.slot })).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set('C_GetSlotList length 100000');
    await expect(rig.client.call('slots', {})).rejects.toEqual(failure('driver_crashed', true));
    rig.shim.set();
    await serviceReturns(rig);
  });
});

describe('a library that hangs', () => {
  const deadlines = { list: 400, login: 500, sign: 600 };

  it.each([
    ['C_GetTokenInfo', 'list', (rig: Rig) => rig.flags()],
    ['C_Login', 'login', (rig: Rig) => rig.login('654321')],
    ['C_SetPIN', 'login', (rig: Rig) => rig.changePin('123456', '246810')],
    ['C_Sign', 'sign', (rig: Rig) => rig.sign(digest)],
  ] as const)('in %s past its deadline: driver_timeout, the host is killed and replaced', async (fn, kind, call) => {
    const rig = await start({ deadlines });
    if (kind === 'sign') await rig.login();
    rig.shim.clear();
    const pid = rig.client.status().pid ?? 0;
    rig.shim.set(`${fn} hang`);
    const began = performance.now();
    await expect(call(rig)).rejects.toEqual(failure('driver_timeout', true));
    expect(performance.now() - began).toBeGreaterThan(deadlines[kind] - 5);
    rig.shim.set();
    await rig.look();
    expect(lives(pid)).toBe(false);
    expect(rig.shim.trace().filter(({ reached }) => reached).length).toBe(fn === 'C_SetPIN' ? 1 : 0);
    expect(rig.client.status().crashes).toBe(1);
    rig.shim.clear();
    await serviceReturns(rig);
  });

  it('at its start: killed, tried again, and told', async () => {
    const shim = new ShimControl();
    shim.set('C_Initialize hang');
    const { client, changes } = hostLibrary(await buildShim(), { deadlines: { start: 500 }, environment: shim.env });
    cleanUp.push(
      () => shim.dispose(),
      () => client.stop(),
    );
    await expect(client.call('slots', {})).rejects.toEqual(failure('driver_timeout', false));
    expect(client.status()).toMatchObject({ state: 'restarting', lastError: 'the library did not load in time' });
    shim.set();
    await eventually(() => client.status().state === 'running');
    expect(changes.at(-1)).toMatch(/^running/);
  });

  it('does not slow another driver down, nor the daemon', async () => {
    const [hanging, sound] = [await start({ deadlines, id: 'hanging' }), await start({ id: 'sound' })];
    await sound.login();
    hanging.shim.set('C_GetTokenInfo hang');
    const hung = expect(hanging.flags()).rejects.toEqual(failure('driver_timeout', true));
    let signed = 0;
    let slowest = 0;
    const end = performance.now() + 800;
    while (performance.now() < end) {
      const began = performance.now();
      await sound.sign(digest);
      slowest = Math.max(slowest, performance.now() - began);
      signed += 1;
    }
    await hung;
    expect(signed).toBeGreaterThan(50);
    expect(slowest).toBeLessThan(400);
    expect(sound.client.generation).toBe(1);
  });

  it('gives a long batch the time that its signatures need', async () => {
    const rig = await start({ deadlines: { sign: 300 } });
    await rig.login();
    rig.shim.set('C_Sign delay 25');
    const { signatures } = await rig.client.call('sign', rig.request(...Array.from({ length: 20 }, () => digest)));
    expect(signatures).toHaveLength(20);
  });

  it('is not accused when it was the daemon that stood still', async () => {
    const rig = await start({ deadlines: { list: 200 } });
    const answer = rig.flags();
    await new Promise(setImmediate);
    const end = performance.now() + 400;
    while (performance.now() < end);
    await answer;
    expect(rig.client.generation).toBe(1);
  });
});

describe('a library that cannot be used', () => {
  it('waits longer and longer for one that always crashes at its start, and says so', async () => {
    const shim = new ShimControl();
    shim.set('C_Initialize crash');
    const starts: number[] = [];
    const { client } = hostLibrary(await buildShim(), {
      environment: shim.env,
      onChange: () => starts.push(performance.now()),
    });
    cleanUp.push(
      () => shim.dispose(),
      () => client.stop(),
    );
    await eventually(() => starts.length >= 4);
    const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
    // Waits of 0, 100 and 500 ms come before the second, third and fourth start.
    expect(gaps[1]).toBeGreaterThan(100);
    expect(gaps[2]).toBeGreaterThan(500);
    expect(client.status()).toMatchObject({ state: 'failed', crashes: 4, lastError: 'SIGSEGV', version: null });
    await expect(client.call('slots', {})).rejects.toEqual(failure('driver_unavailable', false));
  });

  it('is failed while C_Initialize answers an error, and comes up when it no longer does', async () => {
    const shim = new ShimControl();
    shim.set(`C_Initialize rv ${CKR.CKR_HOST_MEMORY}`);
    const rig = Rig.start({ environment: shim.env });
    cleanUp.push(() => shim.dispose());
    await expect(rig).rejects.toEqual(failure('driver_unavailable', false));
    const { client, changes } = hostLibrary(await buildShim(), { environment: shim.env });
    cleanUp.push(() => client.stop());
    await eventually(() => client.status().state === 'failed');
    expect(client.status().lastError).toBe('C_Initialize answered CKR_HOST_MEMORY');
    shim.set();
    await eventually(() => client.status().state === 'running');
    expect(changes.map((change) => change.split(':')[0])).toEqual(['failed', 'running']);
  });

  it.each([
    ['missing', () => undefined],
    ['garbage', (path: string) => writeFileSync(path, Buffer.alloc(4096, 0x41))],
    ['for another processor', (path: string, shim: string) => writeFileSync(path, otherProcessor(shim))],
    ['no PKCS#11 library', (path: string) => copyFileSync(anyLibrary(), path)],
  ] as const)("%s: failed, with the loader's reason", async (_what, make) => {
    const directory = mkdtempSync(join(tmpdir(), 'signet-library-'));
    const path = join(directory, 'library.so');
    make(path, await buildShim());
    const { client, changes } = hostLibrary(path);
    cleanUp.push(
      () => rmSync(directory, { recursive: true }),
      () => client.stop(),
    );
    await expect(client.call('slots', {})).rejects.toEqual(failure('driver_unavailable', false));
    expect(client.status()).toMatchObject({ state: 'failed', crashes: 0, pid: null, lastError: expect.stringMatching(/./) });
    expect(changes).toHaveLength(1);
  });

  it('a path that no process can be given is a failure too, not an exception', async () => {
    const { client } = hostLibrary('/nowhere/with\0zero.so');
    cleanUp.push(() => client.stop());
    await expect(client.call('slots', {})).rejects.toBeInstanceOf(DriverFailure);
  });
});

/** A shared library of this machine that knows nothing of PKCS#11. */
function anyLibrary(): string {
  const { sharedObjects } = process.report.getReport() as unknown as { sharedObjects: string[] };
  const found = sharedObjects.find((path) => /\/lib(m|stdc\+\+)\./.test(path));
  if (found === undefined) throw new Error('this Node.js is linked to no library');
  return found;
}

/** The library as if built for a 32-bit machine: class and machine of its ELF header say so. */
function otherProcessor(path: string): Buffer {
  const elf = readFileSync(path);
  elf[4] = 1;
  elf.writeUInt16LE(3, 18);
  return elf;
}
