import { CKR, CkFailure, DriverFailure, type Secret, type SignRequest } from '../drivers/index.ts';
import { SignetError } from '../errors/index.ts';
import type { Audit } from '../store/index.ts';
import type { Caller, Credential, Tokens } from '../tokens/index.ts';
import { type Algorithm, planSignature, SignatureInputError, type SignaturePlan } from './algorithm.ts';
import { signatureLength } from './ecdsa.ts';
import { Pace } from './pace.ts';

/** What to sign. Exactly one of `data` and `digest`. */
export interface SignInput {
  algorithm: Algorithm;
  data?: Buffer;
  digest?: Buffer;
  /** ECDSA with the algorithm's hash on whatever curve the key has: see planSignature. */
  anyCurve?: boolean;
}

/** PIN and consent for a key that asks every time. */
export interface ContextPin {
  pin: Secret | null;
  consent?: string | undefined;
}

/** Makes raw signatures with keys on tokens. ECDSA signatures are R‖S (IEEE P1363). */
export class Signing {
  readonly #tokens: Tokens;
  readonly #audit: Audit;

  constructor(tokens: Tokens, audit: Audit) {
    this.#tokens = tokens;
    this.#audit = audit;
  }

  /**
   * Signs once. Throws `pin_required` without a login of this caller (or, for a key that asks every time, without `context`),
   * `algorithm_unsupported`, `digest_length`, `token_removed`, a driver's failure, or what the guard throws.
   */
  async sign(credential: Credential, caller: Caller, input: SignInput, context?: ContextPin): Promise<Buffer> {
    const plan = planFor(credential, input);
    this.#requireAudit();
    this.#tokens.requireSession(credential.token, caller);
    const request = requestFor(credential, plan, [plan.input]);
    try {
      const signature =
        credential.key?.alwaysAuthenticate === true
          ? await this.#signWithPin(credential, caller, request, context)
          : (await credential.token.driver.call('sign', request)).signatures[0];
      if (signature === undefined) throw new SignetError('driver_refused', { params: { rv: 'no signature' } });
      this.#record(credential, caller, 'sign', 'ok', { algorithm: input.algorithm });
      return Buffer.from(signature);
    } catch (error) {
      throw await this.#failed(error, credential, caller, 'sign', { algorithm: input.algorithm });
    }
  }

  /** Throws as `sign` would before anything is asked of the person or the token: what is wanted can be made by this key. */
  require(credential: Credential, input: SignInput): void {
    planFor(credential, input);
    this.#requireAudit();
  }

  /** Signs many digests, in order: all of them, or an error whose `made` says how many from the front were signed. */
  async signBatch(
    credential: Credential,
    caller: Caller,
    algorithm: Algorithm,
    digests: Buffer[],
    { anyCurve = false, signal }: { anyCurve?: boolean; signal?: AbortSignal } = {},
  ): Promise<Buffer[]> {
    const plans = digests.map((digest) => planFor(credential, { algorithm, digest, anyCurve }));
    this.#requireAudit();
    this.#tokens.requireSession(credential.token, caller);
    if (credential.key?.alwaysAuthenticate === true) throw new SignetError('pin_required', { variant: 'every_time' });
    this.#record(credential, caller, 'sign-batch', 'begun', { algorithm, count: plans.length });
    let failure: unknown;
    let signed = 0;
    const all: (Buffer | undefined)[] = [];
    const pace = new Pace();
    let next = 0;
    const signNext = async (): Promise<void> => {
      const at = next;
      const part = plans.slice(at, at + pace.size);
      const [first] = part;
      if (first === undefined) return;
      next += part.length;
      const began = performance.now();
      try {
        this.#requireAudit();
        signal?.throwIfAborted();
        this.#tokens.requireSession(credential.token, caller);
        const request = requestFor(
          credential,
          first,
          part.map((plan) => plan.input),
        );
        const { signatures } = await credential.token.driver.call('sign', request);
        if (signatures.length !== part.length) throw new SignetError('driver_refused', { params: { rv: 'missing signatures' } });
        for (const [index, signature] of signatures.entries()) all[at + index] = signature;
        signed += signatures.length;
        pace.served(part.length, performance.now() - began);
      } catch (error) {
        failure ??= error;
      }
    };
    const work = async (worker: number): Promise<void> => {
      while (failure === undefined && next < plans.length && worker < pace.together) await signNext();
    };
    await signNext();
    await Promise.all(Array.from({ length: pace.together }, (_, worker) => work(worker)));
    await work(0);
    const made: Buffer[] = [];
    for (const signature of all) {
      if (signature === undefined) break;
      made.push(signature);
    }
    const detail = { algorithm, count: signed };
    if (failure !== undefined) {
      const error = await this.#failed(failure, credential, caller, 'sign-batch', detail);
      if (error instanceof SignetError)
        throw new SignetError(error.code, { ...error.facts, extra: { ...error.facts.extra, made: made.length } });
      throw error;
    }
    this.#record(credential, caller, 'sign-batch', 'ok', detail);
    return made;
  }

