import type { Secret } from '../drivers/index.ts';

/** The way by which a request came in; `page` is a web page that called the API itself. */
export const WAYS = ['extension', 'page', 'webeid', 'scs', 'nexu', 'afirma', 'program'] as const;
export type Way = (typeof WAYS)[number];

/** Who asks, as the person must see it. */
export interface Asker {
  kind: 'site' | 'program';
  /** A site's origin in full, such as `https://sede.example.es`; a program's name. */
  name: string;
  via: Way;
}

/** What a site may be allowed to do. */
export const SITE_RIGHTS = ['certificates', 'authenticate', 'sign'] as const;
export type SiteRight = (typeof SITE_RIGHTS)[number];

/** A token, as a question shows it. */
export interface TokenCard {
  id: string;
  label: string;
  reader: string;
  /** The PIN is typed on the reader: no face takes one. */
  pinPad: boolean;
  minPinLength: number;
  maxPinLength: number;
}

/** A certificate with its key, as a question shows it. */
export interface CertificateCard {
  credentialId: string;
  holder: string;
  issuer: string;
  /** ISO 8601. */
  notBefore: string;
  notAfter: string;
  /** By the dates and this machine's clock. */
  valid: boolean;
  token: TokenCard;
}

/** What a PIN status says, in the words of src/messages/pin.ts. */
export interface TriesCard {
  state: 'ok' | 'low' | 'final_try' | 'locked' | 'not_initialised' | 'must_change' | 'unknown';
  remaining: { atLeast: number; atMost: number } | null;
  limit: number;
  basis: 'token' | 'card' | 'ledger' | 'none';
  flagsReliable: 'yes' | 'no' | 'unproven';
  observedAt: string;
}

/** What would be signed: the name that the asker gave, if any, and the digest in short. */
export interface DocumentCard {
  name: string | null;
  /** `SHA-256 3f2a 91c0 … 77de`: algorithm and the two ends of the digest in hex. */
  digest: string;
}

/** What the person is asked to allow. */
export type Act =
  | { kind: 'login' }
  | { kind: 'authenticate' }
  | {
      kind: 'sign';
      documents: readonly DocumentCard[] /** All of them; more than `documents` shows, in a large batch. */;
      count: number;
    };

/** The issuer's way out, one step away. */
export interface WayOut {
  text: string;
  procedureId: string | null;
}

/** Why the PIN is asked for again, in the codes of the error table. */
export type Again = 'pin_incorrect' | 'pin_known_wrong' | 'pin_format' | 'rate_limited' | null;

/** A file that the person chose; `name` is bare. */
export interface PickedFile {
  name: string;
  data: Buffer;
}

/** A question to the person at this machine. */
export type Question =
  | {
      kind: 'pair';
      asker: Asker;
      wants: readonly SiteRight[] /** Days to choose from, the proposed one first. */;
      days: readonly number[];
    }
  | {
      kind: 'certificate';
      asker: Asker;
      purpose: 'show' | 'authenticate' | 'sign';
      candidates: readonly CertificateCard[];
      /** Whether the choice can be remembered for this site, and for how many days. */
      rememberDays: number | null;
    }
  | {
      kind: 'pin';
      asker: Asker;
      act: Act;
      /** Null for a login that is for no certificate in particular. */
      certificate: CertificateCard | null;
      token: TokenCard;
      tries: TriesCard;
      again: Again;
      /** Seconds before the PIN can be presented, after `rate_limited`. */
      waitSeconds: number;
      wayOut: WayOut | null;
    }
  | { kind: 'confirm'; asker: Asker; act: Act; certificate: CertificateCard }
  | {
      kind: 'load';
      asker: Asker;
      /** In the site's own words; empty when it says nothing. */
      title: string;
      description: string;
      /** Without a dot; none: every kind of file. A help for choosing, no more. */
      extensions: readonly string[];
      multiple: boolean;
      /** How many files may be handed over, and how many bytes together. */
      limits: { files: number; bytes: number };
    }
  | {
      kind: 'save';
      asker: Asker;
      /** Bare, as the asker proposes it. */
      name: string;
      /** Of `content`, in bytes. */
      size: number;
      digest: string;
      /** Fetched apart from the question: see `Desk.content`. */
      content: Buffer;
    }
  | { kind: 'final_try'; asker: Asker; token: TokenCard; tries: TriesCard; wayOut: WayOut | null }
  | { kind: 'blocked'; asker: Asker; token: TokenCard; tries: TriesCard; wayOut: WayOut | null };

export type QuestionKind = Question['kind'];
export type QuestionOf<K extends QuestionKind> = Extract<Question, { kind: K }>;

/** What the person answered. `blocked` is only read; a PIN of null is typed on the reader; `save` says that the file is saved. */
export interface Answers {
  pair: { rights: readonly SiteRight[]; days: number };
  certificate: { credentialId: string; remember: boolean };
  pin: { pin: Secret | null };
  confirm: Record<string, never>;
  load: { files: readonly PickedFile[] };
  save: Record<string, never>;
  final_try: Record<string, never>;
  blocked: Record<string, never>;
}
