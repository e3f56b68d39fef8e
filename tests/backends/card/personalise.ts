import { createPublicKey, randomBytes } from 'node:crypto';
import { authority } from './authority.ts';
import { generateKey } from './key.ts';
import type { CardState, Personality } from './state.ts';
import { element } from './tlv.ts';

/** How a new card is made; what is left out is PIN 123456, PUK 12345678, three tries each, and a random serial number. */
export interface CardOptions {
  personality?: Personality;
  pin?: string;
  puk?: string;
  pinLimit?: number;
  pukLimit?: number;
  /** Names in the PIV certificates. */
  holder?: string;
  /** The card-holder GUID, from which drivers make the serial number; 16 bytes in hex. */
  guid?: string;
}

/** Key references of the PIV personality with the tag of their certificate object (NIST SP 800-73-4 part 1, table 3). */
const PIV_KEYS = [
  { reference: '9a', kind: 'ec', certificate: 0x5fc105, purpose: 'authentication', usage: 1 },
  { reference: '9c', kind: 'rsa', certificate: 0x5fc10a, purpose: 'signature', usage: 1 | 2 },
] as const;

const DISCOVERY = Buffer.from('7e124f0ba0000003080000100001005f2f024000', 'hex');

/** The card-holder unique identifier: FASC-N of a non-federal issuer, GUID, expiry, no issuer signature. */
function holderIdentifier(guid: string): Buffer {
  const agency = Buffer.from('d4e739da739ced39ce739d836858210842108421c84210c3eb', 'hex');
  const fields = [
    element(0x30, agency),
    element(0x34, Buffer.from(guid, 'hex')),
    element(0x35, Buffer.from('20491231')),
    element(0x3e, Buffer.alloc(0)),
    element(0xfe, Buffer.alloc(0)),
  ];
  return element(0x53, Buffer.concat(fields));
}

/** The memory of a new card: PIV complete with keys and certificates of the practice CA, IsoApplet blank. */
export async function personalise(options: CardOptions = {}): Promise<CardState> {
  const personality = options.personality ?? 'piv';
  const limits = { pin: options.pinLimit ?? 3, puk: options.pukLimit ?? 3 };
  const blank = { limits, presentations: { verify: 0, change: 0, reset: 0 }, signatures: 0, keys: {}, objects: {}, files: [] };
  const state: CardState = { personality, ...blank };
  if (personality === 'isoapplet') return state;
  state.pin = { value: options.pin ?? '123456', left: limits.pin, limit: limits.pin };
  state.puk = { value: options.puk ?? '12345678', left: limits.puk, limit: limits.puk };
  const identifier = holderIdentifier(options.guid ?? randomBytes(16).toString('hex'));
  state.objects = { '7e': DISCOVERY.toString('base64'), '5fc102': identifier.toString('base64') };
  const issuer = await authority();
  for (const { reference, kind, certificate, purpose, usage } of PIV_KEYS) {
    const pem = await generateKey(kind);
    const der = await issuer.issue(createPublicKey(pem), `${options.holder ?? 'Practice Holder'} ${purpose}`, usage);
    const fields = [element(0x70, der), element(0x71, Buffer.from([0])), element(0xfe, Buffer.alloc(0))];
    state.keys[reference] = pem;
    state.objects[certificate.toString(16)] = element(0x53, Buffer.concat(fields)).toString('base64');
  }
  return state;
}
