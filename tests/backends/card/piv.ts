import { type Answer, type Command, OK, status } from './apdu.ts';
import type { Application } from './application.ts';
import { loadKey, signBlock, signHash } from './key.ts';
import { References } from './reference.ts';
import type { CardState } from './state.ts';
import { element, find } from './tlv.ts';

const AID = Buffer.from('a000000308000010000100', 'hex');
const SIGNATURE_KEY = 0x9c;

/** PINs and PUKs travel as eight bytes filled with FF. Undefined for anything else; that costs no try. */
function secret(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1').replace(/\xff+$/, '');
  return bytes.length === 8 && /^[0-9]{6,8}$/.test(text) ? text : undefined;
}

/** A PIV card (NIST SP 800-73-4 part 2): 9A P-256, 9C RSA-2048 that wants a fresh VERIFY for every signature. */
export class Piv implements Application {
  readonly #state: CardState;
  readonly #save: () => void;
  readonly #references: References;
  #fresh = false;

  constructor(state: CardState, save: () => void) {
    this.#state = state;
    this.#save = save;
    this.#references = new References(state, save);
  }

  reset(): void {
    this.#references.verified = false;
    this.#fresh = false;
  }

  run(command: Command): Answer {
    switch (command.ins) {
      case 0xa4:
        return this.#select(command);
      case 0xcb:
        return this.#read(command);
      case 0x20:
        return this.#verify(command);
      case 0x24:
        return this.#change(command);
      case 0x2c:
        return this.#unblock(command);
      case 0x87:
        return this.#authenticate(command);
      default:
        return status(0x6d00);
    }
  }

  #select({ p1, data }: Command): Answer {
    const ours = data.length >= 5 && data.length <= AID.length && AID.subarray(0, data.length).equals(data);
    if (p1 !== 4 || !ours) return status(0x6a82);
    const authority = element(0x79, element(0x4f, AID.subarray(0, 5)));
    return { status: 0x9000, data: element(0x61, Buffer.concat([element(0x4f, AID.subarray(5)), authority])) };
  }

  #read({ p1, p2, data }: Command): Answer {
    if (p1 !== 0x3f || p2 !== 0xff) return status(0x6a86);
    const object = this.#state.objects[find(data, 0x5c)?.toString('hex') ?? ''];
    return object === undefined ? status(0x6a82) : { status: 0x9000, data: Buffer.from(object, 'base64') };
  }

  #verify({ p1, p2, data }: Command): Answer {
    if (p2 !== 0x80) return status(0x6a88);
    if (p1 === 0xff && data.length === 0) {
      this.reset();
      return OK;
    }
    if (p1 !== 0) return status(0x6a86);
    if (data.length === 0) return this.#references.status();
    const pin = secret(data);
    if (pin === undefined) return status(0x6a80);
    const answer = this.#references.verify(pin);
    this.#fresh = answer.status === 0x9000;
    return answer;
  }

  #change({ p1, p2, data }: Command): Answer {
    if (p1 !== 0 || (p2 !== 0x80 && p2 !== 0x81)) return status(0x6a88);
    const [old, next] = [secret(data.subarray(0, 8)), secret(data.subarray(8))];
    if (old === undefined || next === undefined) return status(0x6a80);
    return this.#references.change(p2 === 0x80 ? 'pin' : 'puk', old, next);
  }

  #unblock({ p1, p2, data }: Command): Answer {
    if (p1 !== 0 || p2 !== 0x80) return status(0x6a88);
    const [puk, next] = [secret(data.subarray(0, 8)), secret(data.subarray(8))];
    if (puk === undefined || next === undefined) return status(0x6a80);
    return this.#references.unblock(puk, next);
  }

  #authenticate({ p1, p2, data }: Command): Answer {
    const pem = this.#state.keys[p2.toString(16)];
    const challenge = find(find(data, 0x7c) ?? Buffer.alloc(0), 0x81);
    if (pem === undefined || !challenge) return status(0x6a80);
    const allowed = this.#references.verified && (p2 !== SIGNATURE_KEY || this.#fresh);
    this.#fresh = false;
    if (!allowed) return status(0x6982);
    const key = loadKey(pem);
    const rsa = key.asymmetricKeyType === 'rsa';
    if (p1 !== (rsa ? 0x07 : 0x11) || (rsa && challenge.length !== 256)) return status(0x6a80);
    const signature = rsa ? signBlock(key, challenge, 'none') : signHash(key, challenge);
    this.#state.signatures++;
    this.#save();
    return { status: 0x9000, data: element(0x7c, element(0x82, signature)) };
  }
}
