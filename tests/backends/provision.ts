import type { KeyKind } from './identity.ts';
import { runOrThrow } from './run.ts';

export interface KeySpec {
  kind: KeyKind;
  /** CN of the certificate and CKA_LABEL; the kind when not given. */
  label?: string;
  /** CKA_ALWAYS_AUTHENTICATE: each signature wants its own C_Login. */
  alwaysAuthenticate?: boolean;
  /** First and last day of the certificate, in days from now; yesterday and ten years when not given. Only for a `fresh` token. */
  valid?: readonly [from: number, until: number];
  /** What is left off the token. */
  without?: 'certificate' | 'private-key';
}

export interface ProvisionRequest {
  library: string;
  label: string;
  userPin: string;
  soPin: string;
  /** The SO PIN that the blank token carries; the token then forces both PINs to be changed (openCryptoki). */
  factorySoPin?: string;
  keys: KeySpec[];
}

/** A token that `provision` has made. */
export interface ProvisionedToken {
  label: string;
  serial: string;
  keys: { kind: KeyKind; label: string; id: string; certificate: string }[];
}

/**
 * Initialises the first blank token of `library` in a child process: PINs, keys, certificates. PINs travel on its standard
 * input. `id` comes back in hexadecimal, `certificate` as base64 of DER. Rejects with what the child printed.
 */
export async function provision(request: ProvisionRequest, env: NodeJS.ProcessEnv): Promise<ProvisionedToken> {
  const child = `${import.meta.dirname}/provision.child.ts`;
  const { stdout } = await runOrThrow(process.execPath, [child], { env, input: JSON.stringify(request) });
  return JSON.parse(stdout) as ProvisionedToken;
}
