import { fork } from 'node:child_process';
import { once } from 'node:events';
import type pkcs11js from 'pkcs11js';

/** The binding with only the synchronous form of its overloaded functions. */
type Module = Omit<pkcs11js.PKCS11, 'C_Sign' | 'C_FindObjects' | 'C_GenerateKeyPair'> & {
  C_Sign(session: Buffer, data: Buffer, room: Buffer): Buffer;
  C_FindObjects(session: Buffer, most: number): Buffer[];
  C_GenerateKeyPair(
    session: Buffer,
    mechanism: pkcs11js.Mechanism,
    publicKey: pkcs11js.Template,
    privateKey: pkcs11js.Template,
  ): pkcs11js.KeyPair;
};
type Method = Extract<keyof Module, `C_${string}`>;

interface Reply {
  id: number;
  value?: unknown;
  error?: { code: number; message: string };
}

/** A failed call: `message` is the CKR_ name, `code` its number. */
export class LibraryError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** A PKCS#11 library in a child process. */
export interface Library {
  pid: number;
  /** Calls one `C_` function; rejects with a `LibraryError`, or an `Error` if the process ended. */
  call<M extends Method>(name: M, ...args: Parameters<Module[M]>): Promise<ReturnType<Module[M]>>;
  /** The name of the return value: `CKR_OK` or what the call failed with. */
  outcome<M extends Method>(name: M, ...args: Parameters<Module[M]>): Promise<string>;
  /** Kills the process. */
  close(): Promise<void>;
}

const PROGRAM = new URL('./host.ts', import.meta.url);

/**
 * Loads a PKCS#11 library in a process of its own and initialises it with CKF_OS_LOCKING_OK: in the test's process its
 * synchronous calls would stop everything else, and its environment could not be chosen. `env` is added to PATH and HOME.
 */
export async function openLibrary(path: string, env: Record<string, string>): Promise<Library> {
  const { PATH = '/usr/bin:/bin', HOME = '/nonexistent' } = process.env;
  const child = fork(PROGRAM, [path], {
    execArgv: [],
    env: { PATH, HOME, ...env },
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  child.on('message', (message) => {
    const { id, value, error } = message as Reply;
    const caller = waiting.get(id);
    waiting.delete(id);
    if (error) caller?.reject(new LibraryError(error.code, error.message));
    else caller?.resolve(value);
  });
  child.on('exit', (code, signal) => {
    for (const caller of waiting.values()) caller.reject(new Error(`the library's process ended: ${signal ?? code}`));
    waiting.clear();
  });
  const library: Library = {
    pid: child.pid ?? -1,
    call<M extends Method>(name: M, ...args: Parameters<Module[M]>) {
      const id = ++last;
      return new Promise<ReturnType<Module[M]>>((resolve, reject) => {
        waiting.set(id, { resolve: (value) => resolve(value as ReturnType<Module[M]>), reject });
        child.send({ id, name, args }, (error) => error && reject(error));
      });
    },
    async outcome(name, ...args) {
      try {
        await library.call(name, ...args);
        return 'CKR_OK';
      } catch (error) {
        if (error instanceof LibraryError) return error.message;
        throw error;
      }
    },
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
    },
  };
  await library.call('C_Initialize', { flags: 2 });
  return library;
}
