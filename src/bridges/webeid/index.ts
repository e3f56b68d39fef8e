import { SignetError } from '../../errors/index.ts';
import { type Language, supported } from '../../messages/index.ts';
import type { Site, SiteCall } from '../../sites/index.ts';
import type { Credential } from '../../tokens/index.ts';
import type { Bridge, BridgeContext, BridgeState } from '../bridge.ts';
import { algorithmFor, signatureAlgorithms } from './algorithms.ts';
import { failureOf } from './failure.ts';
import { langOf, readRequest, type WebEidRequest } from './request.ts';

/** The bridge to the published Web eID extension, which reaches it through the native messaging host `eu.webeid`. */
export interface WebEidBridge extends Bridge {
  /**
   * Answers one command of the extension's. Never rejects: a failure is an answer with `error`. `signal` is aborted when the browser
   * has gone.
   */
  handle(message: unknown, call: { signal: AbortSignal }): Promise<object>;
}

/** Speaks protocol version 2 of the native application, for tokens of the format `web-eid:1.0`. */
export function webEidBridge(context: BridgeContext): WebEidBridge {
  return new WebEid(context);
}

class WebEid implements WebEidBridge {
  readonly name = 'webeid';
  readonly #context: BridgeContext;

  constructor(context: BridgeContext) {
    this.#context = context;
  }

  state(): BridgeState {
    return { name: this.name, enabled: true, listening: ['native:eu.webeid'], problem: null };
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  async handle(message: unknown, { signal }: { signal: AbortSignal }): Promise<object> {
    const language: Language | undefined = supported(langOf(message));
    try {
      return await this.#answer(readRequest(message), { signal, language });
    } catch (error) {
      return failureOf(this.#asKnown(error, signal), language ?? this.#context.language);
    }
  }

  async #answer(request: WebEidRequest, call: SiteCall): Promise<object> {
    if (request.command === 'quit') return {};
    const site = this.#context.sites.site(request.origin, 'webeid');
    switch (request.command) {
      case 'get-signing-certificate':
        return this.#certificate(site, call);
      case 'authenticate':
        return this.#authenticate(site, request.challengeNonce, call);
      case 'sign':
        return this.#sign(site, request, call);
    }
  }

  async #certificate(site: Site, call: SiteCall): Promise<object> {
    const { sites } = this.#context;
    // Who asks for the signing certificate comes back with something to sign: one pairing for both.
    if (!sites.status(site).paired) await sites.pair(site, ['certificates', 'sign'], call);
    const credential = await sites.certificate(site, { purpose: 'sign', accepts: canSign }, call);
    return {
      certificate: credential.certificate.der.toString('base64'),
      supportedSignatureAlgorithms: signatureAlgorithms(credential),
    };
  }

  async #authenticate(site: Site, challengeNonce: string, call: SiteCall): Promise<object> {
    const { sites, version } = this.#context;
    const token = await sites.authenticate(site, { challengeNonce }, call);
    // A URL that names the program; under a domain that can never lead anywhere (RFC 2606, 2).
    return { ...token, appVersion: `https://signet.invalid/releases/v${version}` };
  }

  async #sign(site: Site, request: WebEidRequest & { command: 'sign' }, call: SiteCall): Promise<object> {
    const credential = await this.#shown(site, request.certificate, call);
    const { algorithm, told } = algorithmFor(credential, request.hashFunction);
    const document = { algorithm, digest: request.hash, anyCurve: true };
    const [signature] = await this.#context.sites.sign(site, credential, [document], call);
    if (signature === undefined) throw new TypeError('one document has one signature');
    return { signature: signature.toString('base64'), signatureAlgorithm: told };
  }

  /** The credential of a certificate. A site may have kept one that it was shown long ago: the person is then asked to show it again. */
  async #shown(site: Site, certificate: Buffer, call: SiteCall): Promise<Credential> {
    const { sites } = this.#context;
    try {
      return await sites.find(site, { certificate });
    } catch (error) {
      if (!(error instanceof SignetError) || error.code !== 'credential_not_found') throw error;
    }
    if (!sites.status(site).paired) await sites.pair(site, ['certificates', 'sign'], call);
    const accepts = (credential: Credential): boolean => credential.certificate.der.equals(certificate);
    try {
      return await sites.certificate(site, { purpose: 'sign', accepts }, call);
    } catch (error) {
      const absent = error instanceof SignetError && error.code === 'no_certificate' && error.facts.variant !== 'expired';
      throw absent ? new SignetError('credential_not_found', { cause: error }) : error;
    }
  }

  #asKnown(error: unknown, signal: AbortSignal): SignetError {
    if (error instanceof SignetError) return error;
    if (signal.aborted) return new SignetError('prompt_cancelled', { variant: 'gone' });
    this.#context.log.error(
      { err: { name: (error as Error).name, stack: (error as Error).stack }, bridge: this.name },
      'internal error',
    );
    return new SignetError('internal_error');
  }
}

function canSign(credential: Credential): boolean {
  return signatureAlgorithms(credential).length > 0;
}
