import type { CertificateFacts } from '../../tokens/index.ts';
import type { Check, Finding } from '../check.ts';
import { certificateName, type Held, held, type Looked, lookInside, SLOW_CARD } from './contents.ts';
import { ofAll } from './shown.ts';

/** More authorities in a row than any real path has. */
const MOST = 10;

/**
 * Whether the authority above a certificate is on a token too. Who receives a signature can often find it elsewhere, so that a
 * missing one is worth a word only. The topmost authority need not be there: nobody trusts it because it was sent along.
 */
export const certChainComplete: Check = {
  id: 'cert.chain-complete',
  severity: 'notice',
  dependsOn: ['cert.found'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    const authorities = new Map(authoritiesOf(looked).map((facts) => [facts.subject, facts]));
    return ofAll(
      looked,
      held(looked).map((one) => climb(one, authorities)),
    );
  },
};

function authoritiesOf(looked: readonly Looked[]): CertificateFacts[] {
  return looked.flatMap(({ contents }) =>
    (contents?.certificates ?? []).flatMap(({ facts }) => (facts?.isCa === true ? [facts] : [])),
  );
}

function climb(one: Held, authorities: ReadonlyMap<string, CertificateFacts>): Finding {
  const about = { subject: one.certificate.id };
  const name = certificateName(one);
  let facts = one.facts;
  for (let height = 0; height < MOST && facts.issuer !== facts.subject; height += 1) {
    const above = authorities.get(facts.issuer);
    if (above === undefined) {
      const issuer = facts.issuerCommonName ?? facts.issuer;
      const evidence = { authoritiesAtHand: height, missing: facts.issuer };
      // What stands above an intermediate authority may well be the topmost one.
      if (height > 0) return { ...about, result: 'pass', params: { name, issuer }, evidence };
      return { ...about, result: 'warn', variant: 'missing', params: { name, issuer }, evidence };
    }
    facts = above;
  }
  return { ...about, result: 'pass', params: { name, issuer: facts.issuerCommonName ?? facts.issuer } };
}
