import type { Credentials, Gate } from '../access/index.ts';
import { canOpen, openPrivately } from '../places/index.ts';
import { type DeskOptions, sessionScreen } from '../prompt/index.ts';

/** How often it is looked whether the page has come, in milliseconds. */
const LOOK_EVERY = 250;

export interface OpenConsole {
  credentials: Credentials;
  gate: Gate;
  /** Where the private file is written that leads the browser there. */
  runtimeDir: string;
  env?: NodeJS.ProcessEnv;
}

/**
 * Lets a desk open the console in the person's browser when nobody attends it, as `signet console` does: the one-time code is in
 * a file of this user alone and in no argument of a program.
 */
export function consoleOpener({ credentials, gate, runtimeDir, env = process.env }: OpenConsole) {
  const sessions = credentials.console;
  // A service is started before the person's desktop: where its screen is, is known only later.
  let around = env;
  return {
    findScreen: async () => {
      around = { ...env, ...(await sessionScreen(env, process.platform)) };
    },
    canOpenConsole: () => canOpen(around),
    openConsole: async () => {
      const { id, code } = sessions.makeCode();
      const door = openPrivately(`${gate.address}/console/#code=${code}`, runtimeDir, around);
      const over = new AbortController();
      try {
        return await Promise.race([door.failed.then(() => false), used(() => sessions.codeState(id), over.signal)]);
      } finally {
        over.abort();
        door.close();
      }
    },
  } satisfies DeskOptions;
}

/** Resolves with true once the code was exchanged, with false when it ran out before. */
function used(state: () => string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = state();
      if (now !== 'waiting') resolve(now === 'used');
    }, LOOK_EVERY);
    timer.unref();
    signal.addEventListener('abort', () => clearInterval(timer));
  });
}
