import { describe, expect, it } from 'vitest';
import { readRequest } from '../../../src/bridges/webeid/request.ts';
import { SignetError } from '../../../src/errors/index.ts';

const ORIGIN = 'https://sede.example';
const HASH = Buffer.alloc(32, 1).toString('base64');
const CERTIFICATE = Buffer.alloc(400, 2).toString('base64');
const sign = { hash: HASH, hashFunction: 'SHA-256', certificate: CERTIFICATE, origin: ORIGIN };
const authenticate = { challengeNonce: 'n'.repeat(44), origin: ORIGIN };

/** The member that a refusal names; what was read when there was none. */
function refused(message: unknown): unknown {
  try {
    return readRequest(message);
  } catch (error) {
    if (error instanceof SignetError && error.code === 'invalid_request') return error.facts.params?.field;
    throw error;
  }
}

describe('a request of the extension is read', () => {
  it.each([
    ['quit', {}],
    ['quit', { lang: 'et' }],
    ['get-signing-certificate', { origin: ORIGIN }],
    ['get-signing-certificate', { origin: `https://${'a'.repeat(62)}.${'b'.repeat(62)}.${'c'.repeat(62)}.${'d'.repeat(57)}` }],
    ['get-signing-certificate', { origin: 'https://sede.example:8443', lang: 'xx' }],
    ['get-signing-certificate', { origin: 'http://localhost:3000' }],
    ['authenticate', authenticate],
    ['authenticate', { ...authenticate, challengeNonce: 'n'.repeat(128), lang: 'fr' }],
    ['sign', sign],
    ['sign', { ...sign, hashFunction: 'SHA-224', hash: Buffer.alloc(28).toString('base64') }],
    ['sign', { ...sign, hashFunction: 'SHA3-384', hash: Buffer.alloc(48).toString('base64') }],
    ['sign', { ...sign, hashFunction: 'SHA3-512', hash: Buffer.alloc(64).toString('base64') }],
  ])('%s %j', (command, given) => {
    expect(refused({ command, arguments: given })).toMatchObject({ command });
  });

  it('with the bytes that the base64 stands for', () => {
    expect(readRequest({ command: 'sign', arguments: sign })).toEqual({
      command: 'sign',
      origin: ORIGIN,
      hash: Buffer.alloc(32, 1),
      hashFunction: 'SHA-256',
      certificate: Buffer.alloc(400, 2),
    });
  });
});

describe('a request is refused', () => {
  it.each([null, 7, 'quit', [], true])('that is no object: %j', (message) => expect(refused(message)).toBe('message'));

  it.each([undefined, null, 7, '', 'status', 'version', 'QUIT', 'toString', '__proto__'])('with the command %j', (command) =>
    expect(refused({ command, arguments: {} })).toBe('command'),
  );

  it.each([undefined, null, [], 'origin', 3])('with the arguments %j', (given) =>
    expect(refused({ command: 'quit', arguments: given })).toBe('arguments'),
  );

  it.each([
    ['quit', {}],
    ['get-signing-certificate', { origin: ORIGIN }],
    ['authenticate', authenticate],
    ['sign', sign],
  ])('with an argument more than %s has', (command, given) => {
    expect(refused({ command, arguments: { ...given, pin: '123456' } })).toBe('arguments');
    expect(refused({ command, arguments: { ...given, 'origin-cert': 'x' } })).toBe('arguments');
    expect(refused({ command, arguments: { ...given, lang: 7 } })).toBe('arguments.lang');
  });

  it.each([
    ['get-signing-certificate', { origin: ORIGIN }],
    ['authenticate', authenticate],
    ['sign', sign],
  ])('with an argument less than %s has', (command, given) => {
    for (const name of Object.keys(given)) {
      for (const value of [undefined, null, 7, '', {}, [ORIGIN]]) {
        expect([name, refused({ command, arguments: { ...given, [name]: value } })]).toEqual([name, `arguments.${name}`]);
      }
    }
  });

  it.each([
    'http://sede.example',
    'wss://sede.example',
    'ftp://sede.example',
    'https://sede.example/',
    'https://sede.example/login',
    `${ORIGIN}?x`,
    `${ORIGIN}#x`,
    'https://me@sede.example',
    'https://SEDE.example',
    'https://sede.example:443',
    `${ORIGIN}.`,
    'https://españa.example',
    'sede.example',
    '//sede.example',
    'https://',
    'null',
    'file://',
    'chrome-extension://ncibgoaomkmdpilpocfeponihegamlic',
    `https://${'a.'.repeat(126)}example`,
  ])('with the origin %s', (origin) => {
    expect(refused({ command: 'get-signing-certificate', arguments: { origin } })).toBe('arguments.origin');
  });

  it.each([1, 43, 129, 4000])('with a nonce of %i characters', (length) => {
    const given = { ...authenticate, challengeNonce: 'n'.repeat(length) };
    expect(refused({ command: 'authenticate', arguments: given })).toBe('arguments.challengeNonce');
  });

  it.each(['SHA256', 'sha-256', 'SHA-1', 'MD5', 'SHA3-256x', 'toString'])('with the hash function %s', (hashFunction) => {
    expect(refused({ command: 'sign', arguments: { ...sign, hashFunction } })).toBe('arguments.hashFunction');
  });

  it.each([
    ['of another length', Buffer.alloc(31).toString('base64')],
    ['of the length of another function', Buffer.alloc(48).toString('base64')],
    ['in base64url', Buffer.alloc(32, 0xff).toString('base64url')],
    ['without its padding', HASH.replace('=', '')],
    ['with a line break', `${HASH.slice(0, 8)}\n${HASH.slice(8)}`],
    ['in hex', Buffer.alloc(32).toString('hex')],
  ])('with a hash %s', (_what, hash) => {
    expect(refused({ command: 'sign', arguments: { ...sign, hash } })).toBe('arguments.hash');
  });

  it('with a certificate that is no base64', () => {
    expect(refused({ command: 'sign', arguments: { ...sign, certificate: '-----BEGIN CERTIFICATE-----' } })).toBe(
      'arguments.certificate',
    );
  });
});
