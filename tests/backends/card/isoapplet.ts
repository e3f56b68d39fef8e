import { createHash, randomBytes } from 'node:crypto';
import { type Answer, type Command, OK, status } from './apdu.ts';
import type { Application } from './application.ts';
import { Files, type Operation } from './files.ts';
import { generateKey, loadKey, publicNumbers, publicPoint, signBlock, signHash } from './key.ts';
import { References } from './reference.ts';
import type { CardState, StoredFile } from './state.ts';
import { element, elements, find } from './tlv.ts';

const AID = 'f276a288bcfba69d34f31001';
const VERSION = Buffer.from([0x00, 0x06, 0x06]);
const P256_PRIME = 'ffffffff00000001000000000000000000000000ffffffffffffffffffffffff';
const LENGTH = 16;

/** Secrets have 4 to 16 bytes and may be filled with zeros up to 16. Undefined for anything else; that costs no try. */
function secret(bytes: Buffer): string | undefined {
  const text = bytes.toString('latin1').replace(/\0+$/, '');
  return bytes.length <= LENGTH && text.length >= 4 ? text : undefined;
}

/** A card with IsoApplet 00.06: ISO 7816-4 files, PIN (reference 1), PUK (2), keys made on the card. */
export class IsoApplet implements Application {
  readonly #state: CardState;
  readonly #save: () => void;
  readonly #references: References;
  readonly #files: Files;
  #algorithm = 0;
  #key = '';

  constructor(state: CardState, save: () => void) {
    this.#state = state;
    this.#save = save;
    this.#references = new References(state, save);
    this.#files = new Files(state.files);
  }

  reset(): void {
    this.#references.verified = false;
    this.#files.current = '3f00';
    this.#key = '';
  }

  run(command: Command): Answer | Promise<Answer> {
    switch (command.ins) {
      case 0xa4:
        return this.#select(command);
      case 0xb0:
        return this.#read(command);
      case 0xd6:
        return this.#update(command);
      case 0xe0:
        return this.#create(command);
      case 0xe4:
        return this.#delete(command);
      case 0x20:
        return this.#verify(command);
      case 0x24:
        return this.#change(command);
      case 0x2c:
        return this.#unblock(command);
      case 0x22:
        return this.#environment(command);
      case 0x2a:
        return this.#sign(command);
      case 0x46:
        return this.#generate(command);
      case 0x84:
        return { status: 0x9000, data: randomBytes(command.le) };
      default:
        return status(0x6d00);
    }
  }

