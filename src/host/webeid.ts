import { readFileSync } from 'node:fs';
import type { Readable, Writable } from 'node:stream';
import type { Daemon } from './daemon.ts';
import { FrameError, readFrames, writeFrame } from './frames.ts';
import { Unreachable } from './unreachable.ts';

/** What the published app takes (web-eid-app, inputoutputmode.cpp), and what the extension sends at most. */
const LIMITS = { min: 5, max: 8192 };
/** The version of the published app whose protocol this is: the extension wants its major to be no lower than its own. */
const SPEAKS = '2.9.0';

/**
 * One command of the published Web eID extension: the greeting, a request, its answer. The end of `input` before that is a cancel.
 * Rejects when `output` is gone.
 */
export async function run(input: Readable, output: Writable, daemon: Pick<Daemon, 'request'>): Promise<void> {
  // Unasked, before anything else: the extension waits five seconds for it.
  await writeFrame(output, { version: greeting(ownVersion()) });
  const frames = readFrames(input, LIMITS);
  let message: unknown;
  try {
    const first = await frames.next();
    if (first.done === true) return;
    message = first.value;
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    const { unreadable } = await import('./failure.ts');
    return writeFrame(output, unreadable());
  }
  if (isQuit(message)) return writeFrame(output, {});
  const gone = new AbortController();
  void drain(frames).finally(() => gone.abort());
  const answer = await relay(daemon, message, gone.signal);
  if (answer !== null) await writeFrame(output, answer);
}

/**
 * The version as the extension reads it. It must be SemVer in full (semver.org, 2.0.0): with any other a command that fails gets no
 * answer at all. Ours goes into the build part, where only letters, digits, dots and hyphens may stand.
 */
export function greeting(version: string): string {
  const build = version
    .split(/[^0-9A-Za-z-]+/)
    .filter((part) => part !== '')
    .join('.');
  return `${SPEAKS}+signet.${build}`;
}

/** The daemon's answer; null when the browser has gone. */
async function relay(daemon: Pick<Daemon, 'request'>, message: unknown, signal: AbortSignal): Promise<unknown> {
  try {
    const headers = languageHeader(message);
    const { status, json } = await daemon.request('POST', '/v1/host', { host: 'eu.webeid', message }, { signal, headers });
    const answer = (json as { message?: unknown } | null)?.message;
    if (status === 200 && answer !== undefined) return answer;
    return (await import('./failure.ts')).refused(json, message);
  } catch (error) {
    if (signal.aborted) return null;
    if (!(error instanceof Unreachable)) throw error;
    return (await import('./failure.ts')).unreachable(error, message);
  }
}

/** For refusals of the relay itself; the command's own language is the bridge's to read. */
function languageHeader(message: unknown): Record<string, string> {
  const lang = (message as { arguments?: { lang?: unknown } | null } | null)?.arguments?.lang;
  return typeof lang === 'string' && /^[A-Za-z-]{2,35}$/.test(lang) ? { 'accept-language': lang } : {};
}

/** The extension quits after asking for nothing but the version, on every page that looks whether it is there: no daemon is started for that. */
function isQuit(message: unknown): boolean {
  if (typeof message !== 'object' || message === null) return false;
  const { command, arguments: given, ...rest } = message as Record<string, unknown>;
  const empty = typeof given === 'object' && given !== null && !Array.isArray(given) && Object.keys(given).length === 0;
  return command === 'quit' && empty && Object.keys(rest).length === 0;
}

/** Whatever else comes is not for this process; what counts is that the stream ends. */
async function drain(frames: AsyncGenerator<unknown>): Promise<void> {
  try {
    for await (const _ of frames);
  } catch {
    // Unreadable is as good as gone.
  }
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
