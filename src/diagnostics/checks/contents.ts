import type { CertificateFacts } from '../../tokens/index.ts';
import type { CertificateView, ContentsView, TokenView, View } from '../view.ts';

/** A card may take seconds to list what is on it. Milliseconds. */
export const SLOW_CARD = 12_000;

/** A token with what is on it; `contents` is null when its objects could not be listed (`code` says why). */
export interface Looked {
  token: TokenView;
  contents: ContentsView | null;
  code: string | null;
}

/** A certificate of a person or machine that can be read, and the token it is on. */
export interface Held {
  token: TokenView;
  certificate: CertificateView;
  facts: CertificateFacts;
}

/** What is on every token, one token's failure apart from the others'. */
export async function lookInside(view: View, signal: AbortSignal): Promise<Looked[]> {
  const tokens = await view.tokens();
  return Promise.all(
    tokens.map(async (token) => {
      try {
        return { token, contents: await view.contents(token.id, signal), code: null };
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
        return { token, contents: null, code };
      }
    }),
  );
}

/** The certificates that somebody signs with: no authority's, none that cannot be parsed. */
export function held(looked: readonly Looked[]): Held[] {
  return looked.flatMap(({ token, contents }) =>
    (contents?.certificates ?? []).flatMap((certificate) => {
      const { facts } = certificate;
      return facts === null || facts.isCa ? [] : [{ token, certificate, facts }];
    }),
  );
}

/** What a person calls a certificate. */
export function certificateName({ certificate, facts }: Pick<Held, 'certificate'> & { facts: CertificateFacts | null }): string {
  return facts?.subjectCommonName || certificate.label || certificate.sha256.slice(0, 12);
}
