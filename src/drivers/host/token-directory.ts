import { readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * SoftHSM2 lists its tokens only at C_Initialize, so a token made later stays unseen. This watches its token directory and
 * tells when it differs from the start. To be made before the library is initialised: what comes in between is then noticed.
 */
export class TokenDirectory {
  readonly #directory = tokenDirectory();
  readonly #atStart: string | null;

  constructor() {
    this.#atStart = this.#contents();
  }

  /** True once tokens have come or gone since this process loaded the library. */
  changed(): boolean {
    return this.#contents() !== this.#atStart;
  }

  /** Names and sizes: a token that was half written when the library listed it has grown since. Wrong PINs change no size. */
  #contents(): string | null {
    if (this.#directory === null) return null;
    try {
      const names = readdirSync(this.#directory).sort();
      return names.map((name) => `${name}:${this.#size(join(this.#directory ?? '', name))}`).join('/');
    } catch {
      return null;
    }
  }

  #size(token: string): number {
    return statSync(join(token, 'token.object'), { throwIfNoEntry: false })?.size ?? 0;
  }
}

/** SoftHSM2's own order: SOFTHSM2_CONF, the user's file, the system's (softhsm2.conf(5)). */
function tokenDirectory(): string | null {
  const named = process.env.SOFTHSM2_CONF;
  const candidates = named ? [named] : [join(homedir(), '.config/softhsm2/softhsm2.conf'), '/etc/softhsm/softhsm2.conf'];
  for (const file of candidates) {
    try {
      const match = /^\s*directories\.tokendir\s*=\s*(.+?)\s*$/m.exec(readFileSync(file, 'utf8'));
      if (match?.[1] !== undefined) return match[1];
    } catch {
      // Not readable: the library will not read it either.
    }
  }
  return null;
}
