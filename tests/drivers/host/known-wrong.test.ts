import { describe, expect, it } from 'vitest';
import { KnownWrong } from '../../../src/drivers/host/known-wrong.ts';

const WRONG = Buffer.from('84736251');
const OTHER = Buffer.from('19283746');

function knowing(): KnownWrong {
  const known = new KnownWrong();
  known.add('card', 'user', WRONG);
  known.add('card', 'so', OTHER);
  return known;
}

describe('what is known to be wrong', () => {
  it('is known for the token and the secret it was tried for', () => {
    const known = knowing();
    expect(known.has('card', 'user', WRONG)).toBe(true);
    expect(known.has('card', 'user', OTHER)).toBe(false);
    expect(known.has('card', 'so', WRONG)).toBe(false);
    expect(known.has('other card', 'user', WRONG)).toBe(false);
  });

  it('goes to the host that takes over, which knows it as well and learns more', () => {
    const next = new KnownWrong();
    next.add('card', 'context', OTHER);
    next.inherit(knowing().surrender());
    expect([next.has('card', 'user', WRONG), next.has('card', 'so', OTHER)]).toEqual([true, true]);
    expect([next.has('card', 'context', OTHER), next.has('card', 'user', OTHER)]).toEqual([false, false]);
    next.add('card', 'user', OTHER);
    expect(next.has('card', 'user', OTHER)).toBe(true);
    next.renewed('card');
    expect([next.has('card', 'user', WRONG), next.has('card', 'so', OTHER)]).toEqual([false, true]);
  });

  it('is nothing where nothing was', () => {
    const next = new KnownWrong();
    next.inherit(new KnownWrong().surrender());
    expect(next.has('card', 'user', WRONG)).toBe(false);
  });

  it('is surrendered without the values', () => {
    const bytes = knowing().surrender();
    for (const value of [WRONG, OTHER]) {
      expect(bytes.includes(value)).toBe(false);
      expect(bytes.toString('latin1')).not.toContain(value.toString('base64').replace(/=+$/, ''));
    }
  });
});
