import { type Credential, type SignAnswer, SignetApiError, type SignRequest } from '../client/index.ts';
import { logIn, type PinOptions, withPin } from './login.ts';
import { present } from './present.ts';
import type { SecretSource } from './secrets.ts';
import type { Shell } from './shell.ts';

/** Signs; asks for the PIN where the token wants it, and again where the key wants it for every signature. */
export async function signWithLogin(
  shell: Shell,
  credential: Credential,
  request: SignRequest,
  source: SecretSource,
  options: PinOptions,
): Promise<SignAnswer> {
  const { client } = shell;
  try {
    return await client.sign(credential.id, request);
  } catch (error) {
    if (!(error instanceof SignetApiError) || error.code !== 'pin_required') throw error;
  }
  const token = await client.token(credential.tokenId);
  if (token.session === null) await logIn(shell, token, source, options);
  // Only a login shows whether the key asks every time.
  const { asksPinEveryTime } = await client.credential(credential.id);
  if (asksPinEveryTime !== true) return client.sign(credential.id, request);
  return present(shell, {
    token: await client.token(credential.tokenId),
    kind: 'pin',
    source,
    finalTryAgreed: options.yesUseTheFinalTryOfThisToken === true,
    gather: async (from) => [await from.ask(shell.t('cli.ask.pin_every_time', { label: token.label }))],
    attempt: ([pin], consent) => client.sign(credential.id, { ...request, ...withPin({ pin, finalTryConsent: consent }) }),
  });
}
