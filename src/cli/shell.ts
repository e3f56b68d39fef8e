import { SignetClient } from '../client/index.ts';
import type { Translate } from '../messages/index.ts';
import { translator } from '../messages/index.ts';
import type { ExitCode } from './failure.ts';
import { Page } from './page.ts';
import { paletteFor } from './palette.ts';
import type { Settings } from './settings.ts';
import { isInteractive, type Terminal, widthOf } from './terminal.ts';

/** Options that every command has. */
export interface SharedOptions {
  json?: true;
  language?: string;
  runtimeDir?: string;
}

/** What a command found: the JSON document, the page for people, and the exit code (0 when left out). */
export interface Outcome {
  json: unknown;
  page: Page;
  exit?: ExitCode;
}

/** What a command works with. */
export interface Shell {
  readonly t: Translate;
  readonly language: string;
  readonly json: boolean;
  readonly terminal: Terminal;
  /** Somebody sits there who can be asked. */
  readonly interactive: boolean;
  readonly client: SignetClient;
  /** Tells something on standard error while the command goes on; not with --json. */
  tell(page: Page): void;
  /** Prints the outcome. */
  print(outcome: Outcome): void;
}

/** The shell of one command. Throws the settings' failure. */
export function makeShell(options: SharedOptions, settings: Settings, terminal: Terminal): Shell {
  if (settings.failure !== undefined) throw settings.failure;
  const { stdout, stderr, env } = terminal;
  const runtimeDir = options.runtimeDir ?? settings.runtimeDir;
  const json = options.json === true;
  return {
    t: translator(settings.language),
    language: settings.language,
    json,
    terminal,
    interactive: isInteractive(terminal),
    client: new SignetClient({ language: settings.language, ...(runtimeDir === undefined ? {} : { runtimeDir }) }),
    tell: (page) => {
      if (!json) stderr.write(page.render(widthOf(stderr, env), paletteFor(stderr, env)));
    },
    print: (outcome) => {
      const text = json
        ? `${JSON.stringify(outcome.json, null, 2)}\n`
        : outcome.page.render(widthOf(stdout, env), paletteFor(stdout, env));
      stdout.write(text);
    },
  };
}

/** An empty page. */
export function page(): Page {
  return new Page();
}
