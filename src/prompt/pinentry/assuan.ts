import { type ChildProcess, spawn } from 'node:child_process';
import { unescaped } from './encoding.ts';
import { Lines } from './lines.ts';

/** A pinentry that said no (`code` of libgpg-error, its low 16 bits) or that is of no use (`code` null). Says nothing of what was typed. */
export class AssuanError extends Error {
  readonly code: number | null;

  constructor(message: string, code: number | null = null) {
    super(message);
    this.name = 'AssuanError';
    this.code = code;
  }
}

/** No answer of a pinentry is longer; a PIN is not by far. */
const MOST_DATA = 4_096;
/** Milliseconds in which a pinentry may end by itself, and then upon each signal. */
const GRACE = 400;

interface Pending {
  data: Buffer;
  timer: NodeJS.Timeout | null;
  resolve(data: Buffer): void;
  reject(error: AssuanError): void;
}

/** A pinentry process and the Assuan conversation with it: one command at a time, each answered by data, OK or ERR. */
export class Assuan {
  readonly #child: ChildProcess;
  readonly #lines = new Lines();
  readonly #exited: Promise<void>;
  #gone = false;
  #pending: Pending | null = null;
  #failure: AssuanError | null = null;
  #ending: Promise<void> | null = null;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.#exited = new Promise((resolve) => {
      const left = (): void => {
        this.#gone = true;
        this.#fail('pinentry ended without an answer');
        resolve();
      };
      child.once('exit', left);
      child.on('error', left);
    });
    child.stdin?.on('error', () => this.#fail('pinentry does not listen'));
    child.stdout?.on('error', () => this.#fail('pinentry cannot be read'));
    child.stdout?.on('data', (chunk: Buffer) => {
      if (!this.#lines.push(chunk, (line) => this.#take(line))) this.#fail('pinentry speaks no Assuan');
    });
  }

  /** Starts a pinentry and waits for its greeting, for at most `milliseconds`. Throws `AssuanError`. */
  static async open(program: string, env: NodeJS.ProcessEnv, milliseconds: number): Promise<Assuan> {
    // A session of its own: no terminal of the daemon's to draw on, no Ctrl-C from there, and one group to end.
    const assuan = new Assuan(spawn(program, [], { env, stdio: ['pipe', 'pipe', 'ignore'], detached: true }));
    try {
      await assuan.#answer(milliseconds);
      return assuan;
    } catch (error) {
      void assuan.end();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Sends one command and resolves with the data of its answer, which is the caller's to wipe. Waits `milliseconds` (null: for
   * ever) and then counts the pinentry as hanging. Throws `AssuanError`.
   */
  async send(command: string, milliseconds: number | null): Promise<Buffer> {
    if (this.#failure !== null) throw this.#failure;
    const answer = this.#answer(milliseconds);
    this.#child.stdin?.write(`${command}\n`);
    return answer;
  }

  /** Ends the process, whatever it shows, and resolves when it is gone. Never rejects. */
  end(): Promise<void> {
    this.#ending ??= this.#close();
    return this.#ending;
  }

  async #close(): Promise<void> {
    const busy = this.#pending !== null || this.#failure !== null;
    this.#fail('the question was withdrawn');
    // While it shows something it does not read, and so would not hear this.
    if (!busy) this.#child.stdin?.end('BYE\n');
    if (!busy && (await this.#leaves())) return;
    // On the first, pinentry-curses puts the terminal back in order.
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      this.#kill(signal);
      if (await this.#leaves()) return;
    }
  }

  async #leaves(): Promise<boolean> {
    if (this.#gone) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GRACE);
    });
    await Promise.race([this.#exited, late]);
    clearTimeout(timer);
    return this.#gone;
  }

  #kill(signal: NodeJS.Signals): void {
    const { pid } = this.#child;
    if (pid === undefined || this.#gone) return;
    try {
      // The group: a pinentry may be a script that starts the real one.
      process.kill(-pid, signal);
    } catch {
      this.#child.kill(signal);
    }
  }

  #answer(milliseconds: number | null): Promise<Buffer> {
    if (this.#failure !== null) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = milliseconds === null ? null : setTimeout(() => this.#fail('pinentry does not answer'), milliseconds);
      this.#pending = { data: Buffer.alloc(0), timer, resolve, reject };
    });
  }

  #take(line: Buffer): void {
    const fault = this.#understand(line);
    if (fault !== null) this.#fail(fault);
  }

  /** Takes in one line of an answer; says what is wrong with it. */
  #understand(line: Buffer): string | null {
    const pending = this.#pending;
    const kind = line.subarray(0, 4).toString('latin1');
    if (/^(#|S$|S )/.test(kind)) return null;
    if (pending === null) return 'pinentry speaks unasked';
    if (kind.startsWith('D ')) {
      if (pending.data.length + line.length > MOST_DATA) return 'pinentry says too much';
      const more = unescaped(line.subarray(2));
      // Not from the pool that other buffers share.
      const together = Buffer.alloc(pending.data.length + more.length);
      pending.data.copy(together);
      more.copy(together, pending.data.length);
      pending.data.fill(0);
      more.fill(0);
      pending.data = together;
      return null;
    }
    if (/^OK($| )/.test(kind)) {
      this.#settle()?.resolve(pending.data);
      return null;
    }
    const code = kind === 'ERR ' ? Number.parseInt(line.subarray(4, 16).toString('latin1'), 10) : Number.NaN;
    if (Number.isNaN(code)) return 'pinentry speaks no Assuan';
    pending.data.fill(0);
    this.#settle()?.reject(new AssuanError(`pinentry answered error ${code}`, code & 0xffff));
    return null;
  }

  #settle(): Pending | null {
    const pending = this.#pending;
    this.#pending = null;
    if (pending?.timer) clearTimeout(pending.timer);
    return pending;
  }

  #fail(message: string): void {
    this.#failure ??= new AssuanError(message);
    this.#lines.wipe();
    const pending = this.#settle();
    pending?.data.fill(0);
    pending?.reject(this.#failure);
  }
}
