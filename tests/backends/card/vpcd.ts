import { connect, type Socket } from 'node:net';

/** What the reader can do to a card. An undefined answer leaves the reader waiting. */
export interface Contact {
  power(): void;
  transmit(apdu: Buffer): Promise<Buffer | undefined>;
}

/** T=1 and nothing more. OpenSC takes 3B80800101 for a PIVKey, which it believes to have no elliptic curves. */
const ANSWER_TO_RESET = Buffer.from('3b800181', 'hex');
const POWER_ON = 1;
const SEND_ATR = 4;

/**
 * A card in a vpcd slot. Messages are a two-byte big-endian length and a payload; a payload of one byte is a control
 * (0 off, 1 on, 2 reset, 4 send the ATR, the only one that is answered), anything longer an APDU.
 */
export class Slot {
  #socket: Socket | undefined;
  #received: Buffer = Buffer.alloc(0);
  #powered = false;
  #ready: () => void = () => {};
  readonly #contact: Contact;

  constructor(contact: Contact) {
    this.#contact = contact;
  }

  /** Inserts the card; resolves when the reader has powered it and read its ATR. Rejects if no reader listens or it hangs up first. */
  insert(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, noDelay: true });
      this.#socket = socket;
      this.#received = Buffer.alloc(0);
      this.#powered = false;
      this.#ready = resolve;
      socket.on('error', reject);
      socket.on('close', () => {
        if (this.#socket === socket) this.#socket = undefined;
        reject(new Error('the reader closed the connection'));
      });
      socket.on('data', (bytes) => this.#take(socket, bytes));
    });
  }

  /** Pulls the card out; resolves when the reader has noticed and closed its side. */
  remove(): Promise<void> {
    const socket = this.#socket;
    if (!socket) return Promise.resolve();
    this.#socket = undefined;
    return new Promise((resolve) => {
      socket.once('close', () => resolve());
      socket.end();
    });
  }

  #take(socket: Socket, bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    while (this.#received.length >= 2) {
      const size = this.#received.readUInt16BE(0);
      if (this.#received.length < 2 + size) return;
      const message = this.#received.subarray(2, 2 + size);
      this.#received = this.#received.subarray(2 + size);
      if (size === 1) this.#control(socket, message[0] ?? 0);
      else void this.#contact.transmit(message).then((answer) => answer && this.#send(socket, answer));
    }
  }

  #control(socket: Socket, code: number): void {
    if (code !== SEND_ATR) {
      this.#contact.power();
      this.#powered = code === POWER_ON || this.#powered;
      return;
    }
    this.#send(socket, ANSWER_TO_RESET);
    if (this.#powered) this.#ready();
  }

  #send(socket: Socket, payload: Buffer): void {
    if (this.#socket !== socket) return;
    const head = Buffer.alloc(2);
    head.writeUInt16BE(payload.length);
    socket.write(Buffer.concat([head, payload]));
  }
}
