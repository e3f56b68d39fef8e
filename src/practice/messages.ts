/** What the parent asks of the token process; certificates are DER in base64. */
export type TokenRequest =
  | { readonly op: 'create' }
  | { readonly op: 'keys' }
  | {
      readonly op: 'certificates';
      readonly authority: string;
      readonly leaves: readonly { readonly id: string; readonly der: string }[];
    };

/** Public keys on the token by CKA_ID (SubjectPublicKeyInfo, DER in base64), and the token's serial number. */
export interface TokenKeys {
  readonly serial: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** What the token process answers. */
export type TokenAnswer = { readonly ok: true; readonly keys: TokenKeys } | { readonly ok: false; readonly reason: string };
