import type { Mechanism } from 'pkcs11js';
import { CKR } from '../ckr.ts';
import { CkFailure, type PssParameter, type SignAnswer, type SignRequest } from '../driver.ts';
import { ck, GarbageAnswer, type Handle, type Library } from './library.ts';
import { findPrivateKey } from './listing.ts';
import type { Presenter } from './present.ts';
import type { LaneSessions } from './sessions.ts';

/** CK_RSA_PKCS_PSS_PARAMS as pkcs11js knows it. */
const PARAMS_RSA_PSS = 5;
/** Larger than any signature of the algorithms offered (RSA-16384). */
const SIGNATURE_SPACE = 2048;
/** Room behind it, so that a library that writes too far hits nothing of ours, and a mark at its start that shows it. */
const GUARD_SPACE = 128 * 1024;
const MARK = Buffer.from('5ac3965ac3965ac3965ac3965ac39600', 'hex');

type Args = Omit<SignRequest, 'contextPin'> & { contextPin?: Buffer | null };

/** Makes the signatures of one call, in order, on one lane's session. After any failure the lane has a new session. */
export class Signer {
  readonly #library: Library;
  readonly #sessions: LaneSessions;
  readonly #presenter: Presenter | null;
  readonly #guarded = Buffer.alloc(SIGNATURE_SPACE + GUARD_SPACE);
  readonly #space = this.#guarded.subarray(0, SIGNATURE_SPACE);
  readonly #mark = this.#guarded.subarray(SIGNATURE_SPACE, SIGNATURE_SPACE + MARK.length);

  constructor(library: Library, sessions: LaneSessions, presenter: Presenter | null) {
    this.#library = library;
    this.#sessions = sessions;
    this.#presenter = presenter;
    MARK.copy(this.#mark);
  }

  /** Throws CkFailure, or GarbageAnswer when a signature has not the length it must have. */
  sign(args: Args): SignAnswer {
    try {
      return args.contextPin === undefined ? this.#signAll(args) : this.#signWithPin(args, args.contextPin);
    } catch (error) {
      this.#sessions.renew(args.slot, error);
      throw error;
    }
  }

  #signAll(args: Args): SignAnswer {
    const [session, key] = this.#key(args);
    const mechanism = mechanismOf(args.mechanism, args.parameter);
    const signatures: Buffer[] = [];
    for (const input of args.inputs) {
      this.#begin(session, mechanism, key);
      signatures.push(this.#finish(session, input, args.expectedLength));
    }
    return { signatures };
  }

  /** One signature after a context-specific login: a PIN that was typed once is presented once. */
  #signWithPin(args: Args, pin: Buffer | null): SignAnswer {
    const [input, ...more] = args.inputs;
    if (this.#presenter === null || input === undefined || more.length > 0) {
      throw new CkFailure(CKR.CKR_ARGUMENTS_BAD, 'C_Login');
    }
    const identity = args.identity ?? '';
    const refused = this.#presenter.refuseContext(args.slot, identity, pin);
    if (refused !== null) return { signatures: [], context: refused };
    const [session, key] = this.#key(args);
    this.#begin(session, mechanismOf(args.mechanism, args.parameter), key);
    const context = this.#presenter.context(session, identity, pin);
    if (context.rv !== CKR.CKR_OK) {
      // A refused context login leaves the operation in a state no two drivers agree on.
      this.#sessions.renew(args.slot);
      return { signatures: [], context };
    }
    return { signatures: [this.#finish(session, input, args.expectedLength)], context };
  }

  #key(args: Args): [session: Handle, key: Handle] {
    const session = this.#sessions.open(args.slot);
    let key = session.keys.get(args.keyId);
    if (key === undefined) {
      key = findPrivateKey(this.#library, session.handle, args.keyId);
      session.keys.set(args.keyId, key);
    }
    return [session.handle, key];
  }

  #begin(session: Handle, mechanism: Mechanism, key: Handle): void {
    ck('C_SignInit', () => this.#library.p11.C_SignInit(session, mechanism, key));
  }

  #finish(session: Handle, input: Buffer, expectedLength: number): Buffer {
    const signature = ck('C_Sign', () => this.#library.p11.C_Sign(session, input, this.#space));
    if (signature.length !== expectedLength) {
      throw new GarbageAnswer(`C_Sign claimed ${signature.length} bytes where the key gives ${expectedLength}`);
    }
    if (!this.#mark.equals(MARK)) throw new GarbageAnswer('C_Sign wrote past the space it was given');
    return Buffer.from(signature);
  }
}

function mechanismOf(type: number, parameter: PssParameter | undefined): Mechanism {
  if (parameter === undefined) return { mechanism: type };
  const { hashAlg, mgf, saltLen } = parameter;
  return { mechanism: type, parameter: { type: PARAMS_RSA_PSS, hashAlg, mgf, saltLen } } as Mechanism;
}
