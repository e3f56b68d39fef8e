import type { Language } from '../messages/index.ts';

/** The same text in every language that Signet speaks. */
export type Texts = Record<Language, string>;

/** Who or what something is called: a proper name, the same everywhere, or words, which differ by language. See `nameIn`. */
export type Name = string | Texts;

/** What a procedure is for. */
export const PURPOSES = ['unblock', 'obtain', 'renew', 'revoke'] as const;
export type Purpose = (typeof PURPOSES)[number];

/**
 * How the way out goes, in one word. `none`: there is nothing to do it with (a software certificate has no PIN counter);
 * `unknown`: no source tells.
 */
export const PATHWAYS = [
  'puk_self_service',
  'issuer_remote',
  'send_in',
  'in_person',
  'reissue',
  'online',
  'none',
  'unknown',
] as const;
export type Pathway = (typeof PATHWAYS)[number];

export const ACTORS = ['holder', 'issuer', 'registration_office', 'help_desk'] as const;
export type Actor = (typeof ACTORS)[number];

/** By which way a step is done. `signet`: in Signet itself, such as a new PIN by PUK. */
export const CHANNELS = ['email', 'post', 'web', 'phone', 'in_person', 'signet', 'software', 'none'] as const;
export type Channel = (typeof CHANNELS)[number];

/** Something to have at hand for a step. */
export interface Need {
  id: string;
  kind: 'document' | 'device' | 'payment' | 'code' | 'certificate' | 'packaging' | 'other';
  text: Texts;
}

/** What has to come from somebody else before a step counts as done. */
export interface Wait {
  from: Actor;
  text: Texts;
}

/** One step; steps form an order without circles by `after`. */
export interface Step {
  id: string;
  who: Actor;
  /** One sentence that says what to do. */
  action: Texts;
  /** Whatever else the source tells about it, a sentence each. */
  details: Texts[];
  needs: Need[];
  channel: Channel;
  /** Id of the contact it goes to. */
  contact: string | null;
  /** The step is done only when this has come. */
  waitsFor: Wait | null;
  /** Ids of the steps that must be done before this one may begin. */
  after: string[];
  /** Why this one must not be done earlier, where a source says so: told to whoever tries. */
  notBefore: Texts | null;
  /** Only in these circumstances, such as "after the certificate has expired". */
  onlyIf: Texts | null;
}

/** Money asked for; `amount` in the currency's unit with its decimals ("60.00"). */
export interface Fee {
  amount: string;
  currency: string;
  taxIncluded: boolean | null;
  payableTo: string | null;
  /** How it is paid, contradictions of the source kept. */
  note: Texts | null;
  /** Date of the statement, `YYYY-MM-DD` or `YYYY-MM`. */
  asOf: string;
}

export interface Contact {
  id: string;
  name: Name;
  email: string | null;
  phone: string | null;
  /** Lines as they go on an envelope. */
  address: string[] | null;
  url: string | null;
  note: Texts | null;
}

/** Where a fact is from. */
export interface Source {
  id: string;
  title: string;
  url: string | null;
  /** Dates as `YYYY-MM-DD`, `YYYY-MM` or `YYYY`; null when the page has none. */
  published: string | null;
  updated: string | null;
  note: Texts | null;
}

/** When a certificate may be renewed, in days from its end; null where no source tells. */
export interface RenewalWindow {
  opensDaysBefore: number | null;
  /** Days after the end until which renewal is still taken; 0: only while valid. */
  closesDaysAfter: number | null;
  note: Texts | null;
}

/**
 * By what a procedure is recognised. Every list that is not empty must have one member that fits; the more lists fit, the
 * better the match. All empty: it matches nothing by itself and is chosen by hand. `generic` procedures stand in when
 * nothing else fits.
 */
export interface Match {
  /** Regular expressions (no flags; matched without case) on the issuer's distinguished name, RFC 4514. */
  issuerDn: string[];
  tokenManufacturer: string[];
  tokenModel: string[];
  /** ATRs in hex, `.` for a nibble that may be anything. */
  atr: string[];
  generic: boolean;
}

/** One issuer's procedure for one purpose: the content of one file. Every fact has a source; null means that none tells. */
export interface Procedure {
  /** `issuer.purpose`, such as `certigna.unblock`: the name of its file. */
  id: string;
  issuer: string;
  /** For whom or through whom, where one issuer has several ("Town hall of Alcorcón"). */
  programme: Name | null;
  /** ISO 3166-1 alpha-2, or null for anywhere. */
  country: string | null;
  purpose: Purpose;
  title: Texts;
  /** What happened and why it is so, in a few sentences. */
  summary: Texts[];
  match: Match;
  /** Wrong tries in a row that block, where a source tells. */
  tries: number | null;
  pathway: Pathway;
  steps: Step[];
  fee: Fee | null;
  /** True when a source says that it costs nothing, false when it costs something; null when none tells. */
  free: boolean | null;
  turnaround: Texts | null;
  validity: Texts | null;
  renewalWindow: RenewalWindow | null;
  contacts: Contact[];
  /** What cannot be undone, or ends for good. */
  risks: Texts[];
  /** What is left when the PUK (or whatever else this way needs) is blocked or lost too. */
  afterPukBlocked: Texts | null;
  /** Where sources disagree or leave something open, said as such. */
  cautions: Texts[];
  sources: Source[];
  /** When somebody last held this file against its sources, `YYYY-MM-DD`. */
  verified: string;
  confidence: 'high' | 'medium' | 'low' | 'unknown';
}
