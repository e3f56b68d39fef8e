import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import type { TokenAnswer, TokenKeys, TokenRequest } from './messages.ts';

const DEADLINE_MS = 60_000;

/** A running token process. */
export interface TokenProcess {
  /** Sends one request and waits for its answer. Throws with the token's reason, or when the process dies or takes over a minute. */
  ask(request: TokenRequest): Promise<TokenKeys>;
}

/**
 * Runs `work` beside a token process that has loaded `library` with the configuration file `conf`, and ends the process
 * after it, however it went. The PIN is in no argument and no variable: the process knows the practice values.
 */
export async function withToken<T>(library: string, conf: string, work: (token: TokenProcess) => Promise<T>): Promise<T> {
  const program = new URL(`./token${extname(import.meta.url)}`, import.meta.url);
  const child = fork(program, [library], {
    env: { ...process.env, SOFTHSM2_CONF: conf },
    execArgv: [],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let complaint = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-2000);
  });
  const gone = once(child, 'exit');
  try {
    return await work({ ask: (request) => exchange(child, request, () => complaint) });
  } finally {
    if (child.connected) child.disconnect();
    const late = setTimeout(() => child.kill('SIGKILL'), 5000);
    if (child.exitCode === null && child.signalCode === null) await gone;
    clearTimeout(late);
  }
}

function exchange(child: ChildProcess, request: TokenRequest, complaint: () => string): Promise<TokenKeys> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(deadline);
      child.off('message', heard).off('exit', died).off('error', failed);
      finish();
    };
    const heard = (reply: TokenAnswer) =>
      settle(() => (reply.ok ? resolve(reply.keys) : reject(new Error(`practice token: ${reply.reason}`))));
    const died = () => settle(() => reject(new Error(`practice token: its process ended. ${complaint()}`.trim())));
    const failed = (cause: Error) => settle(() => reject(new Error('practice token: its process cannot be reached', { cause })));
    const deadline = setTimeout(() => {
      child.kill('SIGKILL');
      settle(() => reject(new Error('practice token: no answer within a minute')));
    }, DEADLINE_MS);
    child.on('message', heard).on('exit', died).on('error', failed);
    if (child.exitCode !== null || child.signalCode !== null) died();
    else child.send(request, (error) => error && failed(error));
  });
}
