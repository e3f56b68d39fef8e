import { performance } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** How often the daemon looks whether it has come to rest, in milliseconds. */
const EVERY = 1_000;
/** Part of that time, at most, that a daemon at rest is busy: its look at the drivers and no more. */
const REST = 0.05;
/** Milliseconds of rest before memory is given back another time: compiled code goes with it, and the next work begins slower. */
const PATIENCE = 60_000;

/**
 * Gives memory back to the system each time the daemon has come to rest after work, its start included: V8 by itself keeps what
 * it once had for as long as little is going on (tens of megabytes). Returns what ends it.
 */
export function giveBackAtRest(giveBack: () => void = collectAll, every = EVERY): () => void {
  const look = restAfterWork({ patience: Math.ceil(PATIENCE / every), first: 1 });
  let before = performance.eventLoopUtilization();
  const timer = setInterval(() => {
    const now = performance.eventLoopUtilization();
    if (look(performance.eventLoopUtilization(now, before).utilization)) giveBack();
    before = performance.eventLoopUtilization();
  }, every);
  timer.unref();
  return () => clearInterval(timer);
}

/**
 * True once after each spell of work, after so many calm looks in a row: `first` after the start, `patience` later. A look is the
 * busy part of the time since the last, from 0 to 1.
 */
export function restAfterWork({ first, patience }: { first: number; patience: number }): (busy: number) => boolean {
  let worked = true;
  let calm = 0;
  let wanted = first;
  return (busy) => {
    if (busy > REST) {
      worked = true;
      calm = 0;
      return false;
    }
    calm += 1;
    if (!worked || calm < wanted) return false;
    worked = false;
    wanted = patience;
    return true;
  };
}

/** The collector is asked through a flag at run time, so that it does not matter how the daemon's Node.js was started. */
function collectAll(): void {
  setFlagsFromString('--expose-gc');
  runInNewContext("globalThis.gc?.({ type: 'major', flavor: 'last-resort' })");
}
