import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSecrets } from '../../src/api/secrets.ts';
import { jsonBody, wipeSecrets } from '../../src/client/body.ts';

describe('jsonBody', () => {
  it('writes what JSON.stringify would', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.jsonValue(), (name, secret, value) => {
        fc.pre(name !== '__proto__' && name !== 'pin' && secret.isWellFormed());
        const body = jsonBody({ [name]: value, pin: Buffer.from(secret), gone: undefined });
        expect(JSON.parse(body.toString('utf8'))).toEqual(JSON.parse(JSON.stringify({ [name]: value, pin: secret })));
      }),
    );
  });

  it('is an object when it is empty, and well formed when the first member is left out', () => {
    expect(jsonBody({}).toString()).toBe('{}');
    expect(jsonBody({ a: undefined, b: 1 }).toString()).toBe('{"b":1}');
  });

  it('is understood by the daemon, which cuts the secrets out before it parses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (secret) => {
        fc.pre(secret.isWellFormed());
        const cut = cutSecrets(jsonBody({ finalTryConsent: 'c"\\', pin: Buffer.from(secret) }), new Set(['pin']));
        expect(cut?.secrets.pin?.bytes.toString('utf8')).toBe(secret);
        expect(JSON.parse(cut?.json.toString('utf8') ?? '')).toEqual({ finalTryConsent: 'c"\\', pin: '' });
      }),
    );
  });
});

describe('wipeSecrets', () => {
  it('zeroes every buffer and nothing else', () => {
    const members = { pin: Buffer.from('123456'), newPin: Buffer.from('654321'), finalTryConsent: 'c' };
    wipeSecrets(members);
    expect(members).toEqual({ pin: Buffer.alloc(6), newPin: Buffer.alloc(6), finalTryConsent: 'c' });
  });
});
