import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net';
import { endianness } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ends, isOwnUser } from '../../src/access/index.ts';

const server = createServer();
const accepted: Socket[] = [];

beforeAll(() => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve)));
afterAll(() => {
  for (const socket of accepted) socket.destroy();
  server.close();
});

/** Both ends of a connection that this process made. */
async function connected(host: string): Promise<{ here: Socket; there: Socket }> {
  const coming = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const there = createConnection({ host, port: (server.address() as AddressInfo).port });
  const here = await coming;
  accepted.push(here, there);
  return { here, there };
}

describe('the program at the other end', () => {
  it.each(['127.0.0.1', '::ffff:127.0.0.1'])('is ours when it is this process (%s)', async (host) => {
    expect(isOwnUser((await connected(host)).here)).toBe(true);
  });

  it('is nobody’s once the connection is gone', async () => {
    const { here, there } = await connected('127.0.0.1');
    const { remoteAddress, remotePort, localAddress, localPort } = here;
    const ends = { remoteAddress, remotePort, localAddress, localPort } as Ends;
    expect(isOwnUser(ends)).toBe(true);
    // The side that closes first may stay in the list for a while, under nobody's name.
    const closed = new Promise((resolve) => here.once('close', resolve));
    there.resetAndDestroy();
    here.on('error', () => undefined).resume();
    await closed;
    expect(isOwnUser(ends)).toBe(false);
  });
});

describe('a list of the kernel’s', () => {
  const ends: Ends = { remoteAddress: '127.0.0.1', remotePort: 40_000, localAddress: '127.0.0.1', localPort: 9711 };
  const address = endianness() === 'LE' ? '0100007F' : '7F000001';
  const line = (from: string, to: string, uid: number) =>
    `   7: ${from} ${to} 01 00000000:00000000 02:000004D2 00000000 ${String(uid).padStart(5)}        0 31337 2 0000000000000000 20 4 30 10 -1\n`;
  const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
  const own = process.getuid?.() ?? 0;
  const other = own + 1;
  const [client, daemon] = [`${address}:9C40`, `${address}:25EF`];
  const asked = (tcp: string, tcp6 = '') => isOwnUser(ends, (path) => head + (path.endsWith('6') ? tcp6 : tcp));

  it('tells whose it is', () => {
    expect(asked(line(client, daemon, own))).toBe(true);
    expect(asked(line(client, daemon, other))).toBe(false);
  });

  it('has this daemon’s own end too, and others, which do not count', () => {
    expect(asked(line(daemon, client, own) + line(client, daemon, other))).toBe(false);
    expect(asked(line(daemon, client, own))).toBe(false);
    expect(asked(line(client, `${address}:25F0`, own))).toBe(false);
  });

  it('has IPv4 in IPv6 in the second', () => {
    const mapped = endianness() === 'LE' ? '0000000000000000FFFF0000' : '00000000000000000000FFFF';
    const through = (uid: number) => line(`${mapped}${client}`, `${mapped}${daemon}`, uid);
    expect([asked('', through(own)), asked('', through(other))]).toEqual([true, false]);
  });

  it('that is not there tells nothing, and then nobody is refused for it', () => {
    const none = () => {
      throw new Error('ENOENT');
    };
    expect(isOwnUser(ends, none)).toBe(true);
  });
});
