import { Assuan, AssuanError } from './assuan.ts';
import { escaped } from './encoding.ts';
import type { Sheet } from './layout.ts';
import { type Screen, screenOf } from './screen.ts';

export interface Place {
  /** The device of the terminal to draw on, if there is one. */
  tty: string | null;
  /** What kind of terminal that is (terminfo). */
  ttyType: string;
  env: NodeJS.ProcessEnv;
  /** POSIX name of the locale that texts and typed letters are in: UTF-8. */
  locale: string;
  /** Milliseconds for a pinentry to start, and to take a text; longer is a hang. */
  patience: number;
}

/** How a dialog ended; `other` by the button between yes and no. */
export type Outcome = { end: 'ok'; typed: Buffer } | { end: 'other' | 'cancelled' | 'timeout' };

/** Codes of libgpg-error (gpg-error.h). */
const TIMEOUT = 62;
const CANCELED = 99;
const NOT_CONFIRMED = 114;
const FULLY_CANCELED = 198;

/** How often it is looked whether the terminal is still there: pinentry-curses does not notice when it is not. */
const LOOK = 1_000;

/** One pinentry that shows one dialog. */
export class PinentryDialog {
  readonly #assuan: Assuan;
  readonly #tty: string | null;
  readonly #patience: number;
  /** The terminal's size when it draws on one; null for a window. */
  readonly screen: Screen | null;

  private constructor(assuan: Assuan, patience: number, tty: string | null = null, screen: Screen | null = null) {
    this.#assuan = assuan;
    this.#patience = patience;
    this.#tty = tty;
    this.screen = screen;
  }

  /** Starts a pinentry and tells it where it is. Throws `AssuanError` when it is of no use here. */
  static async open(program: string, { tty, ttyType, env, locale, patience }: Place): Promise<PinentryDialog> {
    const assuan = await Assuan.open(program, env, patience);
    try {
      const options = [`lc-ctype=${locale}`, `lc-messages=${locale}`];
      if (tty !== null) options.push(`ttyname=${tty}`, `ttytype=${ttyType}`);
      if (env.DISPLAY) options.push(`display=${env.DISPLAY}`);
      for (const option of options) await lenient(assuan.send(`OPTION ${escaped(option)}`, patience));
      const flavour = (await lenient(assuan.send('GETINFO flavor', patience)))?.toString('latin1') ?? '';
      if (!/curses|tty/.test(flavour)) return new PinentryDialog(assuan, patience);
      const screen = tty === null ? null : screenOf(tty);
      if (screen === null) throw new AssuanError('there is no terminal for pinentry to draw on');
      return new PinentryDialog(assuan, patience, tty, screen);
    } catch (error) {
      await assuan.end();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#assuan.pid;
  }

  /**
   * Shows a sheet and waits for its end: GETPIN where it has a prompt, CONFIRM with two or three buttons, or with one. Gives up
   * by itself some seconds after `milliseconds`. Throws `AssuanError` when the pinentry fails, or is closed meanwhile.
   */
  async show(sheet: Sheet, milliseconds: number): Promise<Outcome> {
    const seconds = Math.max(1, Math.ceil(milliseconds / 1_000));
    const set = (command: string, text: string | null): Promise<Buffer | null> =>
      text === null ? Promise.resolve(null) : this.#assuan.send(`${command} ${escaped(text)}`, this.#patience);
    await lenient(set('SETTITLE', sheet.title));
    await lenient(set('SETTIMEOUT', String(seconds)));
    await set('SETDESC', sheet.description);
    await set('SETERROR', sheet.error);
    await set('SETPROMPT', sheet.prompt);
    await set('SETOK', sheet.ok);
    await set('SETCANCEL', sheet.cancel);
    await set('SETNOTOK', sheet.other);
    const command = sheet.prompt !== null ? 'GETPIN' : sheet.cancel === null ? 'CONFIRM --one-button' : 'CONFIRM';
    const watch = this.#tty === null ? null : setInterval(() => this.#look(), LOOK);
    const until = Date.now() + milliseconds;
    try {
      return { end: 'ok', typed: await this.#assuan.send(command, seconds * 1_000 + this.#patience) };
    } catch (error) {
      const code = error instanceof AssuanError ? error.code : null;
      // Some answer a time-out of theirs as a cancellation.
      if (code === TIMEOUT || (code !== null && DECLINED.has(code) && Date.now() >= until)) return { end: 'timeout' };
      if (code === NOT_CONFIRMED && sheet.other !== null) return { end: 'other' };
      if (code !== null && DECLINED.has(code)) return { end: 'cancelled' };
      throw error;
    } finally {
      if (watch !== null) clearInterval(watch);
    }
  }

  /** Takes the dialog away, whatever state it is in. Never rejects. */
  close(): Promise<void> {
    return this.#assuan.end();
  }

  #look(): void {
    if (this.#tty !== null && screenOf(this.#tty) === null) void this.close();
  }
}

const DECLINED: ReadonlySet<number> = new Set([CANCELED, NOT_CONFIRMED, FULLY_CANCELED]);

/** What an older pinentry need not know. */
async function lenient(answer: Promise<Buffer | null>): Promise<Buffer | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AssuanError && error.code !== null) return null;
    throw error;
  }
}
