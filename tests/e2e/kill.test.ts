import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';

const ROUNDS = Number(process.env.SIGNET_CHAOS ?? 100);
const LIMIT = 60;
const CALLERS = 12;

let shim: Shimmed;
let files: { tokens: string; pristine: string };
let daemon: TestDaemon;
let tokenId: string;
let bearers: string[] = [];
let [submitted, value] = [0, 100_000];

beforeAll(async () => {
  shim = await shimmed();
  files = { tokens: join(shim.token.dir, 'tokens'), pristine: join(shim.token.dir, 'pristine') };
  cpSync(files.tokens, files.pristine, { recursive: true });
  // No flag ever tells: what is known after a kill is what was written before it. The delay makes the moment of the attempt longer.
  shim.control.set(`lock-after ${LIMIT} none`, 'C_Login delay 8');
  daemon = await start();
  tokenId = daemon.tokenId;
  bearers = await Promise.all(Array.from({ length: CALLERS }, (_, index) => daemon.client(`caller-${index}`, 'pin', 'status')));
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
});

function start(home?: string): Promise<TestDaemon> {
  const driver = { ...shim.driver, tryLimit: LIMIT };
  return startTestDaemon({ ...(home ? { home } : {}), drivers: [driver], child: true, settings: { watchEvery: 100 } });
}

/**
 * SoftHSM2 truncates its token file before it writes it anew at every login: a kill between the two leaves a token that no
 * process can read again. The shim's count, which is the truth here, lies in a file of its own and stays.
 */
function mend(): boolean {
  const paths = readdirSync(files.tokens, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('token.object'));
  if (paths.every((path) => statSync(join(files.tokens, path)).size > 0)) return false;
  rmSync(files.tokens, { recursive: true });
  cpSync(files.pristine, files.tokens, { recursive: true });
  return true;
}

const driver = async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0];
const token = () =>
  until('the token is there', async () => {
    const { json } = await daemon.call('GET', `/v1/tokens/${tokenId}`);
    return json.id === undefined ? undefined : json;
  });

/** A PIN goes out, with the person's consent; the status of the answer, if there was one. */
async function submit(pin: string, bearer = daemon.token): Promise<number | undefined> {
  const [local, call] = [daemon.call, daemon.as(bearer)];
  const path = `/v1/tokens/${tokenId}`;
  try {
    const { consent } = (await local('POST', `${path}/final-try-consent`)).json;
    submitted += 1;
    return (await call('POST', `${path}/login`, { pin, finalTryConsent: consent })).status;
  } catch {
    // The daemon was killed under it.
    return undefined;
  }
}

/** Kills the daemon under a PIN that is on its way, and starts another on what it left. */
async function killDaemon(going: Promise<unknown>): Promise<void> {
  await daemon.kill9();
  await going;
  mend();
  daemon = await start(daemon.home);
}

/** Kills the driver host under a PIN that is on its way, and waits until the daemon has another. */
async function killHost(pid: number, going: Promise<unknown>): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await going;
  const next = await anotherThan(pid);
  if (!mend()) return;
  process.kill(next, 'SIGKILL');
  await anotherThan(next);
}

/** Before a host's death has come through, what is told is still of that host. */
function anotherThan(pid: number): Promise<number> {
  return until('another host runs', async () => {
    const now = await driver();
    return now.state === 'running' && now.pid !== pid ? Number(now.pid) : undefined;
  });
}

/** What is told now is no better than what the shim counted. */
async function expectTruth(round: number): Promise<void> {
  const { pin } = await token();
  const told = { round, atMost: pin.remaining?.atMost ?? 0, atLeast: pin.remaining?.atLeast ?? 0 };
  expect(told.atMost, JSON.stringify({ told, left: shim.left(LIMIT) })).toBeLessThanOrEqual(shim.left(LIMIT));
  expect(told.atLeast).toBeLessThanOrEqual(told.atMost);
  expect(shim.control.presentations().length).toBeLessThanOrEqual(submitted);
}

describe(`${ROUNDS} times`, () => {
  it(
    'the daemon or its driver host is killed at some moment of a login, and nothing is told better than it is',
    async () => {
      for (let round = 0; round < ROUNDS; round += 1) {
        await token();
        const { pid } = await driver();
        value += 1;
        const going = submit(round % 5 === 4 ? USER_PIN : String(value), bearers[round % CALLERS]);
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 40));
        await (round % 2 === 0 ? killDaemon(going) : killHost(pid, going));
        await expectTruth(round);
        if (round % 20 !== 19) continue;
        // The count has to be full again from time to time, which only a success seen to its end may bring about.
        expect(await submit(USER_PIN)).toBe(200);
        expect((await token()).pin.remaining.atMost).toBe(LIMIT);
        await expectTruth(round);
      }
    },
    60_000 + ROUNDS * 3_000,
  );

  it('the audit trail has neither gap nor break', async () => {
    const { json } = await daemon.call('GET', '/v1/audit?limit=1000');
    expect(json.sound).toBe(true);
    const seqs = json.entries.map(({ seq }: { seq: number }) => seq);
    for (const [index, seq] of seqs.entries()) if (index > 0) expect(seqs[index - 1] - seq).toBe(1);
  });

  it('no more was presented than people submitted', () => {
    expect(shim.control.presentations().length).toBeGreaterThan(0);
    expect(shim.control.presentations().length).toBeLessThanOrEqual(submitted);
  });
});
