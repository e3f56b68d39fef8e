import { errorTexts, isPinFacts } from '../../messages/index.ts';
import type { BridgeContext } from '../bridge.ts';
import { tabled } from '../loopback.ts';

/** The protocol's names of errors; it has none for a wrong or a blocked PIN. */
const NAMES: Readonly<Record<string, string>> = {
  prompt_cancelled: 'user.cancel',
  prompt_timeout: 'no.response',
  no_certificate: 'no.key.selected',
  credential_not_found: 'no.key',
  token_not_found: 'unknown.token.id',
  token_removed: 'no.token',
  not_found: 'unsupported.product',
};

/** A failure in the protocol's form, with members of ours: `reason` (Signet's code in capitals), `retriesLeft`, `nextStep`. */
export function refusalOf(
  error: unknown,
  { language, version }: Pick<BridgeContext, 'language' | 'version'>,
): Record<string, unknown> {
  const known = tabled(error);
  const { title, detail, nextStep } = errorTexts(known.code, known.facts, language);
  const { pin, extra } = known.facts;
  const named = extra?.nextStep as { text: string } | undefined;
  const text = named?.text ?? nextStep;
  return {
    success: false,
    error: NAMES[known.code] ?? 'exception',
    errorMessage: text === undefined ? detail : `${detail} ${text}`,
    reason: known.code.toUpperCase(),
    ...(isPinFacts(pin) && pin.remaining !== null ? { retriesLeft: pin.remaining.atMost } : {}),
    ...(named === undefined ? {} : { nextStep: named }),
    feedback: { feedbackStatus: 'EXCEPTION', info: title, nexuVersion: `signet ${version}` },
  };
}
