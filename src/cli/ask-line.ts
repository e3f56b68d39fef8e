import { createInterface } from 'node:readline/promises';
import { SignetError } from '../errors/index.ts';
import { questionFor, type Terminal } from './terminal.ts';

/** Asks for a line that may be seen. Throws `prompt_cancelled` on Ctrl-C or Ctrl-D, and the signal's reason when it is aborted. */
export async function askLine(terminal: Terminal, question: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr, terminal: true, historySize: 0 });
  const cancelled = new AbortController();
  reader.on('SIGINT', () => cancelled.abort());
  reader.on('close', () => cancelled.abort());
  const called = signal === undefined ? cancelled.signal : AbortSignal.any([cancelled.signal, signal]);
  try {
    return (await reader.question(questionFor(terminal, question), { signal: called })).trim();
  } catch (error) {
    if (signal?.aborted === true) {
      terminal.stderr.write('\n');
      throw signal.reason;
    }
    throw new SignetError('prompt_cancelled', { cause: error });
  } finally {
    reader.close();
  }
}
