import { errorTexts, isPinFacts, type Language } from '../../messages/index.ts';
import { tabled } from '../loopback.ts';

/** Reason codes of the specification, as far as they are known (SCS 1.1, 2.6). */
const REASONS: Readonly<Record<string, number>> = {
  invalid_request: 400,
  unsupported_media_type: 400,
  payload_too_large: 400,
  digest_length: 400,
  algorithm_unsupported: 400,
  prompt_cancelled: 401,
  prompt_timeout: 401,
  pin_locked: 401,
  origin_not_paired: 403,
  host_not_allowed: 403,
  rate_limited: 403,
  no_certificate: 404,
  credential_not_found: 404,
  not_found: 404,
  method_not_allowed: 405,
};

/**
 * A failure in the protocol's form: always HTTP 200, with a number and a text. Members of ours tell the page what it can do:
 * `reason` (Signet's code in capitals), `retriesLeft`, `nextStep`.
 */
export function refusalOf(error: unknown, language: Language): Record<string, unknown> {
  const known = tabled(error);
  const { detail, nextStep } = errorTexts(known.code, known.facts, language);
  const { pin, extra } = known.facts;
  const named = extra?.nextStep as { text: string } | undefined;
  const text = named?.text ?? nextStep;
  return {
    version: '1.1',
    status: 'failed',
    reasonCode: REASONS[known.code] ?? 500,
    reasonText: text === undefined ? detail : `${detail} ${text}`,
    reason: known.code.toUpperCase(),
    ...(isPinFacts(pin) && pin.remaining !== null ? { retriesLeft: pin.remaining.atMost } : {}),
    ...(named === undefined ? {} : { nextStep: named }),
  };
}
