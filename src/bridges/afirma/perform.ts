import { batch } from './batch.ts';
import { AfirmaFailure, type Family } from './failure.ts';
import { load, save } from './files.ts';
import { pick } from './pick.ts';
import { toBase64url } from './query.ts';
import { requireServed } from './request.ts';
import { sign, signAndSave } from './sign.ts';
import type { Work } from './work.ts';

/** Which numbers the errors of an operation have. */
export function familyOf(op: string): Family {
  if (op === 'selectcert') return 'select';
  return op === 'batch' || op === 'load' || op === 'save' ? op : 'sign';
}

/** Runs one operation and gives the text of its result. Throws AfirmaFailure, or what Sites throws. */
export async function perform(work: Work): Promise<string> {
  const { request } = work;
  requireServed(request);
  switch (request.op) {
    case 'sign':
    case 'cosign':
    case 'countersign':
      return sign(work);
    case 'selectcert':
      return toBase64url((await pick(work, request.properties, 'show')).certificate.der);
    case 'batch':
      return batch(work);
    case 'signandsave':
      return signAndSave(work);
    case 'load':
      return load(work);
    case 'save':
      return save(work);
    default:
      throw new AfirmaFailure('operation');
  }
}
