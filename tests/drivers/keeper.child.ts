import { randomBytes } from 'node:crypto';
import { identityOf, Secret } from '../../src/drivers/index.ts';
import { hostLibrary } from './rig.ts';

// A daemon with one driver, to be killed, or read. Tells what it does on standard output, one JSON line each; does what a line on
// standard input names. The PIN that it makes up is told as its complement, so that no copy of it is left by the telling.

const { library, environment, label } = JSON.parse(process.argv[2] ?? '{}');
const { client } = hostLibrary(library, { environment, deadlines: { list: 120_000 } });
const tell = (what: object): boolean => process.stdout.write(`${JSON.stringify(what)}\n`);

const { slots } = await client.call('slots', {});
const found = slots.find(({ token }) => token?.label === label);
if (!found?.token) throw new Error('no token');
const place = { slot: found.slot, identity: identityOf(found.token) };

const acts: Record<string, () => Promise<unknown>> = {
  login: () => client.call('login', { ...place, pin: Secret.fromText('123456') }),
  guess: async () => {
    const complement = Buffer.allocUnsafeSlow(16);
    const random = randomBytes(16);
    for (const [index, byte] of random.entries()) complement[index] = ~(0x41 + (byte % 26));
    const pin = Buffer.allocUnsafeSlow(16);
    for (const [index, byte] of complement.entries()) pin[index] = ~byte;
    const answer = await client.call('login', { ...place, pin: Secret.adopt(pin) });
    return { ...answer, complement: complement.toString('hex') };
  },
  hang: async () => {
    void client.call('token', { slot: place.slot });
  },
  stop: () => client.stop(),
};

process.stdin.setEncoding('utf8');
process.stdin.on('data', (lines: string) => {
  for (const line of lines.split('\n')) void acts[line]?.().then((answer) => tell({ did: line, answer }));
});
process.stdin.on('end', () => void client.stop());
tell({ did: 'start', pid: client.status().pid });
