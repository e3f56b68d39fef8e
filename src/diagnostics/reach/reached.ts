/** Who vouches for a TLS server: an authority that is known everywhere, one that was added to this machine, or none known here. */
export type Anchor = 'public' | 'local' | 'nobody';

/** What came of asking another machine. Nothing of it has been verified. */
export type Reached =
  | {
      outcome: 'answered';
      status: number;
      /** The `Date` header plus `Age`, in milliseconds since 1970; null when there is none. */
      time: number | null;
      body: Buffer;
      /** There was more than the limit. */
      cut: boolean;
      proxied: boolean;
      /** Null without TLS. */
      tls: { anchor: Anchor; issuer: string | null } | null;
    }
  | {
      outcome: 'failed';
      /** `address`: not one that Signet asks; `own`: it leads to this machine; `proxy`: not let through; `silent`: out of time. */
      why: 'address' | 'own' | 'proxy' | 'silent' | 'network' | 'tls';
      /** The system's word, such as `ENOTFOUND`. */
      code: string;
      proxied: boolean;
    };

/** What an OCSP responder is asked about, in lower-case hex (RFC 6960 section 4.1.1): SHA-1 of the issuer's name and key, and a serial number. */
export interface OcspQuestion {
  nameHash: string;
  keyHash: string;
  serial: string;
}

export interface ReachOptions {
  /** Bytes of the answer that are read; 4 MiB at most, 1 KiB when left out. */
  limit?: number;
  /** Posts this question in place of a plain GET. Nothing else can be sent. */
  question?: OcspQuestion;
}
