import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Milliseconds; a little longer than what the face takes for haste. */
const READING = 850;

/** A terminal that nobody looks at (tmux with a server of its own), for a pinentry to draw on. */
export class Terminal {
  readonly #folder: string;
  readonly tty: string;
  /** The process in it: its end takes the terminal away. */
  readonly pid: number;

  constructor(columns = 80, rows = 24) {
    this.#folder = mkdtempSync(join(tmpdir(), 'signet-terminal-'));
    this.#tmux('-f', '/dev/null', 'new-session', '-d', '-s', 'pe', '-x', String(columns), '-y', String(rows), 'exec sleep 300');
    this.tty = this.#tmux('display', '-p', '-t', 'pe', '#{pane_tty}').trim();
    this.pid = Number(this.#tmux('display', '-p', '-t', 'pe', '#{pane_pid}'));
  }

  /** What a face needs to draw here. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: process.env.HOME, TERM: 'screen-256color' };
  }

  /** The screen as rows. */
  rows(): string[] {
    return this.#tmux('capture-pane', '-p', '-t', 'pe').split('\n');
  }

  /** What a dialog says, without its frame, as one line: rows are joined by a blank. */
  text(): string {
    return this.rows()
      .map((row) => row.replace(/[│┌┐└┘─]/g, '').trim())
      .filter((row) => row !== '')
      .join(' ');
  }

  /** Waits until the dialog says this. */
  async shows(text: string | RegExp): Promise<string> {
    return vi.waitFor(
      () => {
        const shown = this.text();
        if (typeof text === 'string' ? !shown.includes(text) : !text.test(shown))
          throw new Error(`not on the screen: ${text}\n${shown}`);
        return shown;
      },
      { timeout: 10_000, interval: 25 },
    );
  }

  /** Waits until the dialog says this, and for as long as a person takes to read it at least. */
  async isRead(text: string | RegExp): Promise<string> {
    const shown = await this.shows(text);
    const since = performance.now();
    await vi.waitFor(() => {
      if (performance.now() - since < READING) throw new Error('still reading');
    }, 10_000);
    return shown;
  }

  /** Waits until nothing is shown any more. */
  async isClear(): Promise<void> {
    await vi.waitFor(() => {
      if (this.text() !== '') throw new Error(`still on the screen: ${this.text()}`);
    }, 10_000);
  }

  /** Presses keys by tmux's names: `Enter`, `Tab`. */
  press(...keys: string[]): void {
    this.#tmux('send-keys', '-t', 'pe', ...keys);
  }

  /** Types text as it is. */
  type(text: string): void {
    this.#tmux('send-keys', '-t', 'pe', '-l', text);
  }

  close(): void {
    try {
      this.#tmux('kill-server');
    } catch {
      // It ended with its last session.
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #tmux(...args: string[]): string {
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8' };
    return execFileSync('tmux', ['-u', '-S', join(this.#folder, 'tmux'), ...args], {
      encoding: 'utf8',
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}
