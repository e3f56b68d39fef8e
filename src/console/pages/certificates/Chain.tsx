import type { Certificate } from '../../../client/types.ts';
import { shortName } from '../../state/distinguished-name.ts';
import { t } from '../../state/language.ts';

/** Who vouches for whom, from the highest issuer known down to the certificate. */
export function Chain({ chain }: { chain: readonly Certificate[] }) {
  const top = chain.at(-1);
  const self = top !== undefined && top.issuer === top.subject;
  const names = chain.map((each) => shortName(each.subject ?? ''));
  if (self && names.length > 0) names.push(t('console.certificates.chain_self', { name: names.pop() ?? '' }));
  else if (top?.issuer != null) names.push(t('console.certificates.chain_missing', { name: shortName(top.issuer) }));
  return (
    <ol class="chain">
      {names.reverse().map((name) => (
        <li key={name}>{name}</li>
      ))}
    </ol>
  );
}
