import type { Command } from './apdu.ts';

/**
 * What a card does instead of answering well. Matches on the fields given; `withData` tells a real VERIFY from an empty one.
 * `skip` lets that many matches pass first, `times` ends it (1 unless told). `counted`: the command is carried out, counters
 * included, and only its answer is lost or replaced. `delay` is in milliseconds, before the action.
 */
export interface Fault {
  ins?: number;
  p1?: number;
  p2?: number;
  withData?: boolean;
  skip?: number;
  times?: number;
  counted?: boolean;
  delay?: number;
  /** `drop` closes the connection (card pulled out), `mute` never answers, `pass` only delays, or a status word. */
  action: 'drop' | 'mute' | 'pass' | { status: number };
}

/** The faults a card has been told to have. */
export class Faults {
  #waiting: (Fault & { id: number })[] = [];

  /** `id` is handed back with the fault when it strikes. */
  add(fault: Fault, id: number): void {
    this.#waiting.push({ ...fault, id });
  }

  clear(): void {
    this.#waiting = [];
  }

  /** The fault that hits this command, used up by one; undefined if the command goes through. */
  take(command: Command): (Fault & { id: number }) | undefined {
    const hit = this.#waiting.find((fault) => matches(fault, command));
    if (!hit) return undefined;
    if (hit.skip) {
      hit.skip--;
      return undefined;
    }
    hit.times = (hit.times ?? 1) - 1;
    if (hit.times <= 0) this.#waiting = this.#waiting.filter((fault) => fault !== hit);
    return hit;
  }
}

function matches(fault: Fault, command: Command): boolean {
  if (fault.ins !== undefined && fault.ins !== command.ins) return false;
  if (fault.p1 !== undefined && fault.p1 !== command.p1) return false;
  if (fault.p2 !== undefined && fault.p2 !== command.p2) return false;
  return fault.withData === undefined || fault.withData === command.data.length > 0;
}
