import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missing, openscModule, type Reader, startReader } from '../backends/reader.ts';
import { until } from '../fixture/index.ts';
import { examine, expectRootCause, failureOf, folder, resultOf } from './broken.ts';

const PORT = 35_963;
const BEHIND = ['token.present', 'pin.locked', 'cert.found'];
const why = missing();

describe.skipIf(why)(`a card and its reader, broken for real${why === undefined ? '' : `: ${why}`}`, () => {
  let reader: Reader;
  let home: ReturnType<typeof folder>;
  const look = () => examine(home.path, [{ path: openscModule() ?? '', environment: reader.env }]);

  beforeEach(async () => {
    home = folder();
    reader = await startReader();
  });
  afterEach(async () => {
    await reader.close();
    home[Symbol.dispose]();
  });

  it('are well to begin with; then the card is taken out', async () => {
    const card = await reader.insert();
    const well = await look();
    for (const id of ['pcsc.service', 'reader.present', 'card.present', 'card.recognised', 'token.present', 'pin.locked']) {
      expect([...new Set(resultOf(well, id))], id).toEqual(['pass']);
    }
    await card.remove();
    const empty = await look();
    expect(resultOf(empty, 'reader.present')).toEqual(['pass']);
    expectRootCause(empty, 'card.present', ['card.recognised', ...BEHIND]);
  });

  it('are there, but the card service was stopped', async () => {
    await reader.insert();
    await reader.stopPcscd();
    const report = await look();
    expectRootCause(report, 'pcsc.service', [
      'pcsc.idle-exit',
      'reader.driver',
      'reader.present',
      'card.present',
      'card.recognised',
      ...BEHIND,
    ]);
    expect(resultOf(report, 'driver.initialises')).toEqual(['pass']);
    expect(failureOf(report, 'pcsc.service').fix).toMatch(/^Start the card service/);
  });

  it('are there, but no driver knows the card', async () => {
    const stranger = await insertStranger(reader.host);
    try {
      const report = await until('the reader has read the card', async () => {
        const seen = await look();
        return resultOf(seen, 'card.present').includes('pass') ? seen : undefined;
      });
      expectRootCause(report, 'card.recognised', BEHIND);
      expect(failureOf(report, 'card.recognised').found).toContain('Virtual PCD');
    } finally {
      stranger.destroy();
    }
  });
});

/** A card of a kind that nobody made: it tells an ATR of its own and refuses every command (vpcd's protocol: length, bytes). */
async function insertStranger(host: string): Promise<Socket> {
  const socket = connect(PORT, host);
  const atr = Buffer.from([0x3b, 0x02, 0x53, 0x54]);
  const say = (bytes: Buffer): void => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(bytes.length);
    socket.write(Buffer.concat([length, bytes]));
  };
  let rest = Buffer.alloc(0);
  socket.on('error', () => undefined);
  socket.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
      const message = rest.subarray(2, 2 + rest.readUInt16BE(0));
      rest = rest.subarray(2 + message.length);
      if (message.length > 1) say(Buffer.from([0x6d, 0x00]));
      else if (message[0] === 4) say(atr);
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}
