import { expect, test } from 'vitest';
import { CONSENT_LIFE, Consents } from '../../src/tokens/consent.ts';

test('a consent covers exactly what it was given for', () => {
  const consents = new Consents(() => 0);
  const { consent } = consents.give('card', 'user', 'final');
  expect(consents.covers(consent, 'card', 'user', 'final')).toBe(true);
  expect(consents.covers(consent, 'other', 'user', 'final')).toBe(false);
  expect(consents.covers(consent, 'card', 'so', 'final')).toBe(false);
  expect(consents.covers(consent, 'card', 'user', 'changed')).toBe(false);
  expect(consents.covers('made-up', 'card', 'user', 'final')).toBe(false);
});

test('a context-specific login shares the user PIN’s', () => {
  const consents = new Consents(() => 0);
  const { consent } = consents.give('card', 'user', 'final');
  expect(consents.covers(consent, 'card', 'context', 'final')).toBe(true);
});

test('it ends after two minutes', () => {
  let now = 0;
  const consents = new Consents(() => now);
  const { consent, expiresAt } = consents.give('card', 'user', 'final');
  expect(Date.parse(expiresAt)).toBe(CONSENT_LIFE);
  now = CONSENT_LIFE - 1;
  expect(consents.covers(consent, 'card', 'user', 'final')).toBe(true);
  now = CONSENT_LIFE;
  expect(consents.covers(consent, 'card', 'user', 'final')).toBe(false);
});

test('an attempt uses up every consent to that PIN, and no other', () => {
  const consents = new Consents(() => 0);
  const one = consents.give('card', 'user', 'final').consent;
  const two = consents.give('card', 'context', 'final').consent;
  const so = consents.give('card', 'so', 'final').consent;
  consents.void('card', 'user');
  expect(consents.covers(one, 'card', 'user', 'final')).toBe(false);
  expect(consents.covers(two, 'card', 'context', 'final')).toBe(false);
  expect(consents.covers(so, 'card', 'so', 'final')).toBe(true);
});

test('consents cannot be guessed', () => {
  const consents = new Consents(() => 0);
  const all = new Set(Array.from({ length: 100 }, () => consents.give('card', 'user', 'x').consent));
  expect(all.size).toBe(100);
  for (const consent of all) expect(Buffer.from(consent, 'base64url')).toHaveLength(24);
});
