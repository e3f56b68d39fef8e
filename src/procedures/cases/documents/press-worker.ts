import { parentPort, workerData } from 'node:worker_threads';
import { makeDossier } from './dossier.ts';
import type { PressOrder } from './press.ts';

const { input, language } = workerData as PressOrder;
const made = await makeDossier(input, language);
// A copy that owns its memory, which is then moved and not copied again.
const bytes = new Uint8Array(made);
parentPort?.postMessage(bytes, [bytes.buffer]);
