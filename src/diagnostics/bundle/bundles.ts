import { SignetError } from '../../errors/index.ts';
import { readBundleId } from './code.ts';
import type { BundleDocument } from './document.ts';
import { makeBundle } from './make.ts';
import type { Packed } from './pack.ts';
import type { Recordings } from './recordings.ts';
import type { BundleRooms } from './rooms.ts';

/** How long a bundle that was shown is kept, in milliseconds, and how many. */
const KEPT_FOR = 10 * 60_000;
const KEPT = 3;

/** A bundle that was made and can be fetched until `expiresAt`. */
export interface MadeBundle {
  id: string;
  preview: BundleDocument;
  sizes: Packed['sizes'];
  expiresAt: string;
}

interface Shelved {
  zip: Buffer;
  until: number;
  timer: NodeJS.Timeout;
}

/** Makes bundles and keeps the newest in memory until they are fetched: what is written is what was shown, byte for byte. */
export class Bundles {
  readonly recordings: Recordings;
  readonly #rooms: BundleRooms;
  readonly #keptFor: number;
  readonly #shelf = new Map<string, Shelved>();
  #making: Promise<unknown> = Promise.resolve();

  constructor(rooms: BundleRooms, recordings: Recordings, keptFor = KEPT_FOR) {
    this.#rooms = rooms;
    this.recordings = recordings;
    this.#keptFor = keptFor;
  }

  /** Makes one, after those under way. Throws `recording_not_found`, `bundle_unsafe`. */
  make(language: string, record?: string): Promise<MadeBundle> {
    const made = this.#making.then(() => this.#make(language, record));
    this.#making = made.catch(() => undefined);
    return made;
  }

  /** The archive of one that was made. Throws `bundle_not_found`. */
  zip(id: string): Buffer {
    const found = this.#shelf.get(readBundleId(id) ?? '');
    if (found === undefined || found.until <= Date.now()) throw new SignetError('bundle_not_found');
    return found.zip;
  }

  /** Forgets everything and ends a recording that runs. */
  close(): void {
    this.recordings.close();
    for (const id of [...this.#shelf.keys()]) this.#forget(id);
  }

  async #make(language: string, record: string | undefined): Promise<MadeBundle> {
    const recording = record === undefined ? null : this.recordings.facts(record);
    const { id: made, preview, zip, sizes } = await makeBundle({ rooms: this.#rooms, language, recording });
    const until = Date.now() + this.#keptFor;
    const timer = setTimeout(() => this.#forget(made), this.#keptFor);
    timer.unref();
    this.#shelf.set(made, { zip, until, timer });
    for (const id of [...this.#shelf.keys()].slice(0, -KEPT)) this.#forget(id);
    return { id: made, preview, sizes, expiresAt: new Date(until).toISOString() };
  }

  #forget(id: string): void {
    clearTimeout(this.#shelf.get(id)?.timer);
    this.#shelf.delete(id);
  }
}
