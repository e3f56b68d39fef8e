import { SignetError } from '../errors/index.ts';
import type { Dialog } from '../prompt/index.ts';
import type { Algorithm, SignInput, Signing } from '../signatures/index.ts';
import type { Credential, Tokens } from '../tokens/index.ts';
import type { Unlock, Unlocking } from './unlock.ts';

interface Parts {
  signing: Signing;
  tokens: Tokens;
  unlock: Unlock;
  dialog: Dialog;
  unlocking: Unlocking;
  credential: Credential;
  chain: readonly Buffer[];
  /** Raw signatures that the person consented to. */
  limit: number;
}

/** The use of one key for what the person has just consented to, and for no more than that. */
export class KeyUse {
  readonly credential: Credential;
  /** Certificates above it that its token holds, nearest first; DER. */
  readonly chain: readonly Buffer[];
  readonly #parts: Parts;
  #left: number;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.credential = parts.credential;
    this.chain = parts.chain;
    this.#left = parts.limit;
  }

  /** True when each signature wants the PIN anew. */
  get asksEveryTime(): boolean {
    return this.credential.key?.alwaysAuthenticate === true;
  }

  /** One raw signature. A key that wants its PIN every time asks the person for it. Throws as Signing.sign does. */
  async sign(input: SignInput): Promise<Buffer> {
    const { signing, unlock, dialog, unlocking, credential } = this.#parts;
    this.#take(1);
    if (!this.asksEveryTime) return signing.sign(credential, unlocking.caller, input);
    return unlock.present(dialog, unlocking, 'context', (pin, consent) =>
      signing.sign(credential, unlocking.caller, input, { pin, consent }),
    );
  }

  /** Many, in order: all or an error. */
  async signBatch(algorithm: Algorithm, digests: Buffer[], anyCurve: boolean): Promise<Buffer[]> {
    const { signing, dialog, unlocking, credential } = this.#parts;
    if (this.asksEveryTime) {
      const made: Buffer[] = [];
      for (const digest of digests) made.push(await this.sign({ algorithm, digest, anyCurve }));
      return made;
    }
    this.#take(digests.length);
    return signing.signBatch(credential, unlocking.caller, algorithm, digests, { anyCurve, signal: dialog.signal });
  }

  /** Nothing more is signed under this consent. */
  end(): void {
    this.#left = 0;
  }

  #take(count: number): void {
    // Its reason is one of ours: Sites gives it none else.
    this.#parts.dialog.signal.throwIfAborted();
    if (count > this.#left) throw new SignetError('prompt_cancelled', { variant: 'more' });
    this.#left -= count;
  }
}