  /** Before its first PIN the card is being made and allows everything. */
  #open(): boolean {
    return this.#references.verified || !this.#state.pin;
  }

  #may(file: StoredFile, operation: Operation): boolean {
    const condition = this.#files.condition(file, operation);
    return condition === 0 || !this.#state.pin || (condition !== 0xff && this.#references.verified);
  }

  #select({ p1, p2, data }: Command): Answer {
    if (p1 === 4 && data.toString('hex') === AID) {
      this.#files.current = '3f00';
      return { status: 0x9000, data: VERSION };
    }
    const file = this.#files.resolve(p1, data.toString('hex'));
    if (!file) return status(0x6a82);
    this.#files.current = file.path;
    return p2 & 0x0c ? OK : { status: 0x9000, data: this.#files.describe(file) };
  }

  #read({ p1, p2, le }: Command): Answer {
    const file = this.#files.at(this.#files.current);
    if (!file || file.directory) return status(0x6986);
    if (!this.#may(file, 'read')) return status(0x6982);
    const content = Buffer.from(file.content, 'base64');
    const offset = (p1 << 8) | p2;
    if (offset > content.length) return status(0x6b00);
    return { status: 0x9000, data: content.subarray(offset, offset + le) };
  }

  #update({ p1, p2, data }: Command): Answer {
    const file = this.#files.at(this.#files.current);
    if (!file || file.directory) return status(0x6986);
    if (!this.#may(file, 'update')) return status(0x6982);
    const content = Buffer.from(file.content, 'base64');
    const offset = (p1 << 8) | p2;
    if (offset + data.length > content.length) return status(0x6700);
    data.copy(content, offset);
    file.content = content.toString('base64');
    this.#save();
    return OK;
  }

  #create({ data }: Command): Answer {
    const template = find(data, 0x6f) ?? find(data, 0x62);
    const parent = this.#files.at(this.#files.directory());
    if (!template || !parent) return status(0x6a80);
    const directory = ((find(template, 0x82)?.[0] ?? 1) & 0x38) === 0x38;
    if (!this.#may(parent, directory ? 'createDirectory' : 'createFile')) return status(0x6982);
    if (!this.#files.create(template)) return status(0x6a89);
    this.#save();
    return OK;
  }

  #delete({ data }: Command): Answer {
    const file = data.length ? this.#files.resolve(0, data.toString('hex')) : this.#files.at(this.#files.current);
    if (!file || file.path === '3f00') return status(0x6a82);
    const parent = this.#files.at(file.path.slice(0, -4));
    if (!this.#may(file, 'deleteSelf') && !(parent && this.#may(parent, 'deleteChild'))) return status(0x6982);
    this.#files.remove(file);
    this.#save();
    return OK;
  }

  #verify({ p2, data }: Command): Answer {
    if (p2 !== 1) return status(0x6a88);
    if (data.length === 0) return this.#references.status();
    const pin = secret(data);
    return pin === undefined ? status(0x6700) : this.#references.verify(pin);
  }

  #change({ p1, p2, data }: Command): Answer {
    const which = p2 === 1 ? 'pin' : p2 === 2 ? 'puk' : undefined;
    if (!which) return status(0x6a88);
    const next = secret(p1 === 1 ? data : data.subarray(LENGTH));
    const old = p1 === 1 ? undefined : secret(data.subarray(0, LENGTH));
    if (next === undefined) return status(0x6700);
    if (p1 === 1) return this.#first(which, next);
    return old === undefined ? status(0x6700) : this.#references.change(which, old, next);
  }

  /** Without an old value only a secret that does not exist yet can be set. */
  #first(which: 'pin' | 'puk', value: string): Answer {
    if (this.#state[which] || (which === 'puk' && this.#state.pin)) return status(0x6982);
    const limit = this.#state.limits[which];
    this.#state[which] = { value, left: limit, limit };
    this.#save();
    return OK;
  }

  #unblock({ p1, p2, data }: Command): Answer {
    const [puk, next] = [secret(data.subarray(0, LENGTH)), secret(data.subarray(LENGTH))];
    if (p1 !== 0 || p2 !== 1) return status(0x6a86);
    return puk === undefined || next === undefined ? status(0x6700) : this.#references.unblock(puk, next);
  }

  #environment({ data }: Command): Answer {
    for (const { tag, value } of elements(data)) {
      if (tag === 0x80) this.#algorithm = value[0] ?? 0;
      if (tag === 0x84) this.#key = value.toString('hex');
    }
    return OK;
  }

  #sign({ p1, p2, data }: Command): Answer {
    if (p1 !== 0x9e || p2 !== 0x9a) return status(0x6d00);
    const pem = this.#state.keys[this.#key];
    if (pem === undefined) return status(0x6a88);
    if (!this.#open()) return status(0x6982);
    const key = loadKey(pem);
    const rsa = key.asymmetricKeyType === 'rsa';
    if (this.#algorithm !== (rsa ? 0x11 : 0x21) || (rsa && data.length > 245)) return status(0x6a80);
    const signature = rsa ? signBlock(key, data, 'pkcs1') : signHash(key, createHash('sha1').update(data).digest());
    this.#state.signatures++;
    this.#save();
    return { status: 0x9000, data: signature };
  }

  async #generate({ data }: Command): Promise<Answer> {
    if (!this.#open()) return status(0x6982);
    const rsa = this.#algorithm === 0xf3;
    if (!rsa && find(data, 0x81)?.toString('hex') !== P256_PRIME) return status(0x6a81);
    const pem = await generateKey(rsa ? 'rsa' : 'ec');
    const key = loadKey(pem);
    this.#state.keys[this.#key] = pem;
    this.#save();
    if (!rsa) return { status: 0x9000, data: element(0x7f49, Buffer.concat([data, element(0x86, publicPoint(key))])) };
    const { modulus, exponent } = publicNumbers(key);
    return { status: 0x9000, data: element(0x7f49, Buffer.concat([element(0x81, modulus), element(0x82, exponent)])) };
  }
}
