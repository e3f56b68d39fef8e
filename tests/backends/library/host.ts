/** A process with one PKCS#11 library in it, driven over the IPC channel call by call. */
import pkcs11js from 'pkcs11js';

interface Call {
  id: number;
  name: string;
  args: unknown[];
}

const library = new pkcs11js.PKCS11();
library.load(process.argv[2] ?? '');

function failure(error: unknown): { code: number; message: string } {
  const { code, message } = error as { code?: number; message?: string };
  return { code: code ?? -1, message: message ?? String(error) };
}

process.on('message', ({ id, name, args }: Call) => {
  try {
    const method = Reflect.get(library, name) as (...given: unknown[]) => unknown;
    process.send?.({ id, value: method.apply(library, args) });
  } catch (error) {
    process.send?.({ id, error: failure(error) });
  }
});
process.on('disconnect', () => process.exit(0));
