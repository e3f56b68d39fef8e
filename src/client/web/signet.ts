import { base64 } from './base64.ts';
import type { Channel, Params } from './channel.ts';
import { DirectChannel } from './direct.ts';
import { ExtensionChannel } from './extension.ts';
import { SignetWebError } from './failure.ts';
import type { Method } from './messages.ts';
import type {
  Abortable,
  AuthenticateOptions,
  AuthToken,
  BatchSignatures,
  Bytes,
  Certificate,
  CertificatesOptions,
  PairOptions,
  Signature,
  SignBatchOptions,
  SignetEvents,
  SignOptions,
  Status,
} from './types.ts';

/** Milliseconds before the first and between later attempts to hear events again after the way to Signet broke off. */
const FIRST_PAUSE = 2_000;
const LONGEST_PAUSE = 60_000;

/** The events there are. */
const EVENTS: readonly string[] = ['token', 'pairing'];

export interface SignetOptions {
  /** Where there is no extension, ask the daemon by HTTP from the page itself: `true`, or where it listens. Off by default. */
  direct?: boolean | string;
}

/**
 * Signet for web pages. Every method throws SignetWebError, or the signal's reason when it was called off. The person is asked by
 * Signet itself, never by the page, and a PIN never comes here.
 */
export class Signet extends EventTarget {
  readonly #extension: Channel;
  readonly #direct: Channel | null;
  #listening = false;
  #missing = false;

  constructor({ direct = false }: SignetOptions = {}) {
    super();
    this.#extension = new ExtensionChannel((event, detail) => {
      if (EVENTS.includes(event)) this.dispatchEvent(new CustomEvent(event, { detail }));
    });
    this.#direct =
      direct === false ? null : new DirectChannel(direct === true ? 'http://127.0.0.1:9711' : direct.replace(/\/$/, ''));
  }

  /** Whether this site is paired. Asks the person nothing. */
  status({ signal }: Abortable = {}): Promise<Status> {
    return this.#call('status', {}, signal);
  }

  /** Has the person asked whether this site may use Signet; at once when it may already. */
  pair({ signal, ...params }: PairOptions = {}): Promise<Status> {
    return this.#call('pair', params, signal);
  }

  /** The certificate that the person chooses to show, as a list of one. */
  async certificates({ signal, ...params }: CertificatesOptions = {}): Promise<Certificate[]> {
    return [await this.#call<Certificate>('certificates', params, signal)];
  }

  /** Logs the person in: what comes back is for the site's server to validate. */
  async authenticate({ signal, ...params }: AuthenticateOptions): Promise<AuthToken> {
    return this.#call('authenticate', params, signal);
  }

  /** Signs a document, or its hash. */
  async sign({ signal, data, digest, certificate, ...params }: SignOptions): Promise<Signature> {
    return this.#call('sign', { ...params, ...encoded({ data, digest }), ...named(certificate) }, signal);
  }

  /** Signs many hashes with one consent: all of them, or an error. */
  async signBatch({ signal, documents, certificate, ...params }: SignBatchOptions): Promise<BatchSignatures> {
    const plain = documents.map(({ digest, name }) => ({ digest: base64(digest), ...(name === undefined ? {} : { name }) }));
    return this.#call('signBatch', { ...params, ...named(certificate), documents: plain }, signal);
  }

  /** `token`: a card or key came or went. `pairing`: the person has ended it. Both only for a paired site, through the extension. */
  override addEventListener<K extends keyof SignetEvents>(
    type: K,
    listener: (event: SignetEvents[K]) => void,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: AddEventListenerOptions | boolean,
  ): void;
  override addEventListener(type: string, listener: unknown, options?: AddEventListenerOptions | boolean): void {
    super.addEventListener(type, listener as EventListener, options);
    if (this.#listening || !EVENTS.includes(type) || !window.isSecureContext) return;
    this.#listening = true;
    void this.#listen();
  }

  override removeEventListener<K extends keyof SignetEvents>(
    type: K,
    listener: (event: SignetEvents[K]) => void,
    options?: EventListenerOptions | boolean,
  ): void;
  override removeEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: EventListenerOptions | boolean,
  ): void;
  override removeEventListener(type: string, listener: unknown, options?: EventListenerOptions | boolean): void {
    super.removeEventListener(type, listener as EventListener, options);
  }

  async #call<T>(method: Method, params: Params, signal: AbortSignal | undefined): Promise<T> {
    if (!window.isSecureContext || window.origin === 'null')
      throw new SignetWebError({ code: 'insecure_context', detail: 'Signet serves https pages only.' });
    try {
      if (this.#direct === null || !this.#missing) return (await this.#extension.call(method, params, signal)) as T;
    } catch (error) {
      if (this.#direct === null || !isMissing(error)) throw error;
      // Its script comes before the page's own or not at all.
      this.#missing = true;
    }
    return (await this.#direct.call(method, params, signal)) as T;
  }

  /** One request that stays open; asked again when the way breaks off, not when there is no extension. */
  async #listen(): Promise<void> {
    for (let pause = FIRST_PAUSE; ; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
      try {
        await this.#extension.call('listen', {});
      } catch (error) {
        if (isMissing(error)) return;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof SignetWebError && error.code === 'extension_missing';
}

/** The members that are bytes, in base64; those without a value are left out. A text is none: it could pass for base64. */
function encoded(members: Readonly<Record<string, Bytes | undefined>>): Params {
  const given = Object.entries(members).filter(([, value]) => value !== undefined) as [string, Bytes][];
  return Object.fromEntries(given.map(([name, value]) => [name, base64(value)]));
}

/** A certificate as it came, in base64, or its bytes. */
function named(certificate: Bytes | string | undefined): Params {
  return typeof certificate === 'string' ? { certificate } : encoded({ certificate });
}
