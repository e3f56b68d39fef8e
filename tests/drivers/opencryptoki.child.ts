import { createHash, verify, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { identityOf, type PinAnswer, Secret } from '../../src/drivers/index.ts';
import { OPENCRYPTOKI_LIBRARY } from '../backends/opencryptoki.ts';
import type { ProvisionedToken } from '../backends/provision.ts';
import { hostLibrary } from './rig.ts';

// Runs where an openCryptoki token is ready. Presents PINs in a fixed order and prints the answers, and the flags after each.

const PIN_FLAGS = 0x70000;
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

const token = JSON.parse(readFileSync(process.env.OPENCRYPTOKI_TOKEN ?? '', 'utf8')) as ProvisionedToken;
const { client } = hostLibrary(OPENCRYPTOKI_LIBRARY);
const { slots } = await client.call('slots', {});
const found = slots.find((slot) => slot.token?.label === token.label);
if (!found?.token) throw new Error('no token');
const place = { slot: found.slot, identity: identityOf(found.token) };

const answers: PinAnswer[] = [];
const flags: number[] = [];
async function note(answer: Promise<PinAnswer>): Promise<void> {
  answers.push(await answer);
  flags.push((await client.call('token', { slot: place.slot })).flags & PIN_FLAGS);
}
const login = (pin: string) => note(client.call('login', { ...place, pin: Secret.fromText(pin) }));

for (const pin of ['111111', '111111', '111111', '222222', '123456', '333333', '444444', '555555', '123456']) await login(pin);
await note(
  client.call('unblock', { ...place, style: 'init-pin', puk: Secret.fromText('12345678'), newPin: Secret.fromText('246810') }),
);
await login('246810');
const [currentPin, newPin] = [Secret.fromText('246810'), Secret.fromText('135790')];
await note(client.call('changePin', { ...place, currentPin, newPin }));

const message = Buffer.from('what is signed');
const input = Buffer.concat([DIGEST_INFO, createHash('sha256').update(message).digest()]);
const [key] = token.keys;
const request = { slot: place.slot, keyId: key?.id ?? '', mechanism: 1, inputs: [input], expectedLength: 256 };
const { signatures } = await client.call('sign', request);
const { publicKey } = new X509Certificate(Buffer.from(key?.certificate ?? '', 'base64'));
const verified = verify('sha256', message, publicKey, signatures[0] ?? Buffer.alloc(0));
await client.stop();
process.stdout.write(JSON.stringify({ answers, flags, verified }));
