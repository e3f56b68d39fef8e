import type { Certificate } from '../../../client/types.ts';
import { hasText, t } from '../../state/language.ts';

/** What a certificate is for, in words: its extended key usages where it has some, else its key usages. */
export function usageWords({ keyUsage, extendedKeyUsage }: Pick<Certificate, 'keyUsage' | 'extendedKeyUsage'>): string[] {
  const names = [...keyUsage, ...extendedKeyUsage];
  if (names.length === 0) return [t('console.usage.none')];
  return [...new Set(names.map(word))];
}

function word(name: string): string {
  if (name === 'anyExtendedKeyUsage') return t('console.usage.any');
  if (name === 'msDocumentSigning') return t('console.usage.documentSigning');
  if (name === 'msSmartcardLogon' || name === 'pkinitClientAuth') return t('console.usage.logon');
  const key = `console.usage.${name}`;
  return hasText(key) ? t(key) : t('console.usage.other', { name });
}
