import { readFileSync } from 'node:fs';
import { SO_PIN, USER_PIN } from '../pins.ts';
import { Probe } from '../probe.ts';
import type { ProvisionedToken } from '../provision.ts';

// Runs inside the namespace: what the token answers on its way into the lock and out of it, as one line of JSON.

const COUNTING = 0x770000;
const SO = 0;
const [library = ''] = process.argv.slice(2);
const { keys, label } = JSON.parse(readFileSync(process.env.OPENCRYPTOKI_TOKEN ?? '', 'utf8')) as ProvisionedToken;
const probe = await Probe.start(library, {}, label);

async function flags(): Promise<number> {
  const reply = await probe.ask('flags', {});
  return 'ok' in reply ? reply.ok & COUNTING : -1;
}

async function attempt(pin: string, user: number): Promise<{ rv: number; flags: number }> {
  const reply = await probe.ask('login', { pin, user });
  return { rv: 'rv' in reply ? reply.rv : 0, flags: await flags() };
}

async function wrongFour(user: number): Promise<{ rv: number; flags: number }[]> {
  const seen = [];
  for (let i = 0; i < 4; i++) seen.push(await attempt('999999', user));
  return seen;
}

await probe.ask('open', {});
await probe.ask('login', { pin: USER_PIN });
const signed = await probe.ask('sign', {});
await probe.ask('logout', {});
const wrong = await wrongFour(1);
const right = await attempt(USER_PIN, 1);
await probe.ask('login', { pin: SO_PIN, user: SO });
await probe.ask('initPin', { pin: '246810' });
await probe.ask('logout', {});
const afterUnblock = await flags();
const wrongSo = await wrongFour(SO);
await probe.stop();

const token = { label, keys: keys.map(({ id, kind }) => ({ kind, id })) };
process.stdout.write(JSON.stringify({ token, signed, wrong, right, afterUnblock, wrongSo }));
