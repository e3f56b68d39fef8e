import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { Answers, Asking, Face, QuestionKind, QuestionOf } from '../../../src/prompt/index.ts';

export type Ended<K extends QuestionKind> = { answer: Answers[K] } | { error: unknown };

/** A question that is being asked, how it ends, and how to withdraw it. */
export interface Asked<K extends QuestionKind> {
  end: Promise<Ended<K>>;
  withdraw(reason: Error): void;
}

/** Puts a question; its end never rejects. */
export function put<K extends QuestionKind>(face: Face, question: QuestionOf<K>, asking: Partial<Asking> = {}): Asked<K> {
  const gone = new AbortController();
  const end = face.ask(question, { language: 'en', timeout: 20_000, ...asking, signal: gone.signal }).then(
    (answer) => ({ answer }),
    (error: unknown) => ({ error }),
  );
  return { end, withdraw: (reason) => gone.abort(reason) };
}

/** What of these programs is missing here, for a title; undefined when nothing is. Who runs is seen in /proc. */
export function absent(...programs: readonly string[]): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const missing = programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))));
  if (!existsSync('/proc/self/stat')) missing.push('/proc');
  return missing.length === 0 ? undefined : `(missing: ${missing.join(', ')})`;
}

/** The processes that this one has started and that still run: pid, command line and environment. */
export function children(): { pid: number; cmdline: string; environ: string }[] {
  if (!existsSync('/proc/self/stat')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const [, after = ''] = /\) ([\s\S]*)$/.exec(readFileSync(`/proc/${name}/stat`, 'latin1')) ?? [];
        const [state, parent] = after.split(' ');
        if (Number(parent) !== process.pid || state === 'Z') return [];
        const read = (file: string): string => readFileSync(`/proc/${name}/${file}`, 'utf8');
        return [{ pid: Number(name), cmdline: read('cmdline'), environ: read('environ') }];
      } catch {
        return [];
      }
    });
}

/** The pinentries among them. */
export function pinentries(): { pid: number; cmdline: string; environ: string }[] {
  return children().filter(({ cmdline }) => /pinentry/.test(cmdline));
}
