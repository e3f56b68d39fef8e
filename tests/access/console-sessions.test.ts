import { beforeEach, describe, expect, it } from 'vitest';
import { ConsoleSessions } from '../../src/access/index.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
let now = 0;
let sessions: ConsoleSessions;

beforeEach(() => {
  now = 1_800_000_000_000;
  sessions = new ConsoleSessions(() => now);
});

function codeOf(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return String((error as { code?: string }).code);
  }
}

describe('a code', () => {
  it('has 256 random bits and is another each time', () => {
    const codes = Array.from({ length: 10 }, () => sessions.makeCode());
    expect(new Set(codes.map(({ code }) => code)).size).toBe(10);
    for (const { code, id } of codes) {
      expect(Buffer.from(code, 'base64url')).toHaveLength(32);
      expect(code).not.toContain(id);
    }
  });

  it('opens one session, once', () => {
    const { id, code } = sessions.makeCode();
    expect(sessions.codeState(id)).toBe('waiting');
    const { token, idleSeconds } = sessions.exchange(code);
    expect(idleSeconds).toBe(1800);
    expect(sessions.whose(token)).toMatchObject({ id: 'console', local: false });
    expect(sessions.codeState(id)).toBe('used');
    expect(codeOf(() => sessions.exchange(code))).toBe('console_code_refused');
    expect(sessions.open).toBe(1);
  });

  it('is good for a minute and not a moment longer', () => {
    const [early, late] = [sessions.makeCode(), sessions.makeCode()];
    expect(Date.parse(early.expiresAt) - now).toBe(MINUTE);
    now += MINUTE - 1;
    expect(codeOf(() => sessions.exchange(early.code))).toBe('passed');
    now += 1;
    expect(codeOf(() => sessions.exchange(late.code))).toBe('console_code_refused');
    expect(sessions.codeState(late.id)).toBe('expired');
  });

  it.each(['', 'x', 'A'.repeat(43), 'A'.repeat(10_000)])('is not %j', (text) => {
    sessions.makeCode();
    expect(codeOf(() => sessions.exchange(text))).toBe('console_code_refused');
  });

  it('is neither its id nor a session’s token', () => {
    const { id, code } = sessions.makeCode();
    expect(codeOf(() => sessions.exchange(id))).toBe('console_code_refused');
    const { token } = sessions.exchange(code);
    expect(codeOf(() => sessions.exchange(token))).toBe('console_code_refused');
  });

  it('cannot be guessed at, and nobody’s guesses shut the person out', () => {
    for (let n = 0; n < 10; n += 1) expect(codeOf(() => sessions.exchange(`wrong-${n}`))).toBe('console_code_refused');
    const { code } = sessions.makeCode();
    for (let n = 0; n < 50; n += 1) expect(codeOf(() => sessions.exchange(`more-${n}`))).toBe('rate_limited');
    expect(codeOf(() => sessions.exchange(code))).toBe('passed');
    expect(codeOf(() => sessions.exchange(code))).toBe('rate_limited');
    now += MINUTE;
    expect(codeOf(() => sessions.exchange('wrong'))).toBe('console_code_refused');
  });

  it('does not pile up', () => {
    for (let n = 0; n < 20; n += 1) sessions.makeCode();
    expect(codeOf(() => sessions.makeCode())).toBe('queue_full');
    now += 2 * MINUTE + 1;
    const { id } = sessions.makeCode();
    expect(sessions.codeState(id)).toBe('waiting');
    expect(sessions.codeState('never')).toBe('gone');
  });
});

describe('a session', () => {
  const start = (): string => sessions.exchange(sessions.makeCode().code).token;

  it('ends when half an hour passes without a request', () => {
    const token = start();
    for (let n = 0; n < 5; n += 1) {
      now += 30 * MINUTE - 1;
      expect(sessions.whose(token)).not.toBeNull();
    }
    now += 30 * MINUTE;
    expect(sessions.whose(token)).toBeNull();
    expect(sessions.open).toBe(0);
  });

  it('ends after twelve hours whatever is done with it', () => {
    const token = start();
    for (let passed = 0; passed + 20 * MINUTE < 12 * HOUR; passed += 20 * MINUTE) {
      now += 20 * MINUTE;
      expect(sessions.whose(token)).not.toBeNull();
    }
    now += 20 * MINUTE;
    expect(sessions.whose(token)).toBeNull();
  });

  it('ends at once when it is signed out, and no other with it', () => {
    const [one, other] = [start(), start()];
    const [mine, theirs] = [sessions.whose(one), sessions.whose(other)];
    let told = 0;
    sessions.onChange(() => {
      told += 1;
    });
    expect(mine !== null && sessions.end(mine)).toBe(true);
    expect(mine !== null && sessions.end(mine)).toBe(false);
    expect(told).toBe(1);
    expect(sessions.whose(one)).toBeNull();
    expect(mine !== null && sessions.knows(mine)).toBe(false);
    expect(theirs !== null && sessions.knows(theirs)).toBe(true);
    expect(sessions.open).toBe(1);
  });

  it('shows nothing of its token', () => {
    const token = start();
    expect(JSON.stringify(sessions)).not.toContain(token);
    expect(token).toMatch(/^console_[A-Za-z0-9_-]{43}$/);
  });
});
