import { PassThrough, Readable, Writable } from 'node:stream';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { FrameError, readFrames, writeFrame } from '../../src/host/frames.ts';
import { framed, lengthened } from './peer.ts';

const LIMITS = { min: 5, max: 8192 };

async function all(chunks: readonly Buffer[], limits = LIMITS): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const message of readFrames(Readable.from(chunks), limits)) found.push(message);
  return found;
}

/** What is thrown, and what was read before it. */
async function faultOf(bytes: Buffer): Promise<unknown> {
  return all([bytes]).then(
    (found) => found,
    (error: unknown) => (error instanceof FrameError ? error.fault : error),
  );
}

describe('messages that are read', () => {
  it('come whole, however the stream cuts them', async () => {
    const bytes = Buffer.concat([framed({ a: 'é' }), framed([1, 2, 3]), framed({ b: null })]);
    const expected = [{ a: 'é' }, [1, 2, 3], { b: null }];
    expect(await all([bytes])).toEqual(expected);
    expect(await all([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it('of megabytes are put together once, not again with each piece', async () => {
    const bytes = framed('x'.repeat(2 * 1024 * 1024));
    const pieces = Array.from({ length: Math.ceil(bytes.length / 4_096) }, (_, at) =>
      bytes.subarray(at * 4_096, (at + 1) * 4_096),
    );
    const concat = vi.spyOn(Buffer, 'concat');
    onTestFinished(() => concat.mockRestore());
    expect(await all(pieces, { min: 2, max: 4 * 1024 * 1024 })).toHaveLength(1);
    const copied = concat.mock.results.reduce((sum, { value }) => sum + (value as Buffer).length, 0);
    expect(copied).toBeLessThan(2 * bytes.length);
  });

  it('end with the stream', async () => {
    expect(await all([])).toEqual([]);
  });

  it('may be as short and as long as the limits say', async () => {
    expect(await all([lengthened(Buffer.from('12345'))])).toEqual([12345]);
    const longest = Buffer.from(JSON.stringify('x'.repeat(8190)));
    expect(longest.length).toBe(8192);
    expect(await all([lengthened(longest)])).toHaveLength(1);
  });

  it.each([
    ['size', lengthened(Buffer.from('1234'))],
    ['size', lengthened(Buffer.alloc(0))],
    ['size', lengthened(Buffer.from(JSON.stringify('x'.repeat(8191))))],
    ['size', lengthened(Buffer.alloc(0), 0xffffffff)],
    ['cut', framed({ command: 'quit' }).subarray(0, 12)],
    ['cut', Buffer.from([5, 0])],
    ['json', lengthened(Buffer.from('{"a":'))],
    ['json', lengthened(Buffer.from([0x22, 0xff, 0xfe, 0xfd, 0x22]))],
  ])('are refused for their %s', async (fault, bytes) => {
    expect(await faultOf(bytes)).toBe(fault);
  });
});

describe('a message that is written', () => {
  it('is its length in bytes and JSON, and nothing else', async () => {
    const stream = new PassThrough();
    await writeFrame(stream, { name: 'ñ' });
    expect(stream.read()).toEqual(framed({ name: 'ñ' }));
  });

  it('fails when the other side is gone', async () => {
    const closed = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE')) }).on('error', () => undefined);
    await expect(writeFrame(closed, {})).rejects.toThrow('EPIPE');
  });
});
