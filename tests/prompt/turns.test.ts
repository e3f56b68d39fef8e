import { describe, expect, it } from 'vitest';
import { SignetError } from '../../src/errors/index.ts';
import { Turns } from '../../src/prompt/turns.ts';

const STAYS = new AbortController().signal;

/** A work that ends when it is told to. */
function held(): { work: () => Promise<string>; end(): void; fail(error: Error): void; begun: boolean } {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const self = {
    begun: false,
    work: () => {
      self.begun = true;
      return promise;
    },
    end: () => resolve('done'),
    fail: reject,
  };
  return self;
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('turns', () => {
  it('come one at a time, in order, whether the one before went well or not', async () => {
    const turns = new Turns();
    const [a, b, c] = [held(), held(), held()];
    const first = turns.run('a', STAYS, a.work);
    const second = turns.run('b', STAYS, b.work);
    const third = turns.run('c', STAYS, c.work);
    await settle();
    expect([a.begun, b.begun, c.begun, turns.waiting]).toEqual([true, false, false, 2]);
    a.fail(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await settle();
    expect([b.begun, c.begun, turns.waiting]).toEqual([true, false, 1]);
    b.end();
    c.end();
    expect(await Promise.all([second, third])).toEqual(['done', 'done']);
    expect(await turns.run('d', STAYS, () => Promise.resolve(4))).toBe(4);
  });

  it('are left by who goes while waiting; the others come sooner', async () => {
    const turns = new Turns();
    const [a, c] = [held(), held()];
    void turns.run('a', STAYS, a.work);
    const gone = new AbortController();
    let ran = false;
    const second = turns.run('b', gone.signal, async () => {
      ran = true;
    });
    const third = turns.run('c', STAYS, c.work);
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    expect(turns.waiting).toBe(1);
    a.end();
    c.end();
    expect(await third).toBe('done');
    expect(ran).toBe(false);
  });

  it('end with the reason of who withdraws them, and never begin for who is gone already', async () => {
    const turns = new Turns();
    await expect(
      turns.run('a', AbortSignal.abort(new SignetError('shutting_down')), () => Promise.resolve()),
    ).rejects.toMatchObject({
      code: 'shutting_down',
    });
    expect(await turns.run('a', STAYS, () => Promise.resolve(1))).toBe(1);
  });

  it('are refused beyond three of one asker and sixteen in all', async () => {
    const turns = new Turns();
    const a = held();
    const all = [turns.run('a', STAYS, a.work), turns.run('a', STAYS, a.work), turns.run('a', STAYS, a.work)];
    await expect(turns.run('a', STAYS, a.work)).rejects.toMatchObject({ code: 'queue_full', facts: { variant: 'prompt' } });
    for (let other = 0; other < 14; other++) all.push(turns.run(`other ${other}`, STAYS, a.work));
    await expect(turns.run('one more', STAYS, a.work)).rejects.toMatchObject({ code: 'queue_full' });
    a.end();
    await Promise.all(all);
    expect(turns.waiting).toBe(0);
  });
});
