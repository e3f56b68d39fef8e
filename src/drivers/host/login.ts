import { createRequire } from 'node:module';
import type * as Koffi from 'koffi';
import type { Handle } from './library.ts';

const require = createRequire(import.meta.url);

/** Positions in CK_FUNCTION_LIST (PKCS#11 2.40, pkcs11f.h order). */
const C_INIT_PIN = 10;
const C_SET_PIN = 11;
const C_LOGIN = 18;

/** User types of C_Login. */
export const CKU = { so: 0, user: 1, context: 2 } as const;

type Call = (...args: unknown[]) => number | bigint;

/**
 * The three functions that take a PIN, bound on the library that pkcs11js has loaded (same address space, same handles).
 * pkcs11js takes only a JavaScript string, so it can neither pass NULL to a PIN pad nor leave a value that can be wiped.
 * Each answers its return value and never throws for one; the caller wipes the buffers.
 */
export interface PinFunctions {
  login(session: Handle, userType: number, pin: Buffer | null): number;
  setPin(session: Handle, oldPin: Buffer | null, newPin: Buffer | null): number;
  initPin(session: Handle, pin: Buffer | null): number;
}

/** Binds the PIN functions of the library at `path`. Throws when it exports no C_GetFunctionList. */
export function bindPinFunctions(path: string): PinFunctions {
  const koffi = require('koffi') as typeof Koffi;
  const library = koffi.load(path);
  const getFunctionList = library.func('unsigned long C_GetFunctionList(_Out_ void **list)');
  const out: unknown[] = [null];
  const rv = Number(getFunctionList(out));
  const list = out[0];
  if (rv !== 0 || list === null) throw new Error(`C_GetFunctionList answered ${rv}`);
  // CK_VERSION is two bytes; the table is packed on Windows (PKCS#11 2.40 section 2.1) and aligned elsewhere.
  const size = koffi.sizeof('void *');
  const base = process.platform === 'win32' ? 2 : size;
  const bind = (index: number, prototype: string): Call => {
    const pointer: unknown = koffi.decode(list, base + index * size, 'void *');
    return koffi.decode(pointer, koffi.proto(prototype)) as Call;
  };
  const login = bind(C_LOGIN, 'unsigned long SignetLogin(unsigned long, unsigned long, void *, unsigned long)');
  const setPin = bind(C_SET_PIN, 'unsigned long SignetSetPin(unsigned long, void *, unsigned long, void *, unsigned long)');
  const initPin = bind(C_INIT_PIN, 'unsigned long SignetInitPin(unsigned long, void *, unsigned long)');
  const length = (pin: Buffer | null): number => pin?.length ?? 0;
  return {
    login: (session, userType, pin) => Number(login(handleValue(session), userType, pin, length(pin))),
    setPin: (session, oldPin, newPin) => Number(setPin(handleValue(session), oldPin, length(oldPin), newPin, length(newPin))),
    initPin: (session, pin) => Number(initPin(handleValue(session), pin, length(pin))),
  };
}

function handleValue(handle: Handle): bigint | number {
  return handle.length === 8 ? handle.readBigUInt64LE(0) : handle.readUInt32LE(0);
}
