import { randomInt } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Card } from './card/card.ts';
import { type CardOptions, personalise } from './card/personalise.ts';
import { writeState } from './card/state.ts';
import { openscConfiguration, type UnblockStyle } from './reader/opensc.ts';
import { Pcscd } from './reader/pcscd.ts';
import { preload } from './reader/preload.ts';

export { missing, openscModule } from './reader/opensc.ts';

const PORT = 35_963;

/** Where and what to insert: a new card, or one whose memory exists; slot 0 or 1 of the reader. */
export interface Insertion extends CardOptions {
  memory?: string;
  slot?: 0 | 1;
}

/** A virtual smart card reader with two slots behind a pcscd of its own. */
export class Reader {
  /** The fixture's folder (0700), removed by `close`. */
  readonly folder: string;
  /** Environment for a process that loads a PKCS#11 module on this reader; it must be set before the module is loaded. */
  readonly env: { PCSCLITE_CSOCK_NAME: string; OPENSC_CONF: string };
  /** The loopback address that cards connect to, ports 35963 and 35964. */
  readonly host: string;
  readonly #pcscd: Pcscd;
  readonly #cards: Card[] = [];

  constructor(folder: string, host: string, pcscd: Pcscd, env: Reader['env']) {
    this.folder = folder;
    this.env = env;
    this.host = host;
    this.#pcscd = pcscd;
  }

  /** `env` with an OpenSC configuration that lets the PUK unblock the PIN in one of OpenSC's two ways. */
  async envWith(style: UnblockStyle): Promise<Reader['env']> {
    const path = join(this.folder, `${style}.conf`);
    await writeFile(path, openscConfiguration(style));
    return { ...this.env, OPENSC_CONF: path };
  }

  /** Makes a card and inserts it; resolves when the reader has powered it, read its ATR and told pcscd. */
  async insert(options: Insertion = {}): Promise<Card> {
    const memory = options.memory ?? join(this.folder, `card-${this.#cards.length}.json`);
    if (options.memory === undefined) writeState(memory, await personalise(options));
    const slot = options.slot ?? 0;
    const card = new Card(memory, {
      host: this.host,
      port: PORT + slot,
      settled: (present) => this.#pcscd.settled(slot, present),
    });
    this.#cards.push(card);
    await card.reinsert();
    return card;
  }

  /** Kills pcscd; the cards stay in the slots without power. */
  stopPcscd(): Promise<void> {
    return this.#pcscd.stop();
  }

  /** Starts pcscd again; resolves when it has powered every card that is in a slot. */
  async startPcscd(): Promise<void> {
    await this.#pcscd.start();
    await Promise.all(this.#cards.filter((card) => card.inserted).map((card) => card.reinsert()));
  }

  /** Ends the cards and pcscd and removes the folder. */
  async close(): Promise<void> {
    await Promise.all(this.#cards.map((card) => card.close()));
    await this.#pcscd.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/**
 * A reader of one's own, for root or an ordinary user, reachable from this machine only: the preloaded library moves vpcd from
 * every address to a random one in 127.0.0.0/8, so that readers in parallel never share a port. Ask `missing` first.
 */
export async function startReader(): Promise<Reader> {
  const folder = await mkdtemp(join(tmpdir(), 'signet-reader-'));
  const socket = join(folder, 'pcscd.comm');
  const [configuration, drivers] = [join(folder, 'readers'), join(folder, 'no-drivers')];
  await Promise.all([mkdir(configuration), mkdir(drivers)]);
  const port = `0x${PORT.toString(16)}`;
  const library = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';
  const description = `FRIENDLYNAME "Virtual PCD"\nDEVICENAME /dev/null:${port}\nLIBPATH ${library}\nCHANNELID ${port}\n`;
  await writeFile(join(configuration, 'vpcd'), description);
  await writeFile(join(folder, 'opensc.conf'), openscConfiguration());
  const host = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
  const pcscd = new Pcscd({ socket, configuration, drivers, host, preload: await preload(folder) });
  const env = { PCSCLITE_CSOCK_NAME: socket, OPENSC_CONF: join(folder, 'opensc.conf') };
  const reader = new Reader(folder, host, pcscd, env);
  try {
    await pcscd.start();
  } catch (error) {
    await reader.close();
    throw error;
  }
  return reader;
}
