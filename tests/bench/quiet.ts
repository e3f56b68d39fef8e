import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

const WINDOW_MS = 100;
/** Part of the cores that other programs may use before a measurement waits for them. */
const TOLERATED = 0.15;

/** Waits for moments in which the machine does nothing else, for so many milliseconds altogether. */
export class Quiet {
  #patience: number;

  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Resolves as soon as the cores are idle, or when the patience is used up. Nothing of ours may be running. */
  async wait(): Promise<void> {
    for (;;) {
      const busy = await busyShare();
      if (busy <= TOLERATED || this.#patience <= 0) return;
      this.#patience -= WINDOW_MS;
    }
  }
}

async function busyShare(): Promise<number> {
  const before = spent();
  await wait(WINDOW_MS);
  const after = spent();
  return 1 - (after.idle - before.idle) / (after.all - before.all);
}

function spent(): { idle: number; all: number } {
  let [idle, all] = [0, 0];
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}
