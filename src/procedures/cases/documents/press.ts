import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { SignetError } from '../../../errors/index.ts';
import type { Language } from '../../../messages/index.ts';
import type { CaseDocumentInput } from '../record.ts';

/** What the worker is given. */
export interface PressOrder {
  input: CaseDocumentInput;
  language: Language;
}

/** How long a dossier may take, in milliseconds. */
const DEADLINE = 20_000;
/** MiB; the longest dossier needs about a third of it. */
const MEMORY = 384;

/** Dossiers are made one after the other: each takes a core and memory of its own. */
let before: Promise<unknown> = Promise.resolve();

/**
 * `makeDossier` in a thread of its own, which is gone afterwards and with it what the library had taken: the daemon answers
 * meanwhile. Throws `case_dossier_failed` when it takes longer than `deadline` milliseconds, needs too much memory, or breaks.
 */
export function pressDossier(input: CaseDocumentInput, language: Language, deadline = DEADLINE): Promise<Buffer> {
  // Papers carry no attached file.
  const order = { input: { ...input, files: [] }, language };
  const made = before.then(() => press(order, deadline));
  before = made.catch(() => undefined);
  return made;
}

function press(order: PressOrder, deadline: number): Promise<Buffer> {
  const typescript = new URL('./press-worker.ts', import.meta.url);
  const entry = existsSync(typescript) ? typescript : new URL('./press-worker.js', import.meta.url);
  return new Promise((resolve, reject) => {
    const worker = new Worker(entry, {
      workerData: order,
      resourceLimits: { maxOldGenerationSizeMb: MEMORY, maxYoungGenerationSizeMb: 16 },
    });
    const failed = (cause: unknown): void => reject(new SignetError('case_dossier_failed', { cause }));
    const timer = setTimeout(() => void worker.terminate(), deadline);
    worker.once('message', (bytes: Uint8Array) => resolve(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)));
    worker.once('error', failed);
    worker.once('exit', (code) => {
      clearTimeout(timer);
      failed(`ended with ${code}`);
    });
  });
}
