import { serialize } from 'node:v8';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameError, FrameReader, MAX_FRAME } from '../../src/drivers/frames.ts';

interface Got {
  message: unknown;
  secrets: Buffer;
}

function collector(wipe = false): { got: Got[]; reader: FrameReader } {
  const got: Got[] = [];
  const take = (message: unknown, secrets: Buffer): void => {
    got.push({ message: structuredClone(message), secrets: Buffer.from(secrets) });
  };
  return { got, reader: new FrameReader(take, { wipe }) };
}

function header(size: number, clone: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt32BE(size, 0);
  bytes.writeUInt32BE(clone, 4);
  return bytes;
}

/** Cuts `bytes` into copies at the given places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...ends].map((from, index) => Buffer.from(bytes.subarray(from, ends[index] ?? bytes.length)));
}

const message = fc.record({
  n: fc.nat(),
  name: fc.string(),
  args: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null))),
});
const secret = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));

describe('frames', () => {
  it.each([false, true])('come out as they went in, however the stream is cut (wipe: %s)', (wipe) => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(message, fc.array(secret, { maxLength: 3 })), { maxLength: 8 }),
        fc.array(fc.nat()),
        (sent, places) => {
          const stream = Buffer.concat(sent.map(([one, secrets]) => encodeFrame(one, secrets)));
          const { got, reader } = collector(wipe);
          const chunks = cut(stream, places);
          for (const chunk of chunks) reader.push(chunk);
          expect(got).toEqual(sent.map(([one, secrets]) => ({ message: structuredClone(one), secrets: Buffer.concat(secrets) })));
          if (wipe) for (const chunk of chunks) expect(chunk.every((byte) => byte === 0)).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('carry buffers as buffers', () => {
    const { got, reader } = collector();
    reader.push(encodeFrame({ inputs: [Buffer.from('ab'), Buffer.alloc(0)] }));
    const [{ inputs }] = got.map(({ message }) => message) as [{ inputs: Uint8Array[] }];
    expect(inputs.map((input) => Buffer.from(input).toString())).toEqual(['ab', '']);
  });

  it('hold a secret only behind the message', () => {
    const pin = Buffer.from('canary-24680');
    const frame = encodeFrame({ type: 'calls', calls: [{ n: 1 }] }, [pin]);
    expect(frame.indexOf(pin)).toBe(frame.length - pin.length);
    expect(frame.lastIndexOf(pin)).toBe(frame.indexOf(pin));
  });

  it('leave nothing of a secret where the reader was given it, even when its frame arrives in pieces or the handler throws', () => {
    const frame = encodeFrame({}, [Buffer.from('canary-24680')]);
    const pieces = cut(frame, [3, 9, frame.length - 5]);
    const kept: Buffer[] = [];
    const reader = new FrameReader((_message, secrets) => kept.push(secrets), { wipe: true });
    for (const piece of pieces) reader.push(piece);
    for (const bytes of [...pieces, ...kept]) expect(bytes.every((byte) => byte === 0)).toBe(true);
    const broken = new FrameReader(
      () => {
        throw new Error('the handler failed');
      },
      { wipe: true },
    );
    const whole = Buffer.from(frame.length > 0 ? encodeFrame({}, [Buffer.from('canary-24680')]) : '');
    expect(() => broken.push(whole)).toThrow('the handler failed');
    expect(whole.every((byte) => byte === 0)).toBe(true);
  });

  it.each([
    ['too long', header(MAX_FRAME + 1, 10)],
    ['four gigabytes', header(0xffffffff, 0)],
    ['shorter than its own head', header(3, 0)],
    ['a clone that is longer than the frame', Buffer.concat([header(8, 400), Buffer.alloc(4)])],
    ['no clone', header(4, 0)],
    ['bytes that are no clone', Buffer.concat([header(24, 20), Buffer.alloc(20, 0x58)])],
    ['half a clone', Buffer.concat([header(9, 5), serialize({ a: 'long enough' }).subarray(0, 5)])],
  ])('of a broken peer are refused: %s', (_what, bytes) => {
    expect(() => collector().reader.push(bytes)).toThrow(FrameError);
  });

  it('never do anything but refuse, or wait, or deliver, whatever bytes come', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat()), (bytes, places) => {
        const { reader } = collector();
        try {
          for (const chunk of cut(Buffer.from(bytes), places)) reader.push(chunk);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('are refused above the limit on the way out', () => {
    expect(() => encodeFrame({}, [Buffer.alloc(MAX_FRAME)])).toThrow(FrameError);
  });

  it('cost linear time when a long one arrives in small pieces', () => {
    const long = encodeFrame(Buffer.alloc(8 * 1024 * 1024, 1));
    const { got, reader } = collector();
    const began = performance.now();
    for (let at = 0; at < long.length; at += 1024) reader.push(long.subarray(at, at + 1024));
    expect(got).toHaveLength(1);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
