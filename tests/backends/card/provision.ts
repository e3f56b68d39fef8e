import { execFile } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Reader } from '../reader.ts';
import { authority } from './authority.ts';

const run = promisify(execFile);

/** How an IsoApplet card is prepared; practice values unless told. The PUK must have 16 characters (isoApplet.profile). */
export interface Provisioning {
  pin?: string;
  puk?: string;
  label?: string;
  /** In hex; random unless told. Without one OpenSC gives every such card the same. */
  serial?: string;
  /** The first key, made on the card; `none` leaves a card with secrets and no key. */
  key?: 'rsa' | 'ec' | 'none';
}

/** What was put on the card. */
export interface Provisioned {
  pin: string;
  puk: string;
  /** CKA_ID of key and certificate. */
  keyId: Buffer;
  /** DER; absent without a key. */
  certificate?: Buffer;
}

const KEY_ID = '01';
/** The PIN that `pkcs15-init` makes for the only user of the card. */
const PIN_ID = 'ff';

/**
 * Prepares the blank IsoApplet card in the reader with OpenSC's own tools: file system, PIN and PUK, a key and its certificate
 * of the practice CA. Secrets go through the environment. The tools present the PIN several times: compare later counts with
 * the truth after this. Rejects with the tool's words.
 */
export async function provision(reader: Reader, wanted: Provisioning = {}): Promise<Provisioned> {
  const { pin = '123456', puk = '0123456789abcdef', label = 'Virtual IsoApplet', key = 'rsa' } = wanted;
  const env = { PATH: process.env.PATH ?? '/usr/bin:/bin', ...reader.env, CARD_PIN: pin, CARD_PUK: puk };
  const tool = async (name: string, ...args: string[]) => (await run(name, args, { env })).stdout;
  const secrets = ['--so-pin', 'env:CARD_PIN', '--so-puk', 'env:CARD_PUK'];
  const serial = wanted.serial ?? randomBytes(8).toString('hex');
  await tool('pkcs15-init', '--create-pkcs15', ...secrets, '--label', label, '--serial', serial);
  const done = { pin, puk, keyId: Buffer.from(KEY_ID, 'hex') };
  if (key === 'none') return done;
  const access = ['--auth-id', PIN_ID, '--pin', 'env:CARD_PIN', '--id', KEY_ID, '--label', `${label} key`];
  await tool('pkcs15-init', '--generate-key', key === 'rsa' ? 'rsa/2048' : 'ec/prime256v1', ...access);
  const pem = await tool('pkcs15-tool', '--read-public-key', KEY_ID);
  const certificate = await (await authority()).issue(createPublicKey(pem), `${label} holder`);
  const file = join(reader.folder, 'certificate.der');
  await writeFile(file, certificate);
  await tool('pkcs15-init', '--store-certificate', file, '--format', 'der', ...access);
  return { ...done, certificate };
}
