import pkcs11js from 'pkcs11js';
import type { Library } from './library.ts';

/** Slots with a token in them. */
export function slots(library: Library): Promise<Buffer[]> {
  return library.call('C_GetSlotList', true);
}

/** The first slot with a token. Rejects if there is none. */
export async function slot(library: Library): Promise<Buffer> {
  const [first] = await slots(library);
  if (!first) throw new Error('no token is present');
  return first;
}

/** Opens a read-write session on the first token. */
export async function session(library: Library): Promise<Buffer> {
  return library.call('C_OpenSession', await slot(library), pkcs11js.CKF_SERIAL_SESSION | pkcs11js.CKF_RW_SESSION);
}

/** Presents a user PIN and tells what came back, with the names of the PIN flags that the token shows afterwards. */
export async function login(library: Library, opened: Buffer, pin: string): Promise<string> {
  const outcome = await library.outcome('C_Login', opened, pkcs11js.CKU_USER, pin);
  return [outcome, ...(await pinFlags(library))].join(' ');
}

/** LOW, FINAL_TRY, LOCKED: what C_GetTokenInfo says now. */
export async function pinFlags(library: Library): Promise<string[]> {
  const { flags } = await library.call('C_GetTokenInfo', await slot(library));
  const names: [number, string][] = [
    [pkcs11js.CKF_USER_PIN_COUNT_LOW, 'LOW'],
    [pkcs11js.CKF_USER_PIN_FINAL_TRY, 'FINAL_TRY'],
    [pkcs11js.CKF_USER_PIN_LOCKED, 'LOCKED'],
  ];
  return names.filter(([bit]) => flags & bit).map(([, name]) => name);
}

/** Handles of the objects that match a template. */
export async function objects(library: Library, opened: Buffer, template: pkcs11js.Template): Promise<Buffer[]> {
  await library.call('C_FindObjectsInit', opened, template);
  const found = await library.call('C_FindObjects', opened, 100);
  await library.call('C_FindObjectsFinal', opened);
  return found;
}

/** Handle of the private key with this CKA_ID. Rejects if there is none. */
export async function privateKey(library: Library, opened: Buffer, id: Buffer): Promise<Buffer> {
  const [found] = await objects(library, opened, [
    { type: pkcs11js.CKA_CLASS, value: pkcs11js.CKO_PRIVATE_KEY },
    { type: pkcs11js.CKA_ID, value: id },
  ]);
  if (!found) throw new Error(`no private key ${id.toString('hex')}`);
  return found;
}

/** C_SignInit and C_Sign. Rejects with what the library said. */
export async function sign(library: Library, opened: Buffer, key: Buffer, mechanism: number, data: Buffer): Promise<Buffer> {
  await library.call('C_SignInit', opened, { mechanism }, key);
  return library.call('C_Sign', opened, data, Buffer.alloc(512));
}