  async #signWithPin(
    credential: Credential,
    caller: Caller,
    request: SignRequest,
    context: ContextPin | undefined,
  ): Promise<Buffer | undefined> {
    const { token } = credential;
    if (context === undefined)
      throw new SignetError('pin_required', { variant: 'every_time', pin: this.#tokens.status(token, 'context') });
    let signatures: Buffer[] = [];
    let early: CkFailure | undefined;
    const presented = this.#tokens.guard.present({
      token,
      kind: 'context',
      purpose: 'context',
      caller,
      consent: context.consent,
      secret: context.pin,
      present: async ({ driver, identity }) => {
        const answer = await driver.call('sign', { ...request, identity, contextPin: context.pin }).catch((error: unknown) => {
          if (error instanceof CkFailure) early = error;
          throw error;
        });
        signatures = answer.signatures;
        if (answer.context === undefined) throw new CkFailure(CKR.CKR_GENERAL_ERROR, 'C_Login');
        return answer.context;
      },
    });
    try {
      await presented;
    } catch (error) {
      // Nothing was presented: what the driver said of the key or the session is the whole story.
      const unspent = error instanceof SignetError && (error.code === 'driver_refused' || error.code === 'token_removed');
      if (early !== undefined && unspent) throw early;
      throw error;
    }
    return signatures[0];
  }

  /** Nothing is signed that could not be written into the audit trail. */
  #requireAudit(): void {
    if (this.#audit.failure !== null) throw new SignetError('storage_unavailable');
  }

  #record(
    credential: Credential,
    caller: Caller,
    action: string,
    outcome: string,
    detail: Record<string, string | number>,
  ): void {
    this.#audit.add({ caller: caller.id, action, outcome, token: credential.token.id, credential: credential.id, detail });
  }

  async #failed(
    error: unknown,
    credential: Credential,
    caller: Caller,
    action: string,
    detail: Record<string, string | number>,
  ): Promise<unknown> {
    const { token } = credential;
    if (error instanceof CkFailure && SESSION_LOST.has(error.rv)) await this.#tokens.sessionLost(token);
    const told = translate(error, token.driver.id);
    const outcome = told instanceof SignetError ? told.code : 'internal_error';
    this.#record(credential, caller, action, outcome, {
      ...detail,
      ...(error instanceof CkFailure ? { rv: error.message } : {}),
    });
    return told;
  }
}

/** Answers of C_SignInit and C_Sign after which the login must be taken for lost: "logged in" in the session's state is no proof. */
const SESSION_LOST = new Set<number>([
  CKR.CKR_USER_NOT_LOGGED_IN,
  CKR.CKR_DEVICE_REMOVED,
  CKR.CKR_DEVICE_ERROR,
  CKR.CKR_GENERAL_ERROR,
  CKR.CKR_SESSION_HANDLE_INVALID,
  CKR.CKR_SESSION_CLOSED,
  CKR.CKR_TOKEN_NOT_PRESENT,
  CKR.CKR_TOKEN_NOT_RECOGNIZED,
  CKR.CKR_OBJECT_HANDLE_INVALID,
  CKR.CKR_KEY_HANDLE_INVALID,
]);

const REMOVED = new Set<number>([CKR.CKR_DEVICE_REMOVED, CKR.CKR_TOKEN_NOT_PRESENT, CKR.CKR_TOKEN_NOT_RECOGNIZED]);

const UNSUPPORTED = new Set<number>([
  CKR.CKR_MECHANISM_INVALID,
  CKR.CKR_MECHANISM_PARAM_INVALID,
  CKR.CKR_KEY_TYPE_INCONSISTENT,
  CKR.CKR_KEY_FUNCTION_NOT_PERMITTED,
  CKR.CKR_DATA_LEN_RANGE,
  CKR.CKR_DATA_INVALID,
]);

function translate(error: unknown, driver: string): unknown {
  if (error instanceof DriverFailure) return new SignetError(error.code, { params: { driver }, cause: error, retryAfter: 1 });
  if (!(error instanceof CkFailure)) return error;
  const params = { rv: error.message };
  if (REMOVED.has(error.rv)) return new SignetError('token_removed', { cause: error });
  if (SESSION_LOST.has(error.rv)) return new SignetError('pin_required', { variant: 'session_lost', params, cause: error });
  if (UNSUPPORTED.has(error.rv)) return new SignetError('algorithm_unsupported', { variant: 'token', params, cause: error });
  if (error.rv === CKR.CKR_OPERATION_ACTIVE) return new SignetError('token_busy', { retryAfter: 1, cause: error });
  return new SignetError('driver_refused', { params, cause: error });
}

function planFor(credential: Credential, { algorithm, data, digest, anyCurve = false }: SignInput): SignaturePlan {
  const input = { ...(data === undefined ? {} : { data }), ...(digest === undefined ? {} : { digest }), anyCurve };
  try {
    return planSignature(algorithm, credential.certificate.facts.key, credential.mechanisms, input);
  } catch (error) {
    if (error instanceof SignatureInputError) throw inputError(error);
    throw error;
  }
}

/** A mistake in what was asked to be signed or checked, with the code of the API. */
export function inputError(error: SignatureInputError): SignetError {
  const because = String(error.parameters.because ?? '');
  return new SignetError(error.code, { params: { ...error.parameters }, ...(because === '' ? {} : { variant: because }) });
}

function requestFor(credential: Credential, plan: SignaturePlan, inputs: Buffer[]): SignRequest {
  const expectedLength = signatureLength(credential.certificate.facts.key);
  if (expectedLength === null) throw new SignetError('algorithm_unsupported', { variant: 'key', params: { algorithm: '' } });
  return {
    slot: credential.token.slot,
    keyId: credential.certificate.keyId,
    mechanism: plan.mechanism,
    ...(plan.parameter === undefined ? {} : { parameter: plan.parameter }),
    inputs,
    expectedLength,
  };
}
