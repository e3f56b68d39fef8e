import { errorTexts, pickLanguage, translator } from '../messages/index.ts';
import { Unreachable } from './unreachable.ts';

/** An error as the daemon writes it (RFC 9457), or as this host does in its place. */
export interface OwnProblem {
  code: string;
  title: string;
  detail: string;
  nextStep?: { text: string };
}

/** One of the daemon's errors, told by the host itself. */
export function own(code: 'queue_full' | 'invalid_request' | 'internal_error', language: string | undefined): OwnProblem {
  const { title, detail } = errorTexts(code, {}, pickLanguage({ configured: language, env: process.env }));
  return { code, title, detail };
}

/** Why there is no answer: `daemon_unavailable` with what to do, or an internal error. */
export function problemOf(error: unknown, language: string | undefined): OwnProblem {
  if (!(error instanceof Unreachable)) return own('internal_error', language);
  const t = translator(pickLanguage({ configured: language, env: process.env }));
  const title = t(`host.unreachable.${error.reason}`);
  const next = t(`host.next.${error.reason}`);
  return { code: 'daemon_unavailable', title, detail: `${title} ${next}`, nextStep: { text: next } };
}
