/** A command after chaining was undone; `le` is the number of bytes the reader asked for (256 when it said 0 or nothing). */
export interface Command {
  cla: number;
  ins: number;
  p1: number;
  p2: number;
  data: Buffer;
  le: number;
}

/** What an application answers; `status` is SW1SW2. */
export interface Answer {
  status: number;
  data?: Uint8Array;
}

export const OK: Answer = { status: 0x9000 };

/** An answer without data. */
export function status(code: number): Answer {
  return { status: code };
}

function encode(answer: Answer): Buffer {
  return Buffer.concat([answer.data ?? Buffer.alloc(0), Buffer.from([answer.status >> 8, answer.status & 0xff])]);
}

function parse(bytes: Buffer): Command | undefined {
  const [cla, ins, p1, p2, p3] = bytes;
  if (cla === undefined || ins === undefined || p1 === undefined || p2 === undefined) return undefined;
  const none = { cla, ins, p1, p2, data: Buffer.alloc(0), le: 256 };
  if (p3 === undefined) return none;
  if (bytes.length === 5) return { ...none, le: p3 || 256 };
  if (p3 === 0 || bytes.length < 5 + p3 || bytes.length > 6 + p3) return undefined;
  return { ...none, data: bytes.subarray(5, 5 + p3), le: bytes[5 + p3] || 256 };
}

/** Turns short APDUs into whole commands: command chaining (CLA bit 5) inwards, 61xx and GET RESPONSE outwards (ISO 7816-4). */
export class Exchange {
  #chained: Buffer[] = [];
  #waiting: Buffer = Buffer.alloc(0);

  /** Forgets half-done chains, as a reset does. */
  reset(): void {
    this.#chained = [];
    this.#waiting = Buffer.alloc(0);
  }

  /** Answers one APDU; `run` is asked only for whole commands, and its undefined (no answer at all) is passed on. */
  async answer(bytes: Buffer, run: (command: Command) => Promise<Answer | undefined>): Promise<Buffer | undefined> {
    const command = parse(bytes);
    if (!command) return encode(status(0x6700));
    if (command.ins === 0xc0) return this.#next(command.le, 0x9000);
    this.#waiting = Buffer.alloc(0);
    this.#chained.push(command.data);
    if (command.cla & 0x10) return encode(OK);
    const whole = { ...command, data: Buffer.concat(this.#chained) };
    this.#chained = [];
    const answer = await run(whole);
    if (!answer) return undefined;
    this.#waiting = Buffer.from(answer.data ?? []);
    return this.#next(command.le, answer.status);
  }

  #next(le: number, code: number): Buffer {
    const data = this.#waiting.subarray(0, le);
    this.#waiting = this.#waiting.subarray(le);
    const rest = this.#waiting.length;
    return encode({ data, status: rest > 0 ? 0x6100 | Math.min(rest, 0xff) : code });
  }
}
