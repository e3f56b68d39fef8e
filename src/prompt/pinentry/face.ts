import { Secret } from '../../drivers/index.ts';
import { SignetError } from '../../errors/index.ts';
import type { Asking, Face } from '../face.ts';
import type { Answers, Question, QuestionKind, QuestionOf } from '../question.ts';
import { drawLastTry, drawQuestion, drawReader } from './answers.ts';
import { AssuanError } from './assuan.ts';
import { PinentryDialog, type Place } from './dialog.ts';
import { layOut } from './layout.ts';
import { pinentryPrograms } from './program.ts';
import { chosen, Putting } from './putting.ts';
import { screenOf } from './screen.ts';
import { sessionScreen } from './session.ts';

export interface PinentryOptions {
  /** The pinentry to use, a path or a name on the PATH; the best that is there when not given. */
  program?: string | undefined;
  /** The terminal that pinentry-curses draws on, such as `/dev/pts/3`. */
  tty?: string | undefined;
  /** The surroundings of the person: screen, PATH, locale. */
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  /** Milliseconds within which no answer can have been meant: somebody was typing when the dialog came up. */
  hasty?: number;
  /** Milliseconds for a pinentry to start, and to take a text. */
  patience?: number;
}

/** What of the environment a pinentry needs: where the screen is, and how things look there. */
const PASSED =
  /^(PATH|HOME|USER|LOGNAME|TERM|LANG|LANGUAGE|LC_\w+|DISPLAY|XAUTHORITY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS|XDG_\w+|DESKTOP_SESSION|KDE_\w+|GTK_\w+|GDK_\w+|QT_\w+|XMODIFIERS|__CF_USER_TEXT_ENCODING)$/;
/** Milliseconds after which a message for a reader's own keys counts as shown. */
const SHOWN = 500;

/** Nobody has read a question sooner than this. */
const HASTY = 800;
/** A cold desktop takes its time to start the first window. */
const PATIENCE = 10_000;

/** Asks by a pinentry, as GnuPG does (Assuan over pipes): a window, or a dialog on a terminal. */
export function pinentryFace(options: PinentryOptions = {}): Face {
  return new PinentryFace(options);
}

class PinentryFace implements Face {
  readonly name = 'pinentry';
  readonly #options: PinentryOptions;
  /** What stays on the screen while the PIN is typed on the reader. */
  #standing: PinentryDialog | null = null;
  /** The screen that the environment does not name, as of the last look. */
  #session: NodeJS.ProcessEnv = {};

  constructor(options: PinentryOptions) {
    this.#options = options;
  }

  async ready(): Promise<boolean> {
    const { env = process.env, platform = process.platform } = this.#options;
    this.#session = await sessionScreen(env, platform);
    return this.#programs().length > 0;
  }

  async ask<K extends QuestionKind>(question: QuestionOf<K>, asking: Asking): Promise<Answers[K]> {
    asking.signal.throwIfAborted();
    // A pinentry shows no files: the next face does.
    if (question.kind === 'load' || question.kind === 'save') throw new SignetError('prompt_unavailable');
    await this.#standing?.close();
    const until = Date.now() + asking.timeout;
    for (const program of this.#programs()) {
      const putting = new Putting(program, this.#place(), asking, until, this.#options.hasty ?? HASTY);
      try {
        // Each kind is answered by its own member of `Answers`, which the compiler cannot follow.
        return (await this.#put(question, putting)) as Answers[K];
      } catch (error) {
        asking.signal.throwIfAborted();
        // This one is of no use here (no prompter, a dead screen, a crash): the next may be.
        if (!(error instanceof AssuanError)) throw error;
        if (Date.now() >= until) throw new SignetError('prompt_timeout');
      }
    }
    throw new SignetError('prompt_unavailable');
  }

  async #put(question: Question, putting: Putting): Promise<Answers[QuestionKind]> {
    const { language } = putting.asking;
    switch (question.kind) {
      case 'pair': {
        const { end } = await putting.show(drawQuestion(question, language));
        const days = (end === 'other' ? question.days[1] : question.days[0]) ?? 1;
        return { rights: question.wants, days };
      }
      case 'certificate':
        return chosen(question, putting);
      case 'pin': {
        if (question.token.pinPad) return this.#onReader(question, putting);
        const outcome = await putting.show(drawQuestion(question, language));
        return { pin: outcome.end === 'ok' ? Secret.adopt(outcome.typed) : null };
      }
      case 'confirm':
        await putting.show(drawQuestion(question, language));
        return {};
      case 'final_try': {
        const { end } = await putting.show(drawLastTry(question, language), { headed: true });
        if (end === 'ok') throw new SignetError('prompt_cancelled');
        return {};
      }
      case 'blocked':
        await putting.show(drawQuestion(question, language), { headed: true, single: true });
        return {};
      case 'load':
      case 'save':
        throw new SignetError('prompt_unavailable');
    }
  }

  /**
   * Leaves a message on the screen and answers at once, since the reader asks for the PIN only when the driver is called. It goes
   * with the act (the signal), with the next question, or when the person hides it.
   */
  async #onReader(question: QuestionOf<'pin'>, { program, place, asking, until }: Putting): Promise<Answers['pin']> {
    const dialog = await PinentryDialog.open(program, place);
    const close = (): void => void dialog.close();
    asking.signal.addEventListener('abort', close, { once: true });
    if (asking.signal.aborted) close();
    const sheet = layOut(drawReader(question, asking.language), false, dialog.screen);
    if (sheet === null) {
      await dialog.close();
      throw new AssuanError('the question does not fit');
    }
    this.#standing = dialog;
    const over = dialog.show({ ...sheet, cancel: null }, until - Date.now()).finally(() => {
      asking.signal.removeEventListener('abort', close);
      if (this.#standing === dialog) this.#standing = null;
      return dialog.close();
    });
    // Later than this, how it ends is of no interest: the reader has been asked.
    over.catch(() => undefined);
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, SHOWN))]);
    return { pin: null };
  }

  #programs(): string[] {
    const { program, platform = process.platform } = this.#options;
    const { tty, env } = this.#place();
    return pinentryPrograms({ program, terminal: tty !== null, env, platform });
  }

  #place(): Place {
    const { tty, platform = process.platform, patience = PATIENCE } = this.#options;
    const env = { ...(this.#options.env ?? process.env), ...this.#session };
    const utf8 = [env.LC_ALL, env.LC_CTYPE, env.LANG].find((locale) => /\.utf-?8$/i.test(locale ?? ''));
    return {
      tty: tty !== undefined && screenOf(tty) !== null ? tty : null,
      ttyType: terminalType(tty, env.TERM),
      env: Object.fromEntries(Object.entries(env).filter(([name]) => PASSED.test(name))),
      patience,
      locale: utf8 ?? (platform === 'darwin' ? 'en_US.UTF-8' : 'C.UTF-8'),
    };
  }
}

/** A console of Linux is one kind; what draws a pseudo-terminal is known only by the environment, if that is the same one. */
function terminalType(tty: string | undefined, term: string | undefined): string {
  if (tty?.match(/^\/dev\/tty\d/)) return 'linux';
  return term === undefined || term === '' || term === 'dumb' ? 'xterm-256color' : term;
}
