import { jsonBody } from './body.ts';
import type { Transport } from './transport.ts';
import type {
  CallOptions,
  SiteAuthenticateRequest,
  SiteCertificate,
  SiteCertificateRequest,
  SitePairingRequest,
  SiteSignAnswer,
  SiteSignBatchAnswer,
  SiteSignBatchRequest,
  SiteSignRequest,
  SiteStatus,
  SiteToken,
} from './types.ts';

/** The way by which a local program was asked by a site. */
export type SiteWay = 'extension' | 'webeid' | 'scs' | 'nexu' | 'afirma';

/**
 * Speaks for a web site whose origin the caller vouches for, as a native messaging host does. Every method but `status` may ask
 * the person; aborting its signal withdraws the question. Bytes are standard base64 here, as the site sent them.
 */
export class SiteClient {
  readonly #transport: Transport;
  readonly #headers: Record<string, string>;

  constructor(transport: Transport, origin: string, via: SiteWay) {
    this.#transport = transport;
    this.#headers = { 'signet-origin': origin, 'signet-via': via };
  }

  /** What the site may do. Asks nobody. */
  status(options?: CallOptions): Promise<SiteStatus> {
    return this.#post('status', {}, options);
  }

  /** Asks the person to allow the site these rights; all of them when none are named. */
  pair(request: SitePairingRequest = {}, options?: CallOptions): Promise<SiteStatus> {
    return this.#post('pairing', request, options);
  }

  /** A certificate that the person chooses to show. */
  certificate(request: SiteCertificateRequest = {}, options?: CallOptions): Promise<SiteCertificate> {
    return this.#post('certificates', request, options);
  }

  /** A Web eID token for the site's server. */
  authenticate(request: SiteAuthenticateRequest, options?: CallOptions): Promise<SiteToken> {
    return this.#post('authenticate', request, options);
  }

  /** Signs with a credential that the site was shown. */
  sign(request: SiteSignRequest, options?: CallOptions): Promise<SiteSignAnswer> {
    return this.#post('sign', request, options);
  }

  /** Signs many documents with one consent: all of them, or an error whose `problem.made` says how many. */
  signBatch(request: SiteSignBatchRequest, options?: CallOptions): Promise<SiteSignBatchAnswer> {
    return this.#post('sign-batch', request, options);
  }

  async #post<T>(act: string, members: object, options: CallOptions | undefined): Promise<T> {
    const signal = options?.signal === undefined ? {} : { signal: options.signal };
    const call = { method: 'POST', path: `/v1/site/${act}`, body: jsonBody({ ...members }), headers: this.#headers } as const;
    return (await this.#transport.json({ ...call, ...signal })) as T;
  }
}
