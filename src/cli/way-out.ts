import type { PinStatus, SignetClient, Token } from '../client/index.ts';
import { SignetError } from '../errors/index.ts';
import { type Translate, translator } from '../messages/index.ts';

/** The error of a blocked PIN or PUK, with the issuer's procedure as its next step where the daemon knows one. Never fails. */
export async function blocked(
  { client, language }: { client: Pick<SignetClient, 'matchProcedure'>; language: string },
  token: Pick<Token, 'id'>,
  pin: PinStatus,
): Promise<SignetError> {
  try {
    const { procedure } = await client.matchProcedure({ purpose: 'unblock', tokenId: token.id });
    const { id, issuer, title } = procedure;
    const t: Translate = translator(language);
    const text = t('procedures.next.issuer', { issuer, title });
    const generic = id.startsWith('generic.');
    const nextStep = { ...(generic ? {} : { text }), procedureId: id, href: `/v1/procedures/${id}` };
    return new SignetError('pin_locked', { pin, extra: { nextStep } });
  } catch {
    // What is wrong is that it is blocked, not that no way out could be looked up.
    return new SignetError('pin_locked', { pin });
  }
}
