import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { vi } from 'vitest';

/** A screen that nobody looks at (Xvfb, on the first number that is free), for a pinentry to open windows on. */
export class Display {
  readonly #server: ChildProcess;
  readonly name: string;

  private constructor(server: ChildProcess, name: string) {
    this.#server = server;
    this.name = name;
  }

  static async start(): Promise<Display> {
    const args = ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'];
    const server = spawn('Xvfb', args, { stdio: ['ignore', 'pipe', 'ignore'] });
    const [number] = await once(server.stdout, 'data');
    return new Display(server, `:${String(number).trim()}`);
  }

  /** What a face needs to show windows here. */
  get env(): NodeJS.ProcessEnv {
    return { PATH: process.env.PATH, HOME: process.env.HOME, LANG: 'C.UTF-8', DISPLAY: this.name };
  }

  /** Waits for a window that listens to keys, and returns its title. */
  async shows(title: string): Promise<void> {
    await vi.waitFor(
      () => {
        if (!this.titles().includes(title)) throw new Error(`no window ${title}: ${this.titles().join(', ')}`);
      },
      { timeout: 10_000, interval: 40 },
    );
  }

  /** The titles of the windows that are open. */
  titles(): string[] {
    try {
      return this.#xdotool('search', '--onlyvisible', '--name', '.', 'getwindowname', '%@').split('\n').filter(Boolean);
    } catch {
      return [];
    }
  }

  type(text: string): void {
    this.#xdotool('type', '--delay', '5', text);
  }

  press(...keys: string[]): void {
    this.#xdotool('key', '--delay', '20', ...keys);
  }

  async close(): Promise<void> {
    const ended = once(this.#server, 'exit');
    this.#server.kill('SIGTERM');
    await ended;
  }

  #xdotool(...args: string[]): string {
    return execFileSync('xdotool', args, {
      encoding: 'utf8',
      env: this.env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 10_000,
    });
  }
}
