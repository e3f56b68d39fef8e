import { beforeAll, describe, expect, test } from 'vitest';
import { identityOf, type ObjectReport } from '../../src/drivers/index.ts';
import { contentsOf } from '../../src/tokens/credential.ts';
import type { Token } from '../../src/tokens/token.ts';
import { issue } from './issue.ts';
import { ModelCard } from './model-card.ts';
import { ScriptedDriver } from './scripted-driver.ts';

let leaf: Buffer;
let second: Buffer;
let ca: Buffer;
beforeAll(async () => {
  [leaf, second, ca] = await Promise.all([
    issue('p256'),
    issue('p256', { name: 'Second' }),
    issue('p256', { ca: true, name: 'CA' }),
  ]);
});

function token(serial = '1', slot = '00'): Token {
  const facts = new ModelCard({ serial }).facts();
  const identity = identityOf(facts);
  return {
    id: identity,
    identity,
    driver: new ScriptedDriver(null),
    generation: 1,
    lineage: 1,
    slot,
    reader: '',
    facts,
    observedAt: '',
  };
}

function objects(report: Partial<ObjectReport>): ObjectReport {
  return { certificates: [], privateKeys: [], publicKeys: [], mechanisms: [1], loggedIn: false, ...report };
}

const key = (id: string, canSign = true) => ({ id, label: 'k', alwaysAuthenticate: false, canSign });
const certificate = (id: string, der: Buffer) => ({ id, label: 'c', der });

function names(report: Partial<ObjectReport>): string[] {
  return contentsOf(token(), objects(report)).credentials.map(({ certificate: { keyId } }) => keyId);
}

describe('before the login, while private keys hide', () => {
  test('a certificate counts that is no CA’s, or whose public key is there', () => {
    const certificates = [certificate('01', leaf), certificate('02', ca), certificate('03', ca)];
    expect(names({ certificates, publicKeys: [{ id: '03' }] })).toEqual(['01', '03']);
  });

  test('one without an id belongs to no key', () => {
    expect(names({ certificates: [certificate('', leaf)] })).toEqual([]);
  });
});

describe('with the private keys in sight', () => {
  test('only a certificate with a key of its id that may sign counts', () => {
    const certificates = [certificate('01', leaf), certificate('02', second), certificate('03', ca)];
    expect(names({ certificates, privateKeys: [key('01'), key('02', false)], loggedIn: true })).toEqual(['01']);
  });

  test('no key at all means no credential', () => {
    expect(names({ certificates: [certificate('01', leaf)], loggedIn: true })).toEqual([]);
  });

  test('a token that shows keys without a login is taken at its word', () => {
    expect(names({ certificates: [certificate('01', leaf), certificate('02', second)], privateKeys: [key('02')] })).toEqual([
      '02',
    ]);
  });
});

test('a certificate that cannot be parsed is shown and makes no credential', () => {
  const { certificates, credentials } = contentsOf(
    token(),
    objects({ certificates: [certificate('01', Buffer.from('garbage'))] }),
  );
  expect(certificates).toMatchObject([{ keyId: '01', facts: null }]);
  expect(credentials).toEqual([]);
});

test('an id follows from token and certificate, not from slot, order or login', () => {
  const report = objects({ certificates: [certificate('01', leaf), certificate('02', second)] });
  const ids = (of: Token, objectReport = report): string[] =>
    contentsOf(of, objectReport)
      .credentials.map(({ id }) => id)
      .sort();
  const [first, other] = ids(token());
  expect(first).toMatch(/^[\w-]{24}$/);
  expect(first).not.toBe(other);
  expect(ids(token('1', '07'))).toEqual([first, other]);
  expect(ids(token(), { ...report, certificates: [...report.certificates].reverse() })).toEqual([first, other]);
  expect(ids(token(), { ...report, privateKeys: [key('01'), key('02')], loggedIn: true })).toEqual([first, other]);
  expect(ids(token('2'))).not.toContain(first);
});
