import { expect, test } from 'vitest';
import { Grants } from '../../src/tokens/grants.ts';

function grantsAt(start: number): { grants: Grants; clock: { now: number } } {
  const clock = { now: start };
  return { grants: new Grants({ idle: 100, absolute: 250 }, () => clock.now), clock };
}

test('a grant is its caller’s alone', () => {
  const { grants } = grantsAt(0);
  grants.give('t', 'a');
  expect(grants.holds('t', 'a', false)).toBe(true);
  expect(grants.holds('t', 'b', false)).toBe(false);
  expect(grants.holds('u', 'a', false)).toBe(false);
});

test('it ends when idle, which use puts off and a mere look does not', () => {
  const { grants, clock } = grantsAt(0);
  grants.give('t', 'a');
  clock.now = 99;
  expect(grants.holds('t', 'a', true)).toBe(true);
  clock.now = 198;
  expect(grants.holds('t', 'a', false)).toBe(true);
  clock.now = 199;
  expect(grants.holds('t', 'a', false)).toBe(false);
});

test('it ends at its absolute age however much it is used', () => {
  const { grants, clock } = grantsAt(0);
  grants.give('t', 'a');
  for (clock.now = 50; clock.now < 250; clock.now += 50) expect(grants.holds('t', 'a', true)).toBe(true);
  expect(clock.now).toBe(250);
  expect(grants.holds('t', 'a', true)).toBe(false);
  expect(grants.session('t', 'a')).toBeNull();
});

test('a new login of the same caller starts anew', () => {
  const { grants, clock } = grantsAt(0);
  grants.give('t', 'a');
  clock.now = 90;
  grants.give('t', 'a');
  expect(grants.session('t', 'a')).toEqual({ expiresAt: new Date(340).toISOString(), idleSeconds: 0 });
});

test('only the end of the last grant calls for a logout', () => {
  const { grants } = grantsAt(0);
  grants.give('t', 'a');
  grants.give('t', 'b');
  expect(grants.end('t', 'x')).toBe(false);
  expect(grants.end('t', 'a')).toBe(false);
  expect(grants.end('t', 'b')).toBe(true);
  expect(grants.end('t', 'b')).toBe(false);
  expect(grants.endAll('t')).toBe(false);
});

test('the sweep names tokens that are left without any grant', () => {
  const { grants, clock } = grantsAt(0);
  grants.give('t', 'a');
  clock.now = 60;
  grants.give('t', 'b');
  grants.give('u', 'a');
  clock.now = 110;
  expect(grants.sweep()).toEqual([]);
  expect(grants.holds('t', 'a', false)).toBe(false);
  clock.now = 400;
  expect(grants.sweep().sort()).toEqual(['t', 'u']);
  expect(grants.tokens()).toEqual([]);
});
