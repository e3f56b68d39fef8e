import { type ChildProcess, fork } from 'node:child_process';
import { createPublicKey, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import type { Fault } from './fault.ts';
import type { Order, Reply, Strike } from './order.ts';
import { readState } from './state.ts';

/** The card's own account of its counters; null for a secret that was not set yet. */
export interface Truth {
  pinLeft: number | null;
  pinLimit: number;
  pukLeft: number | null;
  pukLimit: number;
  /** Commands that could have spent a try, right or wrong: VERIFY with data, CHANGE REFERENCE DATA, RESET RETRY COUNTER. */
  verifies: number;
  presentations: { verify: number; change: number; reset: number };
  /** Signatures made. */
  signatures: number;
}

/** The place a card goes to; `settled` resolves when PC/SC agrees that a card is there, or is not. */
export interface Place {
  host: string;
  port: number;
  settled(present: boolean): Promise<void>;
}

const DEADLINE = 15_000;
const PROGRAM = new URL('./main.ts', import.meta.url);

/** A virtual card in its own process, in a slot of a reader. */
export class Card {
  /** File with everything the card remembers; it outlives the process. */
  readonly memory: string;
  readonly #place: Place;
  #process: ChildProcess;
  #stderr = '';
  #inserted = false;
  #last = 0;

  constructor(memory: string, place: Place) {
    this.memory = memory;
    this.#place = place;
    this.#process = this.#spawn();
  }

  /** Whether the card is meant to be in the reader; a fault that drops the connection does not change it. */
  get inserted(): boolean {
    return this.#inserted;
  }

  /** Puts the card in; resolves when the reader has powered it and PC/SC knows it. */
  async reinsert(): Promise<void> {
    const { host, port, settled } = this.#place;
    await this.#tell({ do: 'insert', host, port });
    await settled(true);
    this.#inserted = true;
  }

  /** Pulls the card out; resolves when PC/SC has noticed (up to 0.4 s). Needed before `reinsert` after a `drop` fault, too. */
  async remove(): Promise<void> {
    this.#inserted = false;
    await this.#tell({ do: 'remove' });
    await this.#place.settled(false);
  }

  /** Adds a fault; see `Fault`. `struck` resolves when it hits a command for the first time. */
  async fault(fault: Fault): Promise<{ struck: Promise<void> }> {
    const id = this.#last + 1;
    const child = this.#process;
    const struck = new Promise<void>((resolve) => {
      const hear = (message: unknown) => {
        if ((message as Strike).struck !== id) return;
        child.off('message', hear);
        resolve();
      };
      child.on('message', hear);
    });
    await this.#tell({ do: 'fault', fault });
    return { struck };
  }

  /** Removes all faults that have not struck. */
  heal(): Promise<void> {
    return this.#tell({ do: 'heal' });
  }

  /** Kills the card's process as a power cut would and starts another from the same memory, back in the reader if it was there. */
  async restart(): Promise<void> {
    await this.close();
    await this.#place.settled(false);
    this.#process = this.#spawn();
    if (this.#inserted) await this.reinsert();
  }

  /** Ends the card's process; its memory stays. */
  async close(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await gone;
  }

  /** What the card itself knows. Every change is written before the card answers, so this is never behind an answer. */
  async truth(): Promise<Truth> {
    const { pin, puk, limits, presentations, signatures } = readState(this.memory);
    const verifies = presentations.verify + presentations.change + presentations.reset;
    const left = { pinLeft: pin?.left ?? null, pinLimit: limits.pin, pukLeft: puk?.left ?? null, pukLimit: limits.puk };
    return { ...left, verifies, presentations, signatures };
  }

  /** Public half of a key on the card: `9a` or `9c` on PIV, the key's number in hex (`00`) on IsoApplet. */
  publicKey(reference: string): KeyObject {
    const pem = readState(this.memory).keys[reference];
    if (pem === undefined) throw new Error(`the card has no key ${reference}`);
    return createPublicKey(pem);
  }

  #spawn(): ChildProcess {
    const child = fork(PROGRAM, [this.memory], { execArgv: [], env: {}, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    child.setMaxListeners(0);
    child.stderr?.on('data', (text) => {
      this.#stderr = (this.#stderr + text).slice(-4000);
    });
    return child;
  }

  #tell(order: Order): Promise<void> {
    const child = this.#process;
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const finish = (error?: string) => {
        clearTimeout(timer);
        child.off('message', hear);
        child.off('exit', died);
        if (error === undefined) resolve();
        else reject(new Error(`virtual card, ${order.do}: ${error}`));
      };
      const hear = (message: unknown) => {
        const reply = message as Reply;
        if (reply.id === id) finish(reply.error);
      };
      const died = () => finish(`its process ended. ${this.#stderr}`);
      const timer = setTimeout(() => finish(`no answer within ${DEADLINE} ms`), DEADLINE);
      child.on('message', hear);
      child.on('exit', died);
      child.send({ id, order }, (error) => error && finish(error.message));
    });
  }
}
