import type { Credential, Token } from '../../../client/types.ts';
import { credentials, tokens } from '../../api/calls.ts';
import { nameOf } from '../../components/index.ts';
import { shortName } from '../../state/distinguished-name.ts';
import { t } from '../../state/language.ts';

export interface Available {
  tokens: Token[];
  credentials: Credential[];
}

/** What there is to sign with, those that are valid now first. */
export async function readAvailable(signal: AbortSignal): Promise<Available> {
  const [found, keys] = await Promise.all([tokens(signal), credentials(signal)]);
  const usable = keys.filter(({ algorithms }) => algorithms.length > 0);
  return { tokens: found, credentials: usable.sort((a, b) => rank(a) - rank(b)) };
}

function rank({ validity }: Credential): number {
  return validity.state === 'valid' ? 0 : 1;
}

/** How a credential is called in a list. */
export function optionOf(credential: Credential, { tokens: found }: Available): [string, string] {
  const token = found.find(({ id }) => id === credential.tokenId);
  const words = { name: shortName(credential.subject), token: token === undefined ? '' : nameOf(token) };
  const expired = credential.validity.state === 'expired';
  return [credential.id, t(expired ? 'console.sign.credential_expired' : 'console.sign.credential_option', words)];
}
