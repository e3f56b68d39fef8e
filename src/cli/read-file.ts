import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemReason } from './failure.ts';

/** Why a file that the person named is not taken. */
export class FileProblem extends Error {
  override readonly name = 'FileProblem';
  readonly kind: 'unreadable' | 'no_file' | 'too_large';
  /** The system's code, for what is unreadable. */
  readonly reason: string;

  constructor(kind: 'unreadable' | 'no_file' | 'too_large', reason = '') {
    super(kind);
    this.kind = kind;
    this.reason = reason;
  }
}

/** The bytes of a file, at most `limit`. Throws FileProblem; a pipe or a device is no file and is not waited for. */
export async function chosenFile(path: string, limit: number): Promise<Buffer> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const facts = await file.stat();
      if (!facts.isFile()) throw new FileProblem('no_file');
      if (facts.size > limit) throw new FileProblem('too_large');
      const bytes = await file.readFile();
      // It may have grown.
      if (bytes.length > limit) throw new FileProblem('too_large');
      return bytes;
    } finally {
      await file.close();
    }
  } catch (error) {
    throw error instanceof FileProblem ? error : new FileProblem('unreadable', systemReason(error));
  }
}
