import { randomBytes } from 'node:crypto';
import { SignetError } from '../errors/index.ts';
import { accept, type Given } from './accept.ts';
import type { Asking, Face, FaceName } from './face.ts';
import type { Answers, Question, QuestionKind, QuestionOf } from './question.ts';

/** The faces that a person attends over the API. */
export const DESK_FACES = ['console', 'terminal'] as const satisfies readonly FaceName[];
export type DeskFace = (typeof DESK_FACES)[number];

/** Why a question is no longer open. `gone`: the asker; `left`: the person, whose page or terminal was closed. */
export const CLOSINGS = ['answered', 'cancelled', 'gone', 'timeout', 'left', 'stopped'] as const;
export type Closing = (typeof CLOSINGS)[number];

/** The question that is being asked; times are ISO 8601. */
export interface OpenPrompt {
  id: string;
  face: DeskFace;
  openedAt: string;
  expiresAt: string;
  question: Question;
  /** Acts that wait behind this one when it is opened. */
  waiting: number;
}

/** What those who attend a face hear. */
export type DeskEvent = { event: 'opened'; prompt: OpenPrompt } | { event: 'closed'; id: string; why: Closing };
export type DeskListener = (event: DeskEvent) => void;

export interface DeskOptions {
  /** Milliseconds within which a page that was reloaded, or a browser that was started, has to attend. */
  grace?: number;
  arrival?: number;
  now?: () => number;
  /** How many acts wait, as `Prompt.waiting` says. */
  waiting?: () => number;
  /** Whether `openConsole` could show the console now: there is a screen. Cheap. */
  canOpenConsole?: () => boolean;
  /** Looks for a screen that was not there when the daemon was started; `canOpenConsole` goes by what it found. */
  findScreen?: () => Promise<void>;
  /** Opens the console in the person's browser; true when a browser was started. Used when nobody attends it. */
  openConsole?: () => Promise<boolean>;
}

/** A page comes back within this when it is loaded anew, and a cold browser shows the console within the second. */
const GRACE = 4_000;
const ARRIVAL = 25_000;

interface Current {
  prompt: OpenPrompt;
  settle(answers: Answers[QuestionKind]): void;
  fail(error: SignetError, why: Closing): void;
  /** Runs while nobody attends. */
  alone: NodeJS.Timeout | null;
}

/**
 * Where the daemon lays the one question that is being asked, for the console and the terminal to show. Whoever attends the face
 * hears of it; the first answer counts. Nothing of a PIN stays here.
 */
export class Desk {
  readonly #options: DeskOptions;
  readonly #now: () => number;
  readonly #listeners: Readonly<Record<DeskFace, Set<DeskListener>>> = { console: new Set(), terminal: new Set() };
  #current: Current | null = null;

