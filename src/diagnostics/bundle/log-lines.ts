import type { LogLine, LogSection } from './document.ts';
import { type Loose, loose, type Picker } from './picker.ts';

/** Lines that a bundle takes, the newest. */
const MOST = 2_000;
const LEVELS: Readonly<Record<number, string>> = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' };

/** A recording: its marker stands in the log where it began and where it ended (ISO 8601). */
export interface RecordingFacts {
  marker: string;
  startedAt: string;
  endedAt: string;
}

/** Fields of Signet's log lines and how each is taken over. What has no entry here does not leave. */
const FIELDS: Readonly<Record<string, (value: unknown, pick: Picker) => string | number | null>> = {
  msg: (value, pick) => pick.text(value),
  reason: (value, pick) => pick.text(value),
  detail: (value, pick) => pick.text(value),
  driver: (value, pick) => pick.text(value),
  attempts: (value, pick) => pick.number(value),
  route: (value, pick) => pick.code(value, /^\/[\w/:.*-]{0,100}$/),
  method: (value, pick) => pick.word(value, ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']),
  status: (value, pick) => pick.number(value),
  code: (value, pick) => pick.code(value),
  ms: (value, pick) => pick.number(value),
  caller: (value, pick) => pick.caller(value),
  call: (value, pick) => pick.code(value, /^[a-zA-Z]{2,30}$/),
  fn: (value, pick) => pick.code(value, /^C_[A-Za-z]{2,40}$/),
  rv: (value, pick) => pick.code(value, /^(?:CKR_[A-Z0-9_]{2,60}|0x[0-9a-f]{1,8})$/i),
  outcome: (value, pick) => pick.code(value),
  event: (value, pick) => pick.code(value),
  token: (value, pick) => pick.token(value),
  state: (value, pick) => pick.code(value),
  kind: (value, pick) => pick.code(value),
  recording: (value, pick) => pick.code(value, /^REC-[0-9A-Z]{6}$/),
  phase: (value, pick) => pick.word(value, ['begin', 'end']),
};

/** The newest lines, or those between a recording's markers. A line that is no JSON is left out. */
export function logSection(
  log: { lines: readonly string[]; dropped: number },
  pick: Picker,
  recording: RecordingFacts | null,
): LogSection {
  const parsed = log.lines.map(parse).filter((line) => line !== null);
  const wanted = recording === null ? parsed : between(parsed, recording);
  const taken = wanted.slice(-MOST);
  return {
    lines: taken.map((line) => lineOf(line, pick)),
    dropped: log.dropped,
    leftOut: log.lines.length - taken.length,
    recording:
      recording === null
        ? null
        : {
            marker: pick.code(recording.marker, /^REC-[0-9A-Z]{6}$/) ?? '',
            startedAt: pick.time(recording.startedAt),
            endedAt: pick.time(recording.endedAt),
          },
  };
}

/** From marker to marker; where the ring lost one, by the time. */
function between(lines: readonly Loose[], { marker, startedAt, endedAt }: RecordingFacts): Loose[] {
  const at = (phase: string): number => lines.findIndex((line) => line.recording === marker && line.phase === phase);
  const [from, to] = [Date.parse(startedAt), Date.parse(endedAt)];
  const begin = at('begin');
  const end = at('end');
  return lines.filter((line, index) => {
    const time = Number(line.time);
    return (begin < 0 ? time >= from : index >= begin) && (end < 0 ? time <= to : index <= end);
  });
}

function lineOf(line: Loose, pick: Picker): LogLine {
  const told: LogLine = {};
  const time = new Date(Number(line.time));
  if (!Number.isNaN(time.getTime())) told.time = pick.time(time.toISOString()) ?? '';
  const level = LEVELS[Number(line.level)];
  if (level !== undefined) told.level = pick.word(level, Object.values(LEVELS)) ?? '';
  for (const [name, take] of Object.entries(FIELDS)) {
    const value = line[name] === undefined ? null : take(line[name], pick);
    if (value !== null) told[name] = value;
  }
  const { name, stack } = loose(line.err);
  const error = pick.code(name, /^[A-Za-z]{2,60}$/);
  if (error !== null) told.error = error;
  const frames = framesOf(stack, pick);
  if (frames.length > 0) told.stack = frames;
  return told;
}

/** Where a defect is. The first line of a stack is the error's message, which may hold anything. */
function framesOf(stack: unknown, pick: Picker): string[] {
  if (typeof stack !== 'string') return [];
  return stack
    .split('\n')
    .filter((line) => /^\s+at /.test(line))
    .slice(0, 12)
    .map((line) => pick.text(ownPath(line.trim())) ?? '');
}

/** Signet's own files by their place inside of it, wherever it is installed. */
function ownPath(frame: string): string {
  return frame.replace(/(?:file:\/\/)?[^\s()]*\/((?:src|dist|node_modules)\/[^\s()]+)/, '$1');
}

function parse(line: string): Loose | null {
  try {
    return loose(JSON.parse(line) as unknown);
  } catch {
    return null;
  }
}
