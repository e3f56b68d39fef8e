import { SignetError } from '../errors/index.ts';
import type { Language } from '../messages/index.ts';
import type { Act, Dialog, SiteRight } from '../prompt/index.ts';
import type { Signing } from '../signatures/index.ts';
import { type Credential, FLAG, type Token, type Tokens } from '../tokens/index.ts';
import { type Acts, outcomeOf } from './acts.ts';
import { certificateCard } from './cards.ts';
import { chainOf } from './chain.ts';
import { KeyUse } from './key-use.ts';
import { askerOf, type Site } from './site.ts';
import type { Unlock } from './unlock.ts';

interface Rooms {
  tokens: Tokens;
  signing: Signing;
  acts: Acts;
  unlock: Unlock;
  now: () => number;
}

interface Use {
  site: Site;
  credential: Credential;
  act: Act;
  /** The right that the site needs for it, until the end. */
  right: SiteRight;
  /** Most raw signatures. */
  limit: number;
  language: Language;
}

/**
 * Asks for the PIN, or for a plain yes where this origin holds the login already; then the key may be used. Throws what the
 * prompt or the guard ends with, `token_removed`, and `origin_not_paired` where the right was taken away meanwhile.
 */
export async function openKey(
  { tokens, signing, acts, unlock, now }: Rooms,
  dialog: Dialog,
  { site, credential, act, right, limit, language }: Use,
): Promise<KeyUse> {
  const { token } = credential;
  const certificate = certificateCard(credential, now());
  const asker = askerOf(site);
  const unlocking = { token, caller: site.caller, asker, act, certificate, language };
  const there = tokens.untilRemoved(token);
  const requireThere = (): void => {
    if (!tokens.list().includes(token)) throw new SignetError('token_removed');
  };
  try {
    const lacksLogin = (): boolean => needsLogin(token) && tokens.session(token, site.caller) === null;
    requireThere();
    if (!lacksLogin()) await dialog.ask({ kind: 'confirm', asker, act, certificate }, there.signal);
    requireThere();
    // Also where the login ended while the person thought about it.
    if (lacksLogin()) await unlock.login(dialog, unlocking);
    await acts.requireStill(dialog, site, right);
  } catch (error) {
    acts.record(site, act.kind === 'sign' ? 'site.sign' : 'site.authenticate', outcomeOf(error), credential);
    throw error;
  } finally {
    there.stop();
  }
  // The login may have brought keys into sight, and with them whether this one asks for its PIN every time.
  const fresh = await tokens.credential(credential.id);
  await acts.requireStill(dialog, site, right);
  const chain = await chainOf(tokens, fresh);
  return new KeyUse({ signing, tokens, unlock, dialog, unlocking, credential: fresh, chain, limit });
}

function needsLogin({ facts }: Token): boolean {
  return (facts.flags & FLAG.loginRequired) !== 0;
}
