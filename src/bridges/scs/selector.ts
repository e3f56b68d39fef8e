import type { Credential } from '../../tokens/index.ts';
import type { Selector } from './request.ts';

/** True when the page wants a key for logging in, which signs only under its own rules. */
export function isForLogin({ keyusages = [] }: Selector): boolean {
  return keyusages.some((usage) => usage.toLowerCase() === 'digitalsignature');
}

/** Whether a certificate is one that the selector describes: every key that it has must fit, by one of its values. */
export function selects({ issuers, akis, keyusages, keyalgorithms }: Selector, { certificate: { facts } }: Credential): boolean {
  const usages = facts.keyUsage?.map((usage) => usage.toLowerCase()) ?? [];
  const kind = facts.key.type === 'ec' ? ['ec', 'ecc', 'ecdsa'] : [facts.key.type];
  const aki = facts.authorityKeyId;
  return (
    any(issuers, (issuer) => sameName(issuer, facts.issuer)) &&
    any(akis, (value) => aki !== null && Buffer.from(value, 'base64').toString('hex') === aki) &&
    any(keyusages, (usage) => usages.includes(usage.toLowerCase())) &&
    any(keyalgorithms, (name) => kind.includes(name.toLowerCase()))
  );
}

function any(values: readonly string[] | undefined, fits: (value: string) => boolean): boolean {
  return values === undefined || values.length === 0 || values.some(fits);
}

/** Names alike but for case, blanks and the order of their parts: sites write them forwards and backwards. */
function sameName(one: string, other: string): boolean {
  const parts = (name: string): string =>
    name
      .split(/(?<!\\),/)
      .map((part) =>
        part
          .trim()
          .toLowerCase()
          .replace(/\s*=\s*/, '=')
          .replace(/\s+/g, ' '),
      )
      .sort()
      .join(',');
  return parts(one) === parts(other);
}
