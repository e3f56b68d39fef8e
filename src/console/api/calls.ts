import type {
  AlgorithmName,
  Certificate,
  ConsentAnswer,
  Credential,
  LoginAnswer,
  PinAnswer,
  SignAnswer,
  Token,
  VerifyAnswer,
} from '../../client/types.ts';
import { ask, path } from './request.ts';

/** A PIN, PUK or new PIN for the one request that it was typed for. */
export interface Typed {
  pin?: string;
  currentPin?: string;
  newPin?: string;
  puk?: string;
}
type Consent = { finalTryConsent?: string };

/** A digest or, for EdDSA, the data itself, in base64. */
export type Signed = { digest: string } | { data: string };

export async function tokens(signal?: AbortSignal): Promise<Token[]> {
  return (await ask<{ tokens: Token[] }>('/v1/tokens', bySignal(signal))).tokens;
}

export function login(tokenId: string, body: Typed & Consent): Promise<LoginAnswer> {
  return ask(path`/v1/tokens/${tokenId}/login`, { method: 'POST', body });
}

export async function logout(tokenId: string): Promise<void> {
  await ask(path`/v1/tokens/${tokenId}/logout`, { method: 'POST' });
}

export function changePin(tokenId: string, body: Typed & Consent): Promise<PinAnswer> {
  return ask(path`/v1/tokens/${tokenId}/pin`, { method: 'POST', body });
}

export function unblock(tokenId: string, body: Typed & Consent): Promise<PinAnswer> {
  return ask(path`/v1/tokens/${tokenId}/unblock`, { method: 'POST', body });
}

/** Only after the person has agreed to a try that may block. */
export function finalTryConsent(tokenId: string, kind: 'pin' | 'puk'): Promise<ConsentAnswer> {
  return ask(path`/v1/tokens/${tokenId}/final-try-consent`, { method: 'POST', body: { kind } });
}

export async function certificates(tokenId: string, signal?: AbortSignal): Promise<Certificate[]> {
  const address = `${path`/v1/tokens/${tokenId}/certificates`}?include=pem`;
  return (await ask<{ certificates: Certificate[] }>(address, bySignal(signal))).certificates;
}

export async function credentials(signal?: AbortSignal): Promise<Credential[]> {
  return (await ask<{ credentials: Credential[] }>('/v1/credentials', bySignal(signal))).credentials;
}

export function sign(
  credentialId: string,
  body: Signed & { algorithm: AlgorithmName; encoding?: 'der' | 'p1363'; pin?: string } & Consent,
): Promise<SignAnswer> {
  return ask(path`/v1/credentials/${credentialId}/sign`, { method: 'POST', body });
}

export function verify(
  body: Signed & {
    algorithm: AlgorithmName;
    signature: string;
    encoding?: 'der' | 'p1363';
    certificate?: string;
    credentialId?: string;
  },
): Promise<VerifyAnswer> {
  return ask('/v1/verify', { method: 'POST', body });
}

/** Ends this tab's session at the daemon. */
export async function signOut(): Promise<void> {
  await ask('/v1/console/session', { method: 'DELETE' });
}

function bySignal(signal: AbortSignal | undefined): { signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
