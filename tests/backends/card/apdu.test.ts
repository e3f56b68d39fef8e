import { expect, test } from 'vitest';
import { type Command, Exchange, status } from './apdu.ts';
import { Faults } from './fault.ts';
import { element, elements } from './tlv.ts';

const hex = (text: string) => Buffer.from(text, 'hex');
const refuse = async () => status(0x6d00);

test.each(['', '00a404', '00a4040000a0', '00a4040005a000', '00a4040001a0000000'])(
  'a malformed APDU (%s) gets 6700',
  async (apdu) => {
    expect(await new Exchange().answer(hex(apdu), refuse)).toEqual(hex('6700'));
  },
);

test('chained commands arrive as one, with the last header', async () => {
  const seen: Command[] = [];
  const run = async (command: Command) => {
    seen.push(command);
    return status(0x9000);
  };
  const exchange = new Exchange();
  expect(await exchange.answer(hex('1087079a020102'), run)).toEqual(hex('9000'));
  expect(seen).toEqual([]);
  await exchange.answer(hex('0087079a01030a'), run);
  expect(seen).toMatchObject([{ cla: 0, ins: 0x87, data: hex('010203'), le: 10 }]);
});

test('a reset forgets a half chain', async () => {
  const exchange = new Exchange();
  await exchange.answer(hex('1087079a020102'), refuse);
  exchange.reset();
  let data: Buffer = hex('ff');
  await exchange.answer(hex('0087079a0103'), async (command) => {
    data = command.data;
    return status(0x9000);
  });
  expect(data).toEqual(hex('03'));
});

test('long answers are fetched in pieces, and another command drops the rest', async () => {
  const exchange = new Exchange();
  const long = async () => ({ status: 0x9000, data: Buffer.alloc(300, 7) });
  const first = await exchange.answer(hex('00cb3fff00'), long);
  expect(first?.length).toBe(258);
  expect(first?.subarray(-2)).toEqual(hex('612c'));
  expect(await exchange.answer(hex('00c000002c'), refuse)).toEqual(Buffer.concat([Buffer.alloc(44, 7), hex('9000')]));
  await exchange.answer(hex('00cb3fff00'), long);
  await exchange.answer(hex('0020008000'), refuse);
  expect(await exchange.answer(hex('00c0000000'), refuse)).toEqual(hex('9000'));
});

test('elements survive encoding, whatever the length of tag and value', () => {
  const all = [0x53, 0x5f2f, 0x5fc105].flatMap((tag) =>
    [0, 127, 128, 255, 256, 3000].map((size) => ({ tag, value: Buffer.alloc(size, 1) })),
  );
  expect(elements(Buffer.concat(all.map(({ tag, value }) => element(tag, value))))).toEqual(all);
  expect(elements(hex('530501'))).toEqual([]);
});

test('a fault strikes as often as it was told, after those it lets pass', () => {
  const faults = new Faults();
  faults.add({ ins: 0x20, withData: true, skip: 1, times: 2, action: 'drop' }, 1);
  const command = (data: string): Command => ({ cla: 0, ins: 0x20, p1: 0, p2: 0x80, data: hex(data), le: 256 });
  const struck = ['', '31', '31', '', '31', '31'].map((data) => faults.take(command(data)) !== undefined);
  expect(struck).toEqual([false, false, true, false, true, false]);
  faults.add({ action: 'mute' }, 2);
  faults.clear();
  expect(faults.take(command('31'))).toBeUndefined();
});
