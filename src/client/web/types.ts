/** What a site can be allowed to do. */
export type Right = 'certificates' | 'authenticate' | 'sign';

/** Signature algorithms, by their names in JOSE. */
export type Algorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256' | 'PS384' | 'PS512' | 'ES256' | 'ES384' | 'ES512' | 'EdDSA';

/** Bytes of a page. */
export type Bytes = ArrayBuffer | ArrayBufferView;

/** Calls a request off: the question to the person goes away. */
export interface Abortable {
  signal?: AbortSignal;
}

/** Whether this site is paired, for what and until when (ISO 8601). */
export interface Status {
  name: 'signet';
  /** Of the daemon. */
  version: string;
  paired: boolean;
  rights: Right[];
  expiresAt: string | null;
}

export interface PairOptions extends Abortable {
  /** What to ask for; all three when left out. */
  rights?: readonly Right[];
}

export interface CertificatesOptions extends Abortable {
  /** What the certificate is for: only those that can serve are offered; `show` offers all. */
  purpose?: 'show' | 'authenticate' | 'sign';
}

/** A certificate that the person chose to show. */
export interface Certificate {
  /** DER, base64. */
  certificate: string;
  /** Names it in later requests of this site. */
  credentialId: string;
  /** What its key can sign with on this card or key. */
  algorithms: Algorithm[];
  /** The authorities above it whose certificates the card or key holds, nearest first: DER, base64. */
  chain: string[];
}

export interface AuthenticateOptions extends Abortable {
  /** From the site's server: random, used once, 44 to 128 characters. */
  challengeNonce: string;
}

/** What a server validates: an authentication token of the format `web-eid:1.0`. Bytes are base64. */
export interface AuthToken {
  unverifiedCertificate: string;
  algorithm: Algorithm;
  signature: string;
  format: string;
  appVersion: string;
}

/** Exactly one of both: the bytes (16 MiB at most), or their hash, made with the hash of the algorithm. */
export type Signed = { data: Bytes; digest?: never } | { digest: Bytes; data?: never };

/** A certificate that the person showed to this site: its id, or its DER. */
export type Which = { credentialId: string; certificate?: never } | { certificate: string | Bytes; credentialId?: never };

/** The form of an ECDSA signature: R‖S, the usual one, or DER. */
export type Encoding = 'p1363' | 'der';

export type SignOptions = Abortable &
  Which &
  Signed & {
    algorithm: Algorithm;
    /** What the person sees the document called; 200 characters at most. */
    documentName?: string;
    encoding?: Encoding;
  };

/** Base64. */
export interface Signature {
  signature: string;
  algorithm: Algorithm;
  /** DER. */
  certificate: string;
}

export type SignBatchOptions = Abortable &
  Which & {
    algorithm: Algorithm;
    /** 10,000 at most; the person is shown the first of them and the number of all. */
    documents: readonly { digest: Bytes; name?: string }[];
    encoding?: Encoding;
  };

/** Base64, in the order of the documents. */
export interface BatchSignatures {
  signatures: string[];
  algorithm: Algorithm;
  /** DER. */
  certificate: string;
}

/** What an event carries in `detail`. */
export interface SignetEvents {
  token: CustomEvent<{ change: 'inserted' | 'removed' }>;
  pairing: CustomEvent<{ state: 'ended' }>;
}
