import { describe, expect, it } from 'vitest';
import { daemonLog, LogRing } from '../../src/daemon/log.ts';

const parsed = (ring: LogRing) => ring.lines().lines.map((line) => JSON.parse(line) as { msg: string; level: number });

function made(level: Parameters<typeof daemonLog>[0]) {
  const printed: string[] = [];
  const log = daemonLog(level, { write: (line) => printed.push(line) });
  return { ...log, printed };
}

describe("the daemon's log", () => {
  it('prints from its level on, and keeps from info on', () => {
    const { log, ring, printed } = made('warn');
    log.debug('a');
    log.info('b');
    log.warn('c');
    expect(printed.map((line) => (JSON.parse(line) as { msg: string }).msg)).toEqual(['c']);
    expect(parsed(ring).map(({ msg }) => msg)).toEqual(['b', 'c']);
  });

  it('keeps debug while it is verbose, prints none of it, and goes back', () => {
    const { log, ring, verbose, printed } = made('silent');
    verbose(true);
    expect(log.isLevelEnabled('debug')).toBe(true);
    log.debug('inside');
    verbose(false);
    expect(log.isLevelEnabled('debug')).toBe(false);
    log.debug('after');
    log.fatal('end');
    expect(parsed(ring).map(({ msg }) => msg)).toEqual(['inside', 'end']);
    expect(printed).toEqual([]);
  });

  it('stays as talkative as it was configured', () => {
    const { log, verbose, printed } = made('trace');
    verbose(true);
    log.trace('one');
    verbose(false);
    log.trace('two');
    expect(printed).toHaveLength(2);
  });
});

describe('the ring', () => {
  it('keeps the first lines and the newest, and counts those between', () => {
    const ring = new LogRing();
    const line = (n: number) => JSON.stringify({ n, text: 'x'.repeat(200) });
    for (let n = 0; n < 20_000; n += 1) ring.push(line(n));
    const { lines, dropped } = ring.lines();
    expect(lines[0]).toBe(line(0));
    expect(lines.at(-1)).toBe(line(19_999));
    expect(dropped).toBe(20_000 - lines.length);
    expect(lines.reduce((sum, each) => sum + each.length, 0)).toBeLessThanOrEqual(512 * 1024);
    expect(lines.reduce((sum, each) => sum + each.length, 0)).toBeGreaterThan(500 * 1024);
  });

  it('tells of a line that is too long without keeping it', () => {
    const ring = new LogRing();
    ring.push(`{"level":50,"msg":"${'y'.repeat(100_000)}"}\n`);
    const [line] = parsed(ring);
    expect(line).toMatchObject({ level: 50, msg: '(a line of 100022 characters was left out)' });
  });
});
