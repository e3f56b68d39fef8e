import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Keeper } from './keeper.ts';
import { Rig } from './rig.ts';

let rig: Rig;
beforeEach(async () => {
  rig = await Rig.start({ quirks: { concurrent: true } });
});
afterEach(() => rig.close());

/** Kilobytes resident. */
function resident(pid: number): number {
  const match = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(match?.[1]);
}

/** How often `needle` is in a process's memory; null when the kernel does not let us look. */
function occurrences(pid: number, needle: Buffer): number | null {
  let memory: number;
  try {
    memory = openSync(`/proc/${pid}/mem`, 'r');
  } catch {
    return null;
  }
  let found = 0;
  for (const line of readFileSync(`/proc/${pid}/maps`, 'utf8').split('\n')) {
    const match = /^([0-9a-f]+)-([0-9a-f]+) rw/.exec(line);
    if (match === null) continue;
    const [from, to] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] ?? '0', 16)];
    found += countIn(memory, from, to, needle);
  }
  closeSync(memory);
  return found;
}

function countIn(memory: number, from: number, to: number, needle: Buffer): number {
  const part = Buffer.allocUnsafe(1024 * 1024);
  let found = 0;
  for (let at = from; at < to; at += part.length - needle.length) {
    let length: number;
    try {
      length = readSync(memory, part, 0, Math.min(part.length, to - at), at);
    } catch {
      break;
    }
    const read = part.subarray(0, length);
    for (let hit = read.indexOf(needle); hit >= 0; hit = read.indexOf(needle, hit + 1)) found += 1;
  }
  return found;
}

describe('memory', () => {
  it('of daemon and host holds no PIN once it has been presented', async () => {
    const keeper = await Keeper.start(rig);
    keeper.tell('guess');
    const { answer } = await keeper.hear();
    expect(answer?.rv).toBe(0xa0);
    const pin = Buffer.from(answer?.complement ?? '', 'hex').map((byte) => ~byte);
    expect(pin.toString()).toMatch(/^[A-Z]{16}$/);
    // The search finds what is there: the name of a variable that both know.
    for (const pid of [keeper.process.pid ?? 0, keeper.host]) {
      expect(occurrences(pid, Buffer.from('SHIM_CONTROL')) ?? 1).toBeGreaterThan(0);
    }
    // A PIN that is left somewhere is in one piece.
    expect(occurrences(keeper.process.pid ?? 0, Buffer.from(pin))).toBe(0);
    // Only root may look into a host at all.
    expect(occurrences(keeper.host, Buffer.from(pin)) ?? 0).toBe(0);
    if (process.getuid?.() !== 0) expect(occurrences(keeper.host, Buffer.from(pin))).toBeNull();
    await keeper.kill();
  });

  it('of the host is shown to no other process of the user', async () => {
    const pid = rig.client.status().pid ?? 0;
    expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^CoreDumping:\s+0/m);
    const asNobody = spawnSync('stat', ['-c', '%U', `/proc/${pid}/mem`], { encoding: 'utf8' });
    expect(asNobody.stdout.trim()).toBe('root');
  });

  it('of the host does not grow over 20,000 signatures', async () => {
    await rig.login();
    const digest = Buffer.alloc(32, 7);
    const sign = async (count: number): Promise<void> => {
      let left = count;
      await Promise.all(
        Array.from({ length: 16 }, async () => {
          while (left > 0) {
            left -= 1;
            await rig.sign(digest);
          }
        }),
      );
    };
    const pid = rig.client.status().pid ?? 0;
    await sign(10_000);
    const samples: number[] = [];
    for (let round = 0; round < 40; round += 1) {
      await sign(500);
      samples.push(resident(pid));
    }
    // It rises and falls with the collection of garbage: what counts is how far it falls.
    const [early, late] = [Math.min(...samples.slice(0, 20)), Math.min(...samples.slice(20))];
    console.log(`resident: ${samples.join(' ')} kB`);
    expect(late - early).toBeLessThan(3_072);
  });
});
