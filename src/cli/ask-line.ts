import { createInterface } from 'node:readline/promises';
import { SignetError } from '../errors/index.ts';
import type { Terminal } from './terminal.ts';

/** Asks for a line that may be seen. Throws `prompt_cancelled` on Ctrl-C or Ctrl-D. */
export async function askLine(terminal: Terminal, question: string): Promise<string> {
  const reader = createInterface({ input: terminal.stdin, output: terminal.stderr, terminal: true, historySize: 0 });
  const cancelled = new AbortController();
  reader.on('SIGINT', () => cancelled.abort());
  reader.on('close', () => cancelled.abort());
  try {
    return (await reader.question(question, { signal: cancelled.signal })).trim();
  } catch (error) {
    throw new SignetError('prompt_cancelled', { cause: error });
  } finally {
    reader.close();
  }
}
