import type { TokenContents } from '../tokens/index.ts';
import type { ContentsView } from './view.ts';

/** What is on a token, as the checks see it: certificates with or without their keys, and keys that nobody can use for want of one. */
export function viewOfContents(tokenId: string, contents: TokenContents): ContentsView {
  const { certificates, keyIds, privateKeyIds } = contents;
  const certified = new Set(certificates.map(({ keyId }) => keyId));
  return {
    certificates: certificates.map(({ keyId, label, sha256, der, facts }) => ({
      id: sha256,
      tokenId,
      keyId,
      label,
      sha256,
      der,
      facts,
      hasKey: privateKeyIds === null ? null : privateKeyIds.includes(keyId),
    })),
    keysWithoutCertificate: keyIds.filter((id) => !certified.has(id)),
  };
}
