import { createRequire } from 'node:module';
import type * as pkcs11js from 'pkcs11js';
import { CKR } from '../ckr.ts';
import { CkFailure } from '../driver.ts';

const require = createRequire(import.meta.url);

/** CKF_OS_LOCKING_OK: without it two threads corrupt the library's heap, and some libraries refuse a NULL argument. */
const OS_LOCKING = 2;

export type Pkcs11 = pkcs11js.PKCS11;
export type Handle = Buffer;

/** A loaded and initialised PKCS#11 library. */
export interface Library {
  path: string;
  p11: Pkcs11;
  version: string;
}

/** The library claimed something impossible: its memory can no longer be trusted. */
export class GarbageAnswer extends Error {
  override name = 'GarbageAnswer';
}

/**
 * Loads and initialises the library at `path`; `onLoaded` is called between the two. A worker thread of the same host finds it initialised already and shares it,
 * and with it the one login. Throws what the loader says, or CkFailure.
 */
export function openLibrary(path: string, libraryParameters?: string, onLoaded: () => void = () => undefined): Library {
  const binding = require('pkcs11js') as typeof pkcs11js;
  const p11 = new binding.PKCS11();
  p11.load(path);
  onLoaded();
  const options: pkcs11js.InitializationOptions = { flags: OS_LOCKING };
  // pkcs11js 2.1.7 drops the last character of libraryParameters.
  if (libraryParameters !== undefined) options.libraryParameters = `${libraryParameters} `;
  try {
    p11.C_Initialize(options);
  } catch (error) {
    const failure = asCkFailure(error, 'C_Initialize');
    if (!(failure instanceof CkFailure) || failure.rv !== CKR.CKR_CRYPTOKI_ALREADY_INITIALIZED) throw failure;
  }
  const info = ck('C_GetInfo', () => p11.C_GetInfo());
  const version = `${info.libraryVersion.major}.${info.libraryVersion.minor}`;
  return { path, p11, version };
}

/**
 * The failure of a pkcs11js call as CkFailure. `C_FindObjects*` throw plain errors "CKR_NAME:number" (pkcs11js 2.1.7), the
 * rest carries a numeric code, which is 0 for a failure of the binding itself; anything else is returned as it is.
 */
export function asCkFailure(error: unknown, fn: string): unknown {
  if (!(error instanceof Error) || error instanceof CkFailure) return error;
  if ('code' in error && typeof error.code === 'number' && error.code !== 0) return new CkFailure(error.code >>> 0, fn);
  const match = /^CKR_\w+:(\d+)/.exec(error.message);
  return match ? new CkFailure(Number(match[1]) >>> 0, fn) : error;
}

/** Runs one pkcs11js function and turns its failure into CkFailure. */
export function ck<T>(fn: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw asCkFailure(error, fn);
  }
}
