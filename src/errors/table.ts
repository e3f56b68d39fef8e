/**
 * Every error that a caller can get: stable code, HTTP status and exit code of the command line. Titles and texts are in the
 * message catalogues under the same code; docs/errors.md lists them all, and a test holds the three equal.
 */
export const ERRORS = {
  pin_required: { status: 401, exit: 4 },
  pin_incorrect: { status: 403, exit: 4 },
  pin_locked: { status: 423, exit: 4 },
  pin_known_wrong: { status: 409, exit: 4 },
  pin_format: { status: 422, exit: 4 },
  new_pin_refused: { status: 422, exit: 4 },
  final_try_consent_required: { status: 428, exit: 4 },
  pin_state_unknown: { status: 409, exit: 4 },
  pinpad_required: { status: 409, exit: 4 },
  prompt_cancelled: { status: 403, exit: 4 },
  prompt_timeout: { status: 408, exit: 4 },
  prompt_unavailable: { status: 503, exit: 4 },
  attempt_indeterminate: { status: 502, exit: 4 },
  unblock_unsupported: { status: 422, exit: 4 },
  token_not_found: { status: 404, exit: 3 },
  token_removed: { status: 410, exit: 3 },
  credential_not_found: { status: 404, exit: 3 },
  token_busy: { status: 503, exit: 3 },
  queue_full: { status: 503, exit: 3 },
  algorithm_unsupported: { status: 422, exit: 2 },
  digest_length: { status: 422, exit: 2 },
  certificate_malformed: { status: 422, exit: 2 },
  driver_crashed: { status: 502, exit: 3 },
  driver_timeout: { status: 504, exit: 3 },
  driver_unavailable: { status: 503, exit: 3 },
  driver_refused: { status: 502, exit: 3 },
  storage_unavailable: { status: 503, exit: 3 },
  origin_not_paired: { status: 403, exit: 3 },
  host_not_allowed: { status: 421, exit: 3 },
  scope_missing: { status: 403, exit: 3 },
  unauthenticated: { status: 401, exit: 3 },
  rate_limited: { status: 429, exit: 4 },
  client_exists: { status: 409, exit: 2 },
  client_not_found: { status: 404, exit: 2 },
  not_found: { status: 404, exit: 3 },
  method_not_allowed: { status: 405, exit: 2 },
  invalid_request: { status: 400, exit: 2 },
  payload_too_large: { status: 413, exit: 2 },
  headers_too_large: { status: 431, exit: 2 },
  request_timeout: { status: 408, exit: 3 },
  unsupported_media_type: { status: 415, exit: 2 },
  shutting_down: { status: 503, exit: 3 },
  internal_error: { status: 500, exit: 3 },
} as const satisfies Record<string, { status: number; exit: 0 | 1 | 2 | 3 | 4 }>;

export type ErrorCode = keyof typeof ERRORS;

export const ERROR_CODES = Object.keys(ERRORS) as ErrorCode[];
