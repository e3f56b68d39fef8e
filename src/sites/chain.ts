import type { Credential, Tokens } from '../tokens/index.ts';

/** The certificates above a credential's own that its token holds, nearest first; DER. */
export async function chainOf(tokens: Tokens, { token, certificate }: Credential): Promise<Buffer[]> {
  const authorities = (await tokens.contents(token)).certificates.filter(({ facts }) => facts?.isCa === true);
  const chain: Buffer[] = [];
  let { issuer, subject } = certificate.facts;
  while (issuer !== subject) {
    const above = authorities.find(({ facts, der }) => facts?.subject === issuer && !chain.includes(der));
    if (above?.facts == null) break;
    chain.push(above.der);
    ({ issuer, subject } = above.facts);
  }
  return chain;
}
