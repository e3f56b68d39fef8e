import { expect, test } from 'vitest';
import { EventHub, type SignetEvent } from '../../src/tokens/events.ts';

test('a listener hears what is published from then on, until it stops', () => {
  const hub = new EventHub();
  const heard: SignetEvent[] = [];
  hub.publish('token.inserted', { n: 0 });
  const stop = hub.listen((event) => heard.push(event));
  hub.publish('token.inserted', { n: 1 });
  stop();
  hub.publish('token.removed', { n: 2 });
  expect(heard.map(({ event, data }) => [event, data.n])).toEqual([['token.inserted', 1]]);
});

test('one that was away gets what it missed, in order', () => {
  const hub = new EventHub();
  const ids: string[] = [];
  hub.listen(({ id }) => ids.push(id));
  for (let n = 1; n <= 5; n += 1) hub.publish('token.inserted', { n });
  expect(hub.since(ids[1] ?? '')?.map(({ data }) => data.n)).toEqual([3, 4, 5]);
  expect(hub.since(ids[4] ?? '')).toEqual([]);
});

test('an id of another start, of the future, or too old for what is kept is told as a gap', () => {
  const hub = new EventHub();
  const ids: string[] = [];
  hub.listen(({ id }) => ids.push(id));
  for (let n = 1; n <= 1_002; n += 1) hub.publish('token.inserted', { n });
  expect(hub.since(ids[0] ?? '')).toBeNull();
  expect(hub.since(ids[1] ?? '')).toHaveLength(1_000);
  const [boot] = (ids[0] ?? '').split('.');
  for (const id of ['', 'x', 'other.3', `${boot}.1003`, `${boot}.-1`, `${boot}.1.5x`, `${boot}.abc`])
    expect(hub.since(id)).toBeNull();
  expect(new EventHub().since(ids[5] ?? '')).toBeNull();
});

test('a listener that fails is dropped, and nobody else is the worse for it', () => {
  const hub = new EventHub();
  let calls = 0;
  const heard: string[] = [];
  hub.listen(() => {
    calls += 1;
    throw new Error('broken pipe');
  });
  hub.listen(({ id }) => heard.push(id));
  hub.publish('token.inserted', {});
  hub.publish('token.removed', {});
  expect([calls, heard.length]).toEqual([1, 2]);
});
