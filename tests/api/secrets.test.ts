import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutSecrets } from '../../src/api/secrets.ts';

const NAMES = new Set(['pin', 'newPin']);

/** What was cut, as text, and what the parser sees of the rest. */
function cut(text: string): { secrets: Record<string, string>; rest: unknown; body: Buffer } | null {
  const body = Buffer.from(text, 'utf8');
  const done = cutSecrets(body, NAMES);
  if (done === null) return null;
  const secrets = Object.fromEntries(Object.entries(done.secrets).map(([name, secret]) => [name, secret.bytes.toString('utf8')]));
  return { secrets, rest: JSON.parse(done.json.toString('utf8')), body };
}

describe('cutting PINs out of a body', () => {
  it.each([
    ['{"pin":"123456"}', { pin: '123456' }, { pin: '' }],
    ['{"pin":"1"}', { pin: '1' }, { pin: '' }],
    ['{"pin":""}', { pin: '' }, { pin: '' }],
    [
      '{ "pin" \n:\t "a\\"b\\\\" , "newPin":"\\u00e9\\ud83d\\ude00\\/"}',
      { pin: 'a"b\\', newPin: 'é😀/' },
      { pin: '', newPin: '' },
    ],
    ['{"\\u0070in":"1234"}', { pin: '1234' }, { pin: '' }],
    ['{"pin":"first","pin":"second"}', { pin: 'second' }, { pin: '' }],
    ['{"other":"pin","pin":"9"}', { pin: '9' }, { other: 'pin', pin: '' }],
    ['{"other":{"pin":"inner"},"a":["pin","x"]}', {}, { other: { pin: 'inner' }, a: ['pin', 'x'] }],
    ['{"pin":123456}', {}, { pin: 123456 }],
    ['{"pin":{"pin":"x"}}', {}, { pin: { pin: 'x' } }],
    ['{"pin":["x"],"newPin":"y"}', { newPin: 'y' }, { pin: ['x'], newPin: '' }],
    ['["pin","x"]', {}, ['pin', 'x']],
    ['"pin"', {}, 'pin'],
    ['null', {}, null],
  ])('%s', (text, secrets, rest) => {
    expect(cut(text)).toMatchObject({ secrets, rest });
  });

  it.each([
    '{"pin":"\\x"}',
    '{"pin":"\\u12"}',
    '{"pin":"\\u12g4"}',
    '{"pin":"\\ud800"}',
    '{"pin":"\\udc00\\ud800"}',
    '{"pin":"a\nb"}',
    '{"pin":"ok","newPin":"\\q"}',
  ])('gives nothing for a value that is no JSON string: %j', (text) => {
    expect(cut(text)).toBeNull();
  });

  it('leaves a body that ends inside a string to the parser', () => {
    for (const text of ['{"pin":"1234', '{"pin":"1234\\', '{"pin', '{"pin":']) {
      const done = cutSecrets(Buffer.from(text), NAMES);
      expect(done?.secrets).toEqual({});
      expect(() => JSON.parse(done?.json.toString() ?? '')).toThrow();
    }
  });

  it('finds what the parser finds, whatever the object, its escapes and its spacing', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed());
    const value = fc.oneof(
      word,
      fc.jsonValue().filter((json) => isUtf8(Buffer.from(JSON.stringify(json) ?? ''))),
    );
    const key = fc.oneof(fc.constantFrom('pin', 'newPin', 'Pin', '__proto__', 'constructor'), word);
    const object = fc.array(fc.tuple(key, value), { maxLength: 8 });
    fc.assert(
      fc.property(object, fc.boolean(), fc.constantFrom('', ' ', '\n\t '), (pairs, escaped, space) => {
        const quote = (text: string): string => (escaped ? escapeAll(text) : JSON.stringify(text));
        const members = pairs.map(([name, one]) => [quote(name), typeof one === 'string' ? quote(one) : JSON.stringify(one)]);
        const text = `${space}{${members.map((member) => member.join(`${space}:${space}`)).join(`${space},`)}}`;
        const expected = JSON.parse(text) as Record<string, unknown>;
        const found = cut(text);
        const rest = found?.rest as Record<string, unknown>;
        for (const name of NAMES) {
          if (typeof expected[name] === 'string') {
            expect(found?.secrets[name]).toBe(expected[name]);
            expect(rest[name]).toBe('');
          } else expect(rest[name]).toEqual(expected[name]);
        }
        const others = Object.keys(expected).filter((name) => !NAMES.has(name));
        expect(Object.fromEntries(others.map((name) => [name, rest[name]]))).toEqual(
          Object.fromEntries(others.map((name) => [name, expected[name]])),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('leaves no byte of a secret in the body', () => {
    const pin = fc.string({ minLength: 4, maxLength: 40, unit: fc.constantFrom(...'XYZQ') });
    fc.assert(
      fc.property(pin, fc.boolean(), (text, escaped) => {
        const found = cut(`{"a":1,"pin":${escaped ? escapeAll(text) : JSON.stringify(text)},"b":[true]}`);
        expect(found?.secrets.pin).toBe(text);
        expect(found?.rest).toEqual({ a: 1, pin: '', b: [true] });
        expect(found?.body.toString()).not.toMatch(/[XYZQ]|\\u00/);
      }),
    );
  });

  it('never throws, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        cutSecrets(Buffer.from(bytes), NAMES);
      }),
      { numRuns: 500 },
    );
    const piece = fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', '"pin"', '\\u', 'd83d', '1', ' ');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        cutSecrets(Buffer.from(pieces.join('')), NAMES);
      }),
      { numRuns: 1_000 },
    );
  });

  it('wipes and hides what it cut', () => {
    const done = cutSecrets(Buffer.from('{"pin":"1234"}'), NAMES);
    const secret = done?.secrets.pin;
    const bytes = secret?.bytes;
    expect(JSON.stringify(done?.secrets)).not.toContain('1234');
    secret?.wipe();
    expect(bytes?.every((byte) => byte === 0)).toBe(true);
    expect(() => secret?.bytes).toThrow();
  });
});

/** Every UTF-16 unit as an escape. */
function escapeAll(text: string): string {
  const units = Array.from({ length: text.length }, (_, at) => text.charCodeAt(at).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}
