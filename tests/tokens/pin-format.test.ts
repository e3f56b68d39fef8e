import { expect, test } from 'vitest';
import { Secret, type TokenFacts } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { pinLengths, requirePinFormat } from '../../src/tokens/pin-format.ts';

const FACTS: TokenFacts = { label: '', manufacturer: '', model: '', serial: '', flags: 0, minPinLength: 4, maxPinLength: 8 };

function refusal(bytes: Buffer, facts: TokenFacts = FACTS): SignetError | null {
  try {
    requirePinFormat(Secret.adopt(bytes), facts, 'pin');
    return null;
  } catch (error) {
    if (error instanceof SignetError) return error;
    throw error;
  }
}

test.each(['1234', '12345678', 'päss', '漢字'])('%s can be a PIN', (text) => {
  expect(refusal(Buffer.from(text))).toBeNull();
});

test.each([
  ['empty', Buffer.alloc(0)],
  ['too short', Buffer.from('123')],
  ['too long', Buffer.from('123456789')],
  ['too long in bytes', Buffer.from('漢字漢')],
  ['a NUL in it', Buffer.from('1234\0')],
  ['a line end', Buffer.from('1234\n')],
  ['a delete', Buffer.from('1234\x7f')],
  ['not UTF-8', Buffer.from([0x31, 0x32, 0x33, 0xff])],
])('%s cannot', (_name, bytes) => {
  expect(refusal(bytes)?.code).toBe('pin_format');
});

test('the refusal is the same whatever the value and its length', () => {
  const texts = ['', '1', '12', '123', '123456789', '1234567890123', '1234\n'].map((text) => {
    const error = refusal(Buffer.from(text));
    return JSON.stringify([error?.message, error?.facts, error?.cause]);
  });
  expect(new Set(texts).size).toBe(1);
});

test('implausible lengths of the token are widened', () => {
  expect(pinLengths({ ...FACTS, minPinLength: 0, maxPinLength: 0 })).toEqual({ min: 1, max: 255 });
  expect(pinLengths({ ...FACTS, minPinLength: 9, maxPinLength: 4 })).toEqual({ min: 1, max: 255 });
  expect(pinLengths({ ...FACTS, minPinLength: 4, maxPinLength: 4_000 })).toEqual({ min: 4, max: 255 });
  expect(refusal(Buffer.alloc(0), { ...FACTS, minPinLength: 0 })?.code).toBe('pin_format');
});
