import type { FastifyRequest } from 'fastify';
import { SignetError } from '../errors/index.ts';
import { answerLanguage, errorTexts, type Language, translator } from '../messages/index.ts';
import type { Procedure, Procedures, Purpose, Situation } from '../procedures/index.ts';
import type { Token, Tokens } from '../tokens/index.ts';
import type { ApiContext } from './context.ts';

type Rooms = Pick<ApiContext, 'tokens' | 'procedures' | 'language' | 'log'>;

/**
 * Adds the issuer's procedure to an error that ends in a blocked token, or is a step before it: `nextStep` names it and says
 * where to read it. Only what is known already is looked at, no driver is asked, and whatever goes wrong here leaves the error
 * as it was.
 */
export function withWayOut(error: unknown, request: FastifyRequest, rooms: Rooms): unknown {
  if (!(error instanceof SignetError) || !leadsToBlocked(error)) return error;
  try {
    const { tokenId, credentialId } = (request.params ?? {}) as { tokenId?: string; credentialId?: string };
    const token = rooms.tokens.known(tokenId ?? credentialId ?? '');
    const [procedure] = token === undefined ? [] : proceduresFor(rooms, token, 'unblock');
    if (procedure === undefined) return error;
    const language = answerLanguage(request.headers['accept-language'], rooms.language);
    const nextStep = { text: nextText(error, procedure, language), procedureId: procedure.id, href: hrefOf(procedure) };
    return new SignetError(error.code, { ...error.facts, extra: { ...error.facts.extra, nextStep }, cause: error });
  } catch (failure) {
    rooms.log.warn({ reason: failure instanceof Error ? failure.name : 'unknown' }, 'no procedure could be named');
    return error;
  }
}

/**
 * The procedures that fit a token by what is known of it, best first. Several certificates may have several issuers: one whose
 * issuer has a procedure of its own comes before the generic one.
 */
export function proceduresFor(
  { tokens, procedures }: { tokens: Pick<Tokens, 'issuers'>; procedures: Pick<Procedures, 'matches'> },
  token: Token,
  purpose: Purpose,
  issuers: readonly string[] = tokens.issuers(token),
): Procedure[] {
  const { manufacturer, model } = token.facts;
  const situations: Situation[] = [...issuers.map((issuerDn) => ({ issuerDn })), {}];
  const fitting = situations.flatMap((situation) =>
    procedures.matches({ ...situation, purpose, token: { manufacturer, model } }),
  );
  const own = fitting.filter(({ match }) => !match.generic);
  return [...new Set([...own, ...fitting])];
}

/** Where the API shows a procedure. */
export function hrefOf({ id }: Pick<Procedure, 'id'>): string {
  return `/v1/procedures/${id}`;
}

function leadsToBlocked({ code, facts }: SignetError): boolean {
  if (code === 'pin_locked' || code === 'final_try_consent_required') return true;
  return code === 'pin_incorrect' && (facts.pin as { state?: string } | undefined)?.state === 'locked';
}

function nextText({ code, facts }: SignetError, procedure: Procedure, language: Language): string {
  const general = errorTexts(code, facts, language).nextStep ?? '';
  if (procedure.match.generic) return general;
  const params = { issuer: procedure.issuer, title: procedure.title[language] };
  // Before the last try the advice comes first; once blocked, the issuer's own way stands in its place.
  const named = translator(language)('procedures.next.issuer', params);
  return code === 'final_try_consent_required'
    ? `${general} ${translator(language)('procedures.next.if_blocked', params)}`
    : named;
}
