import { errorTexts, pickLanguage, supported, translator } from '../messages/index.ts';
import type { Unreachable } from './unreachable.ts';

/** The one code of the Web eID protocol for everything but a cancel. */
const FATAL = 'ERR_WEBEID_NATIVE_FATAL';

interface Failure {
  error: { code: string; message: string; reason: string; nextStep?: { text: string; procedureId: string | null } };
}

/** The daemon could not be asked. `reason` is `DAEMON_ABSENT`, `DAEMON_UNSAFE`, `DAEMON_FORBIDDEN` or `DAEMON_LOST`. */
export function unreachable({ reason }: Unreachable, message: unknown): Failure {
  const t = translator(languageOf(message));
  const next = t(`host.next.${reason}`);
  return {
    error: {
      code: FATAL,
      message: `${t(`host.unreachable.${reason}`)} ${next}`,
      reason: `DAEMON_${reason.toUpperCase()}`,
      nextStep: { text: next, procedureId: null },
    },
  };
}

/** The daemon refused the relay itself: not this user's, or older than this host. */
export function refused(json: unknown, message: unknown): Failure {
  const { code, detail, nextStep } = (json ?? {}) as { code?: unknown; detail?: unknown; nextStep?: { text?: unknown } };
  if (typeof code !== 'string' || typeof detail !== 'string') {
    const { detail: general } = errorTexts('internal_error', {}, languageOf(message));
    return { error: { code: FATAL, message: general, reason: 'INTERNAL_ERROR' } };
  }
  const next = nextStep?.text;
  if (typeof next !== 'string') return { error: { code: FATAL, message: detail, reason: code.toUpperCase() } };
  return {
    error: {
      code: FATAL,
      message: `${detail} ${next}`,
      reason: code.toUpperCase(),
      nextStep: { text: next, procedureId: null },
    },
  };
}

/** What came from the browser is no message. */
export function unreadable(): Failure {
  return { error: { code: FATAL, message: translator(languageOf(null))('host.unreadable'), reason: 'INVALID_REQUEST' } };
}

function languageOf(message: unknown): string {
  const given = (message as { arguments?: { lang?: unknown } | null } | null)?.arguments?.lang;
  return (typeof given === 'string' ? supported(given) : undefined) ?? pickLanguage({ env: process.env });
}
