import type { Token } from '../../client/types.ts';
import { changePin, login, type Typed, unblock } from '../api/calls.ts';

export type Act = 'login' | 'change' | 'unblock';
/** A PIN for one request, with the person's consent where it is the last try. */
export type Presented = Pick<Typed, 'pin'> & { finalTryConsent?: string };

/** Presents what was typed, once; `use` stands in for a login. Nothing typed is sent for a token with a PIN pad. */
export function present(
  act: Act,
  token: Token,
  {
    secret,
    fresh,
    consent,
    use,
  }: {
    secret: string | undefined;
    fresh: string | undefined;
    consent: string | null;
    use: ((body: Presented) => Promise<unknown>) | undefined;
  },
): Promise<unknown> {
  const agreed = consent === null ? {} : { finalTryConsent: consent };
  const typed = (names: Typed): Typed => (token.pinPad ? {} : names);
  if (act === 'login') {
    const body = { ...typed({ pin: secret ?? '' }), ...agreed };
    return use === undefined ? login(token.id, body) : use(body);
  }
  if (act === 'change') {
    return changePin(token.id, { ...typed({ currentPin: secret ?? '', newPin: fresh ?? '' }), ...agreed });
  }
  return unblock(token.id, { ...typed({ puk: secret ?? '', newPin: fresh ?? '' }), ...agreed });
}
