import { type Answer, OK, status } from './apdu.ts';
import type { CardState, Reference } from './state.ts';

/** The PIN and PUK of a card: comparison, counters, and whether the PIN is verified since power-on. */
export class References {
  verified = false;
  readonly #state: CardState;
  readonly #save: () => void;

  constructor(state: CardState, save: () => void) {
    this.#state = state;
    this.#save = save;
  }

  /** The status an empty VERIFY gets: 9000 verified, 63Cx tries left, 6983 blocked (NIST SP 800-73-4 part 2, 3.2.1). */
  status(): Answer {
    const pin = this.#state.pin;
    if (this.verified || !pin) return OK;
    return status(pin.left > 0 ? 0x63c0 | pin.left : 0x6983);
  }

  verify(value: string): Answer {
    this.#state.presentations.verify++;
    const answer = this.#present(this.#state.pin, value);
    this.verified = answer.status === 0x9000;
    return answer;
  }

  /** CHANGE REFERENCE DATA; a wrong old value costs a try of the secret that is changed. */
  change(which: 'pin' | 'puk', old: string, next: string): Answer {
    this.#state.presentations.change++;
    const reference = this.#state[which];
    const answer = this.#present(reference, old);
    if (which === 'pin') this.verified = answer.status === 0x9000;
    if (answer.status === 0x9000 && reference) reference.value = next;
    this.#save();
    return answer;
  }

  /** RESET RETRY COUNTER: the right PUK sets a new PIN with all its tries; a wrong one costs a try of the PUK. */
  unblock(puk: string, next: string): Answer {
    this.#state.presentations.reset++;
    const answer = this.#present(this.#state.puk, puk);
    const pin = this.#state.pin;
    if (answer.status === 0x9000 && pin) Object.assign(pin, { value: next, left: pin.limit });
    if (answer.status === 0x9000) this.verified = false;
    this.#save();
    return answer;
  }

  #present(reference: Reference | undefined, value: string): Answer {
    if (!reference) return status(0x6a88);
    const answer = this.#compare(reference, value);
    this.#save();
    return answer;
  }

  #compare(reference: Reference, value: string): Answer {
    if (reference.left === 0) return status(0x6983);
    if (value === reference.value) {
      reference.left = reference.limit;
      return OK;
    }
    reference.left--;
    const blockedAtOnce = reference.left === 0 && this.#state.personality === 'isoapplet';
    return status(blockedAtOnce ? 0x6983 : 0x63c0 | reference.left);
  }
}
