import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CapturedOutput, redactLine } from '../../src/drivers/output.ts';

const PIN = '73914682';
const hex = Buffer.from(PIN).toString('hex');
const pairs = hex.match(/../g) ?? [];

describe('redaction', () => {
  it.each([
    `C_Login(0x1, CKU_USER, ${PIN})`,
    `PIN=${PIN}`,
    `pin is abcXYZ!`,
    `userPin: abcXYZ!`,
    `PIN_VALUE=abcXYZ!`,
    `password abcXYZ!`,
    `pPin = "abcXYZ!"`,
    `value 'abcXYZ!' given`,
    `APDU 00 20 00 80 08 ${pairs.join(' ')}`,
    `APDU ${pairs.join(':')}`,
    `APDU ${pairs.join('-')}`,
    `bytes 0x${pairs.join(', 0x')}`,
    `codes ${[...Buffer.from(PIN)].join(',')}`,
    `hex ${hex}`,
    `hex 0x${hex}`,
    `utf16 ${Buffer.from(PIN, 'utf16le').toString('latin1')}`,
    `spaced ${[...PIN].join(' ')}`,
    `BCD 0x${PIN}FFFFFFFF`,
  ])('%s', (line) => {
    const masked = redactLine(line);
    expect(masked).not.toContain('abcXYZ');
    expect(masked.replace(/[^0-9a-f]/gi, '')).not.toContain(PIN);
    expect(masked.replace(/[^0-9a-f]/gi, '').toLowerCase()).not.toContain(hex);
    expect(masked).not.toContain('39,31');
    expect(masked).not.toContain('57,49');
  });

  it('leaves words that help', () => {
    for (const line of ['opening the card failed', 'mapping slots', 'CKR_DEVICE_ERROR in C_Sign', 'reader not found: code 50']) {
      expect(redactLine(line)).toBe(line);
    }
  });
});

describe('captured output', () => {
  it('never keeps four digits in a row, whatever is written in whatever pieces', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9]{1,12}\n?$/), fc.constant('\n'))),
        (pieces) => {
          const output = new CapturedOutput();
          const write = output.stream();
          for (const piece of pieces) write(Buffer.from(piece));
          write(Buffer.from('\n'));
          expect(output.lines().filter((line) => /[0-9]{4}/.test(line))).toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('joins a line that comes in pieces, also inside a character', () => {
    const output = new CapturedOutput();
    const write = output.stream();
    const bytes = Buffer.from('das Lesegerät fehlt\n');
    for (const byte of bytes) write(Buffer.from([byte]));
    expect(output.lines()).toEqual(['das Lesegerät fehlt']);
  });

  it('is masked before it is cut, so that no cut leaves the half of a secret', () => {
    const output = new CapturedOutput();
    output.stream()(Buffer.from(`${'x '.repeat(248)}${PIN}\n`));
    expect(output.lines().join()).not.toMatch(/[0-9]/);
  });

  it('is bounded in lines, in length of a line and in work', () => {
    const output = new CapturedOutput();
    const write = output.stream();
    write(Buffer.from('word '.repeat(2_000)));
    write(Buffer.from('\n'));
    for (let line = 0; line < 1_000; line += 1) write(Buffer.from(`line ${String.fromCharCode(97 + (line % 26))}\n`));
    expect(output.lines()).toHaveLength(200);
    const began = performance.now();
    for (let chunk = 0; chunk < 2_000; chunk += 1) write(Buffer.alloc(64 * 1024, 'pin and words and 12345678 \n'));
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(output.lines().at(-1)).toContain('too much');
    expect(Math.max(...output.lines().map(({ length }) => length))).toBeLessThanOrEqual(500);
  });
});
