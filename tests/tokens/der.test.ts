import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  DerError,
  integerContents,
  objectIdentifier,
  readAll,
  readElement,
  readOnly,
  TAG,
  unsignedMagnitude,
} from '../../src/tokens/der.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const oid = (contents: string) => objectIdentifier({ tag: TAG.oid, contents: hex(contents), encoded: Buffer.alloc(0) });

describe('readElement', () => {
  it('reads short and long lengths, at any offset', () => {
    const long = Buffer.concat([hex('04 81 80'), Buffer.alloc(128, 7)]);
    const longer = Buffer.concat([hex('04 82 0100'), Buffer.alloc(256, 8)]);
    expect(readElement(long, 0).contents).toEqual(Buffer.alloc(128, 7));
    expect(readElement(Buffer.concat([hex('ff'), longer]), 1).encoded).toEqual(longer);
    expect(readAll(Buffer.concat([long, hex('0500'), longer])).map(({ tag }) => tag)).toEqual([4, 5, 4]);
    expect(readAll(Buffer.alloc(0))).toEqual([]);
  });

  it.each([
    ['nothing', ''],
    ['a tag alone', '30'],
    ['an indefinite length', '3080 0000'],
    ['a long form for a short length', '04 8101 00'],
    ['a length with a leading zero', `04 820080 ${'00'.repeat(128)}`],
    ['five length octets', '04 850000000001 00'],
    ['a cut length', '04 8201'],
    ['contents past the end', '04 02 00'],
    ['a length of four gigabytes', '04 84ffffffff 00'],
    ['a long tag number', '1f 8101 00'],
  ])('refuses %s', (_, bytes) => {
    expect(() => readElement(hex(bytes), 0)).toThrow(DerError);
  });

  it('gives back exactly the bytes it took, or refuses', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (array) => {
        const bytes = Buffer.from(array);
        try {
          expect(Buffer.concat(readAll(bytes).map(({ encoded }) => encoded))).toEqual(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(DerError);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe('readOnly', () => {
  it('refuses another tag and bytes behind', () => {
    expect(readOnly(hex('040101'), TAG.octetString)).toEqual(hex('01'));
    expect(() => readOnly(hex('040101'), TAG.sequence)).toThrow(DerError);
    expect(() => readOnly(hex('04010100'), TAG.octetString)).toThrow(DerError);
  });
});

describe('integers', () => {
  const integer = (contents: string) => ({ tag: TAG.integer, contents: hex(contents), encoded: Buffer.alloc(0) });

  it('are of the shortest form', () => {
    for (const good of ['00', '7f', '0080', 'ff', '80', 'ff7f']) expect(integerContents(integer(good))).toEqual(hex(good));
    for (const bad of ['', '0000', '007f', 'ffff', 'ff80']) expect(() => integerContents(integer(bad))).toThrow(DerError);
  });

  it('have a magnitude unless negative', () => {
    expect(unsignedMagnitude(integer('0080'))).toEqual(hex('80'));
    expect(unsignedMagnitude(integer('00'))).toEqual(hex('00'));
    expect(() => unsignedMagnitude(integer('80'))).toThrow(DerError);
  });
});

describe('objectIdentifier', () => {
  it.each([
    ['2a864886f70d010101', '1.2.840.113549.1.1.1'],
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    ['883703', '2.999.3'],
    ['69 83ffffffffffffffffffffffffffffffffff7f', '2.25.340282366920938463463374607431768211455'],
  ])('reads %s', (contents, dotted) => {
    expect(oid(contents)).toBe(dotted);
  });

  it.each([
    ['nothing', ''],
    ['a cut arc', '2a86'],
    ['a padded arc', '2a8001'],
    ['an arc without end', 'ff'.repeat(200)],
  ])('refuses %s', (_, contents) => {
    expect(() => oid(contents)).toThrow(DerError);
  });
});
