import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { giveBackAtRest, restAfterWork } from '../../src/daemon/rest.ts';
import { startTestDaemon, until } from '../fixture/index.ts';

const WORK = 0.6;
const CALM = 0.01;

describe('rest after work', () => {
  const told = (looks: readonly number[]) => {
    const look = restAfterWork({ first: 1, patience: 3 });
    return looks.map(look).flatMap((rest, at) => (rest ? [at] : []));
  };

  it('comes after the start with the first calm look, and once', () => {
    expect(told([WORK, WORK, CALM, CALM, CALM, CALM, CALM, CALM])).toEqual([2]);
  });

  it('comes after later work when it has been calm for long enough, each time', () => {
    expect(told([CALM, WORK, CALM, CALM, WORK, CALM, CALM, CALM, CALM, WORK, CALM, CALM, CALM])).toEqual([0, 7, 12]);
  });

  it('does not come while work goes on and off', () => {
    expect(told([CALM, ...Array.from({ length: 20 }, (_, at) => (at % 3 === 0 ? WORK : CALM))])).toEqual([0]);
  });
});

describe('memory', () => {
  it('is given back when the event loop is at rest, not while it works', async () => {
    let given = 0;
    const end = giveBackAtRest(() => {
      given += 1;
    }, 20);
    for (const began = performance.now(); performance.now() - began < 200; ) await turn();
    expect(given).toBe(0);
    await until('it is given back', () => given > 0 || undefined);
    end();
  });

  it.skipIf(process.platform !== 'linux')('is less, as the system counts it, soon after a daemon has started', async () => {
    const daemon = await startTestDaemon({ child: true });
    const kilobytes = (name: string): number =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1]);
    await until('it has less than it once had', () => kilobytes('VmRSS') < 0.92 * kilobytes('VmHWM') || undefined);
    expect((await daemon.call('GET', '/v1/tokens')).status).toBe(200);
    await daemon.dispose();
  });
});
