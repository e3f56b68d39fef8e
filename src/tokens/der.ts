/** One DER element: identifier octet, contents octets, and the whole encoding. The buffers are views, not copies. */
export type DerElement = { tag: number; contents: Buffer; encoded: Buffer };

export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The bytes are not DER, or not the structure that was asked for. */
export class DerError extends Error {
  override readonly name = 'DerError';
}

/**
 * Reads the element that starts at `offset`. Accepts what DER (X.690 section 10) allows: definite lengths in their shortest
 * form; tag numbers above 30 are refused because nothing read here has one.
 * @throws DerError
 */
export function readElement(bytes: Buffer, offset: number): DerElement {
  const tag = bytes[offset];
  const first = bytes[offset + 1];
  if (tag === undefined || first === undefined) throw new DerError('element ends early');
  if ((tag & 0x1f) === 0x1f) throw new DerError('long tag numbers are not supported');
  let start = offset + 2;
  let length = first;
  if (first >= 0x80) {
    const octets = first & 0x7f;
    if (octets === 0 || octets > 4) throw new DerError('indefinite or oversized length');
    if (start + octets > bytes.length) throw new DerError('length ends early');
    length = bytes.readUIntBE(start, octets);
    start += octets;
    if (length < 0x80 || length < 2 ** (8 * (octets - 1))) throw new DerError('length is not in its shortest form');
  }
  const end = start + length;
  if (end > bytes.length) throw new DerError('contents end early');
  return { tag, contents: bytes.subarray(start, end), encoded: bytes.subarray(offset, end) };
}

/** Reads elements one after another until `bytes` is used up. @throws DerError */
export function readAll(bytes: Buffer): DerElement[] {
  const elements: DerElement[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const element = readElement(bytes, offset);
    elements.push(element);
    offset += element.encoded.length;
  }
  return elements;
}

/** The contents of `bytes`, which must be one element with this tag and nothing behind it. @throws DerError */
export function readOnly(bytes: Buffer, tag: number): Buffer {
  const element = readElement(bytes, 0);
  if (element.encoded.length !== bytes.length) throw new DerError('bytes behind the element');
  return expectTag(element, tag).contents;
}

/** The element itself when it is there and has this tag. @throws DerError */
export function expectTag(element: DerElement | undefined, tag: number): DerElement {
  if (element === undefined) throw new DerError(`element 0x${tag.toString(16)} is missing`);
  if (element.tag !== tag) throw new DerError(`expected tag 0x${tag.toString(16)}, found 0x${element.tag.toString(16)}`);
  return element;
}

/** Contents octets of an INTEGER, checked to be of the shortest form (X.690 section 8.3.2). @throws DerError */
export function integerContents(element: DerElement | undefined): Buffer {
  const { contents } = expectTag(element, TAG.integer);
  const first = contents[0];
  const second = contents[1];
  if (first === undefined) throw new DerError('empty INTEGER');
  if (second !== undefined && ((first === 0 && second < 0x80) || (first === 0xff && second >= 0x80))) {
    throw new DerError('INTEGER is not in its shortest form');
  }
  return contents;
}

/** Big-endian magnitude, without a leading zero octet, of an INTEGER that is not negative; zero is one zero octet. @throws DerError */
export function unsignedMagnitude(element: DerElement | undefined): Buffer {
  const contents = integerContents(element);
  if ((contents[0] ?? 0) >= 0x80) throw new DerError('negative INTEGER');
  return contents.length > 1 && contents[0] === 0 ? contents.subarray(1) : contents;
}

// Long enough for the 128-bit arcs under 2.25 (X.667); without a limit a huge arc would cost quadratic time.
const MAX_OID_OCTETS = 128;

/** An OBJECT IDENTIFIER in dotted form. @throws DerError */
export function objectIdentifier(element: DerElement | undefined): string {
  const { contents } = expectTag(element, TAG.oid);
  if (contents.length === 0 || contents.length > MAX_OID_OCTETS) throw new DerError('OBJECT IDENTIFIER has a wrong length');
  const arcs: bigint[] = [];
  let arc = 0n;
  let open = false;
  for (const octet of contents) {
    if (!open && octet === 0x80) throw new DerError('arc is not in its shortest form');
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    open = octet >= 0x80;
    if (open) continue;
    if (arcs.length === 0) {
      const root = arc < 40n ? 0n : arc < 80n ? 1n : 2n;
      arcs.push(root, arc - root * 40n);
    } else arcs.push(arc);
    arc = 0n;
  }
  if (open) throw new DerError('OBJECT IDENTIFIER ends early');
  return arcs.join('.');
}

/** The octets of a BIT STRING whose length is a whole number of octets. @throws DerError */
export function wholeBits(element: DerElement | undefined): Buffer {
  const { contents } = expectTag(element, TAG.bitString);
  if (contents[0] !== 0) throw new DerError('BIT STRING is not made of whole octets');
  return contents.subarray(1);
}
