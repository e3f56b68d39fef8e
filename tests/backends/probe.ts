import { type ChildProcess, fork } from 'node:child_process';
import type { Ended } from './run.ts';

/** What can be asked of a probe; each is one or two PKCS#11 calls on the one token it has opened. */
export interface Questions {
  slots: { ask: { present: boolean }; answer: number };
  flags: { ask: Record<never, never>; answer: number };
  open: { ask: Record<never, never>; answer: null };
  /** A null PIN is a NULL pointer: the reader asks. `user`: 0 SO, 1 user, 2 context-specific. */
  login: { ask: { pin: string | null; user?: number }; answer: null };
  logout: { ask: Record<never, never>; answer: null };
  setPin: { ask: { oldPin: string; newPin: string }; answer: null };
  initPin: { ask: { pin: string }; answer: null };
  signInit: { ask: { mechanism?: 'rsa' | 'ec' }; answer: null };
  /** C_SignInit (unless done) and C_Sign; the length of the signature. */
  sign: { ask: { mechanism?: 'rsa' | 'ec'; prepared?: boolean }; answer: number };
  /** `each` signatures on each of two sessions at once; how many succeeded. */
  signTogether: { ask: { each: number }; answer: number };
}

/** An answer, or the CKR_* number of the call that failed. */
export type Reply<T> = { ok: T } | { rv: number; message: string };

/** A child process that makes PKCS#11 calls one by one, so that what they do to it is seen from outside. */
export class Probe {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #output = { stdout: '', stderr: '' };

  private constructor(library: string, env: NodeJS.ProcessEnv, label: string) {
    this.#child = fork(`${import.meta.dirname}/probe.child.ts`, [library, label], {
      env: { ...process.env, ...env },
      silent: true,
    });
    this.#child.stdout?.on('data', (chunk: Buffer) => {
      this.#output.stdout += chunk.toString();
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => {
      this.#output.stderr += chunk.toString();
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code, signal) => resolve({ code, signal, ...this.#output }));
    });
  }

  /** Starts a probe on the token `label` of `library`; it has loaded and initialised the library, and opened no session. */
  static async start(library: string, env: NodeJS.ProcessEnv, label: string): Promise<Probe> {
    const probe = new Probe(library, env, label);
    await probe.#next();
    return probe;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Everything printed so far. */
  get output(): { stdout: string; stderr: string } {
    return { ...this.#output };
  }

  /** Asks one question. Rejects with how the process ended when it ends instead of answering. */
  ask<K extends keyof Questions>(question: K, ask: Questions[K]['ask']): Promise<Reply<Questions[K]['answer']>> {
    this.#child.send({ question, ...ask });
    return this.#next() as Promise<Reply<Questions[K]['answer']>>;
  }

  /** Ends the process, whatever it is doing. */
  async stop(): Promise<Ended> {
    this.#child.kill('SIGKILL');
    return this.ended;
  }

  #next(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const answered = (message: unknown): void => resolve(message);
      this.#child.once('message', answered);
      void this.ended.then((end) => {
        this.#child.off('message', answered);
        reject(new Error(`ended with ${end.signal ?? end.code}: ${end.stderr.trim()}`));
      });
    });
  }
}
