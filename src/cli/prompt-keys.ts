import type { Terminal } from './terminal.ts';

const INTERRUPT = 0x03;
const END = 0x04;

/** What is heard nevertheless. */
export interface KeyEvents {
  /** Ctrl-C or Ctrl-D. */
  interrupt(): void;
  /** The terminal went away. */
  gone(): void;
}

/**
 * Listens to the keyboard while no question is asked. Whatever is typed then is thrown away: keys meant for something else must
 * not answer the next question.
 */
export class IdleKeys {
  readonly #terminal: Terminal;
  readonly #events: KeyEvents;
  readonly #wasRaw: boolean;

  constructor(terminal: Terminal, events: KeyEvents) {
    this.#terminal = terminal;
    this.#events = events;
    this.#wasRaw = terminal.stdin.isRaw === true;
    terminal.stdin.on('end', events.gone);
  }

  /** Takes the keys. */
  listen(): void {
    const { stdin } = this.#terminal;
    stdin.setRawMode?.(true);
    stdin.off('data', this.#drop).on('data', this.#drop);
    stdin.resume();
  }

  /** Leaves them to a question. */
  rest(): void {
    this.#terminal.stdin.off('data', this.#drop);
  }

  /** Gives the terminal back as it was. */
  close(): void {
    const { stdin } = this.#terminal;
    this.rest();
    stdin.off('end', this.#events.gone);
    stdin.setRawMode?.(this.#wasRaw);
    stdin.pause();
  }

  readonly #drop = (chunk: Buffer): void => {
    const leaves = chunk.includes(INTERRUPT) || chunk.includes(END);
    // It may have been a PIN.
    chunk.fill(0);
    if (leaves) this.#events.interrupt();
  };
}
