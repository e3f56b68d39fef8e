/** What kind of key a practice credential has. */
export type PracticeKind = 'RSA-2048' | 'P-256' | 'P-384';

/** One key pair with its certificate, as planned for the practice token. */
export interface PlannedCredential {
  /** CKA_ID of key pair and certificate, one byte as two hex digits. */
  readonly id: string;
  readonly kind: PracticeKind;
  /** CKA_LABEL of key pair and certificate. */
  readonly label: string;
  /** Common name of the certificate. */
  readonly commonName: string;
}

/** Label of the practice token. */
export const TOKEN_LABEL = 'Signet practice';
/** User PIN and SO PIN of the practice token: printed to the person on purpose, worth nothing. */
export const USER_PIN = '123456';
export const SO_PIN = '12345678';

/** Organisation and common name that no one can take for a real authority. */
export const ORGANISATION = 'Signet practice - no legal value';
export const AUTHORITY_NAME = 'Signet practice CA - no legal value';
/** Label and CKA_ID of the authority's certificate on the token. */
export const AUTHORITY_ID = 'ca';
/** Distribution point named in every certificate; `.invalid` never resolves (RFC 6761, 6.4). */
export const CRL_URI = 'http://practice.signet.invalid/crl.der';

const DAY = 86_400_000;
/** Lifetimes in milliseconds. */
export const LIFETIME = {
  leaf: 730 * DAY,
  authority: 7300 * DAY,
  crl: 365 * DAY,
  renewBefore: 30 * DAY,
  backdate: 3_600_000,
} as const;

/** The three credentials of the practice token. */
export const CREDENTIALS: readonly PlannedCredential[] = [
  { id: '01', kind: 'RSA-2048', label: 'Practice RSA-2048', commonName: 'Practice Holder (RSA)' },
  { id: '02', kind: 'P-256', label: 'Practice P-256', commonName: 'Practice Holder (P-256)' },
  { id: '03', kind: 'P-384', label: 'Practice P-384', commonName: 'Practice Holder (P-384)' },
];
