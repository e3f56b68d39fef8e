import type { ReadStream } from 'node:tty';
import { wrap } from './wrap.ts';

/** A stream that may be a terminal. */
export type Input = NodeJS.ReadableStream & Partial<Pick<ReadStream, 'isTTY' | 'setRawMode' | 'isRaw'>>;
export type Output = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** What a command reads from and writes to; the process's own, or a test's. */
export interface Terminal {
  stdin: Input;
  stdout: Output;
  stderr: Output;
  env: NodeJS.ProcessEnv;
}

const WIDEST = 100;
const NARROWEST = 24;

/** Characters in a line of a stream: its terminal's, else COLUMNS, else 80; within what stays readable. */
export function widthOf(stream: Output, env: NodeJS.ProcessEnv): number {
  const width = stream.columns ?? Number(env.COLUMNS || 80);
  return Math.max(NARROWEST, Math.min(WIDEST, Number.isFinite(width) && width > 0 ? width : 80));
}

/** A question as it is written where it is answered: in whole words, with a blank before the answer. */
export function questionFor({ stderr, env }: Terminal, question: string): string {
  return `${wrap(question.trimEnd(), widthOf(stderr, env) - 1).join('\n')} `;
}

/** Whether somebody sits there who can be asked: what is typed comes in, and what is asked can be seen. */
export function isInteractive({ stdin, stderr }: Terminal): boolean {
  return stdin.isTTY === true && stderr.isTTY === true;
}
