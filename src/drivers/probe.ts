import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { hostEnvironment } from './environment.ts';
import { HOST_SETTINGS, type ProbeLine, type ProbeSettings, type SlotLook } from './protocol.ts';

/** How far a library got in a process of its own: `stage` is the step it was in when `outcome` came. */
export interface ProbeOutcome {
  stage: 'load' | 'initialise' | 'list' | 'done';
  outcome: 'ok' | 'error' | 'crashed' | 'hung';
  /** `CKR_…`, a signal, `exit 0`, or the loader's own sentence with the home folder as `~`. */
  detail: string | null;
  version: string | null;
  slots: SlotLook[] | null;
}

export interface ProbeRequest {
  library: string;
  libraryParameters?: string | undefined;
  /** Added to the environment of the process, such as SOFTHSM2_CONF. */
  environment: Readonly<Record<string, string>>;
}

const DEADLINE = 5_000;
/** Bytes of answer read at most. */
const LONGEST = 64 * 1024;
const LONGEST_DETAIL = 300;

/**
 * Loads a library in a child process, initialises it, looks at its slots and ends. No session is opened, so nothing can be
 * presented to a token. The process is killed after `deadline` milliseconds (`hung`) or when the signal says so. Never rejects.
 */
export function probeLibrary(request: ProbeRequest, signal: AbortSignal, deadline = DEADLINE): Promise<ProbeOutcome> {
  const { library, libraryParameters, environment } = request;
  const settings: ProbeSettings = {
    library,
    daemon: process.pid,
    ...(libraryParameters === undefined ? {} : { libraryParameters }),
  };
  return new Promise((resolve) => {
    const reached: ProbeOutcome = { stage: 'load', outcome: 'crashed', detail: null, version: null, slots: null };
    if (signal.aborted) return resolve({ ...reached, outcome: 'hung', detail: 'cancelled' });
    const child = spawn(process.execPath, ['--no-warnings', entry()], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
      env: { ...hostEnvironment(process.env, environment), [HOST_SETTINGS]: JSON.stringify(settings) },
      windowsHide: true,
    });
    let text = '';
    (child.stdio[3] as Readable).setEncoding('utf8').on('data', (chunk: string) => {
      if (text.length < LONGEST) text += chunk;
    });
    let ended: 'hung' | 'cancelled' | null = null;
    const end = (why: 'hung' | 'cancelled'): void => {
      ended ??= why;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end('hung'), deadline);
    const cancel = (): void => end('cancelled');
    signal.addEventListener('abort', cancel, { once: true });
    const finish = (how: string): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', cancel);
      resolve(judged(readLines(text, reached), ended, how));
    };
    child.once('error', (error) => finish(error.message));
    child.once('close', (code, name) => finish(name ?? `exit ${code}`));
  });
}

function judged(reached: ProbeOutcome, ended: 'hung' | 'cancelled' | null, how: string): ProbeOutcome {
  // What it told before it was killed counts: a library that hangs only when it is finalised has done its work.
  if (reached.outcome !== 'crashed') return reached;
  if (ended !== null) return { ...reached, outcome: 'hung', detail: ended === 'hung' ? null : 'cancelled' };
  return { ...reached, detail: how };
}

function readLines(text: string, start: ProbeOutcome): ProbeOutcome {
  const reached = { ...start };
  for (const line of text.split('\n').slice(0, -1)) {
    const told = JSON.parse(line) as ProbeLine;
    if ('error' in told) {
      reached.outcome = 'error';
      reached.detail = withoutHome(told.error).slice(0, LONGEST_DETAIL);
      continue;
    }
    reached.stage = told.stage;
    if (told.stage === 'list') reached.version = told.version;
    if (told.stage !== 'done') continue;
    reached.slots = told.slots;
    reached.outcome = 'ok';
  }
  return reached;
}

function withoutHome(text: string): string {
  const home = homedir();
  return home.length > 1 ? text.replaceAll(home, '~') : text;
}

function entry(): string {
  const typescript = fileURLToPath(new URL('./host/probe.ts', import.meta.url));
  return existsSync(typescript) ? typescript : fileURLToPath(new URL('./host/probe.js', import.meta.url));
}
