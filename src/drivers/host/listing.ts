import { createRequire } from 'node:module';
import type * as Graphene from 'graphene-pk11';
import { CKR } from '../ckr.ts';
import type { KeyReport, ObjectReport, SlotReport, TokenFacts } from '../driver.ts';
import { CkFailure } from '../driver.ts';
import { asCkFailure, ck, GarbageAnswer, type Handle, type Library } from './library.ts';
import { type LaneSessions, slotHandle } from './sessions.ts';

const require = createRequire(import.meta.url);
const graphene = require('graphene-pk11') as typeof Graphene;

const DONT_BLOCK = 1;
/** An event queue longer than this belongs to a library that repeats itself. */
const MAX_EVENTS = 64;
const UNLIMITED_PIN = 255;
/** More of anything than a token has: the library lost count. */
const TOO_MANY = 4_096;
/** Attributes that graphene-pk11 has no name for, or another one (pkcs11t.h). */
const CKA_ALWAYS_AUTHENTICATE = 0x202;
const CKA_SIGN = 0x108;

/** Every slot that holds a token. Drains the library's slot events first: some refresh their list only then. */
export function listSlots(library: Library): SlotReport[] {
  const { p11 } = library;
  drainEvents(library);
  const module = new graphene.Module(p11);
  return plausible('C_GetSlotList', () => p11.C_GetSlotList(true)).map((handle) => {
    const report: SlotReport = { slot: handle.toString('hex'), reader: '', token: null };
    try {
      report.reader = trim(new graphene.Slot(handle, module, p11).slotDescription);
      report.token = tokenFacts(library, report.slot);
    } catch (error) {
      const failure = asCkFailure(error, 'C_GetTokenInfo');
      report.unreadable = failure instanceof CkFailure ? failure.rv : CKR.CKR_GENERAL_ERROR;
    }
    return report;
  });
}

/** CK_TOKEN_INFO of a slot, read now. */
export function tokenFacts(library: Library, slot: string): TokenFacts {
  const token = ck('C_GetTokenInfo', () => library.p11.C_GetTokenInfo(slotHandle(slot)));
  return {
    label: trim(token.label),
    manufacturer: trim(token.manufacturerID),
    model: trim(token.model),
    serial: trim(token.serialNumber),
    flags: token.flags,
    minPinLength: clamp(token.minPinLen, 0),
    maxPinLength: clamp(token.maxPinLen, UNLIMITED_PIN),
  };
}

/** Certificates, keys and mechanisms of a slot as the present login lets them be seen. */
export function listObjects(library: Library, sessions: LaneSessions, slot: string): ObjectReport {
  const { handle, loggedIn } = sessions.live(slot);
  try {
    return readObjects(library, handle, slot, loggedIn);
  } catch (error) {
    // A search that was broken off may still be active in the session.
    sessions.renew(slot, error);
    throw error;
  }
}

function readObjects(library: Library, handle: Handle, slot: string, loggedIn: boolean): ObjectReport {
  const { p11 } = library;
  const session = new graphene.Session(handle, new graphene.Slot(slotHandle(slot), new graphene.Module(p11), p11), p11);
  const report: ObjectReport = {
    certificates: [],
    privateKeys: [],
    publicKeys: [],
    mechanisms: plausible('C_GetMechanismList', () => p11.C_GetMechanismList(slotHandle(slot))),
    loggedIn,
  };
  for (const object of find(session, { class: graphene.ObjectClass.CERTIFICATE })) {
    const der = bytes(object, 'value');
    if (der.length > 0) report.certificates.push({ id: bytes(object, 'id').toString('hex'), label: text(object, 'label'), der });
  }
  for (const object of find(session, { class: graphene.ObjectClass.PUBLIC_KEY })) {
    report.publicKeys.push({ id: bytes(object, 'id').toString('hex') });
  }
  for (const object of find(session, { class: graphene.ObjectClass.PRIVATE_KEY })) {
    const key: KeyReport = {
      id: bytes(object, 'id').toString('hex'),
      label: text(object, 'label'),
      alwaysAuthenticate: flag(object, CKA_ALWAYS_AUTHENTICATE, false),
      canSign: flag(object, CKA_SIGN, true),
    };
    report.privateKeys.push(key);
  }
  return report;
}

/** Handle of the private key with this CKA_ID. Throws CkFailure(CKR_USER_NOT_LOGGED_IN) when the login does not show one. */
export function findPrivateKey(library: Library, session: Handle, keyId: string): Handle {
  const { p11 } = library;
  const template = [
    { type: 0x0, value: graphene.ObjectClass.PRIVATE_KEY },
    { type: 0x102, value: Buffer.from(keyId, 'hex') },
  ];
  ck('C_FindObjectsInit', () => p11.C_FindObjectsInit(session, template));
  try {
    const found = ck('C_FindObjects', () => p11.C_FindObjects(session));
    if (found === null) throw new CkFailure(CKR.CKR_USER_NOT_LOGGED_IN, 'C_FindObjects');
    return found;
  } finally {
    ck('C_FindObjectsFinal', () => p11.C_FindObjectsFinal(session));
  }
}

function find(session: Graphene.Session, template: Graphene.ITemplate): Graphene.SessionObject[] {
  const found = ck('C_FindObjects', () => session.find(template));
  return Array.from({ length: found.length }, (_, index) => found.items(index));
}

function bytes(object: Graphene.SessionObject, name: string): Buffer {
  const value = attribute(object, name);
  return Buffer.isBuffer(value) ? value : Buffer.alloc(0);
}

function text(object: Graphene.SessionObject, name: string): string {
  const value = attribute(object, name);
  return typeof value === 'string' ? trim(value) : Buffer.isBuffer(value) ? trim(value.toString('utf8')) : '';
}

function flag(object: Graphene.SessionObject, type: number, absent: boolean): boolean {
  const value = attribute(object, type);
  return Buffer.isBuffer(value) && value.length === 1 ? value[0] === 1 : absent;
}

function attribute(object: Graphene.SessionObject, which: string | number): unknown {
  try {
    return typeof which === 'string' ? object.getAttribute(which) : object.getAttribute(which);
  } catch (error) {
    const failure = asCkFailure(error, 'C_GetAttributeValue');
    if (failure instanceof CkFailure) return undefined;
    throw failure;
  }
}

/** A list from the library. Throws GarbageAnswer when it is too long to be one. */
function plausible<T>(fn: string, run: () => T[]): T[] {
  const list = ck(fn, run);
  if (list.length > TOO_MANY) throw new GarbageAnswer(`${fn} claimed ${list.length} entries`);
  return list;
}

function drainEvents({ p11 }: Library): void {
  try {
    for (let n = 0; n < MAX_EVENTS && p11.C_WaitForSlotEvent(DONT_BLOCK) !== null; n += 1);
  } catch {
    // Not every library has slot events; the list is read in any case.
  }
}

/** Text from a library without its padding. */
export function trim(value: string): string {
  return value.replace(/[\0\s]+$/u, '');
}

function clamp(value: number | bigint, otherwise: number): number {
  const n = Number(value);
  return Number.isInteger(n) && n >= 0 && n <= UNLIMITED_PIN ? n : otherwise;
}
