/** What an issuer says of one of its certificates. Times in milliseconds since 1970. */
export interface Status {
  status: 'good' | 'revoked' | 'unknown';
  revokedAt: number | null;
  /** As of when. */
  thisUpdate: number;
  /** Until when that may be relied on; null when it does not say. */
  nextUpdate: number | null;
}

/** Why an answer says nothing: not one of its kind, from somebody else, about something else, or of a kind that is not read here. */
export type NoStatus =
  | 'malformed'
  | 'refused'
  | 'signature'
  | 'other_certificate'
  | 'other_issuer'
  | 'partial'
  | 'too_large'
  | 'unreachable';
