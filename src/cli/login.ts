import type { LoginAnswer, Token } from '../client/index.ts';
import { present } from './present.ts';
import type { SecretSource } from './secrets.ts';
import type { Shell } from './shell.ts';

/** Options of every command that may ask for a PIN. */
export interface PinOptions {
  pinStdin?: true;
  yesUseTheFinalTryOfThisToken?: true;
}

/** Asks for the PIN and logs in. */
export function logIn(shell: Shell, token: Token, source: SecretSource, options: PinOptions): Promise<LoginAnswer> {
  return present(shell, {
    token,
    kind: 'pin',
    source,
    finalTryAgreed: options.yesUseTheFinalTryOfThisToken === true,
    gather: async (from) => [await from.ask(shell.t('cli.ask.pin', { label: token.label }))],
    attempt: ([pin], consent) => shell.client.login(token.id, withPin({ pin, finalTryConsent: consent })),
  });
}

/** A request's members without those that have no value. */
export function withPin<T extends Record<string, Buffer | string | undefined>>(
  members: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as { [K in keyof T]?: NonNullable<T[K]> };
}