  constructor(options: DeskOptions = {}) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  /** One of the two faces, for `Prompt`. */
  face(name: DeskFace): Face {
    return {
      name,
      ready: async () => {
        if (this.attended(name)) return true;
        if (name !== 'console' || this.#options.openConsole === undefined) return false;
        await this.#options.findScreen?.();
        return this.attended(name) || this.#canOpen();
      },
      ask: (question, asking) => this.#ask(name, question, asking),
    };
  }

  /** Whether somebody attends the face now. */
  attended(face: DeskFace): boolean {
    return this.#listeners[face].size > 0;
  }

  /** The question that is open, or null. */
  open(): OpenPrompt | null {
    return this.#current?.prompt ?? null;
  }

  /**
   * Answers the open question. Throws `prompt_not_found` when it is not open (any more), `invalid_request` when the answer does
   * not fit it; the question stays open then, and a PIN in it is the caller's to wipe.
   */
  answer(id: string, given: Given): void {
    const current = this.#find(id);
    current.settle(accept(current.prompt.question, given));
  }

  /** The bytes that the open question asks to save. Throws `prompt_not_found`, also for a question of another kind. */
  content(id: string): { name: string; bytes: Buffer } {
    const { question } = this.#find(id).prompt;
    if (question.kind !== 'save') throw new SignetError('prompt_not_found');
    return { name: question.name, bytes: question.content };
  }

  /** The person says no. Throws `prompt_not_found`. */
  cancel(id: string): void {
    this.#find(id).fail(new SignetError('prompt_cancelled'), 'cancelled');
  }

  /** Hears of the questions that are put through a face, the open one first; returns how to leave. */
  attend(face: DeskFace, listener: DeskListener): () => void {
    // Each attendance is one of its own, even with the same function.
    const own: DeskListener = (event) => listener(event);
    this.#listeners[face].add(own);
    const current = this.#current;
    if (current?.prompt.face === face) {
      if (current.alone !== null) clearTimeout(current.alone);
      current.alone = null;
      own({ event: 'opened', prompt: current.prompt });
    }
    return () => {
      if (!this.#listeners[face].delete(own) || this.attended(face)) return;
      if (this.#current?.prompt.face === face) this.#waitFor(this.#current, this.#options.grace ?? GRACE);
    };
  }

  async #ask<K extends QuestionKind>(face: DeskFace, question: QuestionOf<K>, asking: Asking): Promise<Answers[K]> {
    const { signal } = asking;
    signal.throwIfAborted();
    if (this.#current !== null) throw new SignetError('prompt_unavailable');
    const prompt = this.#lay(face, question, asking.timeout);
    const answered = new Promise<Answers[K]>((resolve, reject) => {
      const close = (why: Closing): void => {
        signal.removeEventListener('abort', aborted);
        if (current.alone !== null) clearTimeout(current.alone);
        this.#current = null;
        this.#tell(face, { event: 'closed', id: prompt.id, why });
      };
      const aborted = (): void => {
        close(closingOf(signal));
        reject(signal.reason);
      };
      const current: Current = {
        prompt,
        settle: (answers) => {
          close('answered');
          // `accept` looked at the question's own kind.
          resolve(answers as Answers[K]);
        },
        fail: (error, why) => {
          close(why);
          reject(error);
        },
        alone: null,
      };
      this.#current = current;
      signal.addEventListener('abort', aborted);
      this.#tell(face, { event: 'opened', prompt });
    });
    this.#bring(face);
    return answered;
  }

  /** Nobody may be there: between `ready` and now they left, or the console has yet to be opened. */
  #bring(face: DeskFace): void {
    const current = this.#current;
    if (current === null || this.attended(face)) return;
    const opens = face === 'console' && this.#canOpen();
    this.#waitFor(current, opens ? (this.#options.arrival ?? ARRIVAL) : (this.#options.grace ?? GRACE));
    if (!opens) return;
    const left = (): void => {
      if (this.#current === current && current.alone !== null) current.fail(new SignetError('prompt_unavailable'), 'left');
    };
    this.#options.openConsole?.().then((started) => (started ? undefined : left()), left);
  }

  #waitFor(current: Current, milliseconds: number): void {
    if (current.alone !== null) clearTimeout(current.alone);
    current.alone = setTimeout(() => current.fail(new SignetError('prompt_unavailable'), 'left'), milliseconds);
  }

  #lay(face: DeskFace, question: Question, timeout: number): OpenPrompt {
    const now = this.#now();
    return {
      id: randomBytes(12).toString('base64url'),
      face,
      openedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + timeout).toISOString(),
      question,
      waiting: this.#options.waiting?.() ?? 0,
    };
  }

  #canOpen(): boolean {
    return this.#options.openConsole !== undefined && (this.#options.canOpenConsole?.() ?? true);
  }

  #find(id: string): Current {
    if (this.#current?.prompt.id !== id) throw new SignetError('prompt_not_found');
    return this.#current;
  }

  #tell(face: DeskFace, event: DeskEvent): void {
    for (const listener of [...this.#listeners[face]]) listener(event);
  }
}

function closingOf({ reason }: AbortSignal): Closing {
  if (reason instanceof SignetError) return reason.code === 'shutting_down' ? 'stopped' : 'gone';
  return reason instanceof DOMException && reason.name === 'TimeoutError' ? 'timeout' : 'gone';
}
