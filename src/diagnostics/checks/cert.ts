import type { Check, Finding } from '../check.ts';
import { certificateName, type Held, held, type Looked, lookInside, SLOW_CARD } from './contents.ts';
import { nameOf, ofAll } from './shown.ts';

/** Without a certificate nobody can tell whose signature it is. A key that waits for one is told by `cert.key-pair-match`. */
export const certFound: Check = {
  id: 'cert.found',
  severity: 'error',
  dependsOn: ['token.present', 'token.initialised', 'token.error-state', 'cert.key-pair-match'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    return ofAll(looked, looked.map(found));
  },
};

/** A certificate and its private key are of use only together. */
export const certKeyPairMatch: Check = {
  id: 'cert.key-pair-match',
  severity: 'error',
  dependsOn: ['token.present', 'token.initialised', 'token.error-state'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    return ofAll(looked, looked.flatMap(unpaired));
  },
};

/** A certificate for logging in or for encryption only is not meant to sign documents (RFC 5280 section 4.2.1.3). */
export const certUsage: Check = {
  id: 'cert.usage',
  severity: 'notice',
  dependsOn: ['cert.found'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    const findings = looked.flatMap(({ token }): Finding[] => {
      const own = held(looked).filter((one) => one.token.id === token.id);
      if (own.length === 0) return [];
      const evidence = { signing: own.filter(signsDocuments).length, certificates: own.length };
      const about = { subject: token.id, params: { label: nameOf(token) }, evidence };
      if (own.some(signsDocuments)) return [{ ...about, result: 'pass' }];
      const variant = own.some(signsAtAll) ? 'only_login' : 'none_signs';
      return [{ ...about, result: 'warn', variant }];
    });
    return ofAll(looked, findings);
  },
};

/** What the certificate itself states of its kind (ETSI EN 319 412-5); told for the record, never a fault. */
export const certQscd: Check = {
  id: 'cert.qscd',
  severity: 'notice',
  dependsOn: ['cert.found'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    const findings = held(looked).map((one): Finding => {
      const statements = one.facts.qcStatements;
      const qualified = statements?.qualified === true;
      return {
        result: 'pass',
        subject: one.certificate.id,
        variant: qualified ? (statements?.qscd === true ? 'qualified_device' : 'qualified') : 'not_qualified',
        params: { name: certificateName(one) },
        evidence: { qualified, qscd: statements?.qscd === true, types: (statements?.types ?? []).join(' ') },
      };
    });
    return ofAll(looked, findings);
  },
};

function found({ token, contents, code }: Looked): Finding {
  const about = { subject: token.id, params: { label: nameOf(token) } };
  if (contents === null) return { ...about, result: 'unknown', variant: 'unlisted', evidence: { code } };
  const { certificates } = contents;
  const unreadable = certificates.filter(({ facts }) => facts === null).length;
  const usable = certificates.filter(({ facts }) => facts !== null && !facts.isCa).length;
  const evidence = { certificates: certificates.length, usable, unreadable };
  if (usable === 0 && unreadable === 0) return { ...about, result: 'fail', variant: 'none', evidence };
  if (unreadable > 0) return { ...about, result: 'warn', variant: 'unreadable', evidence };
  return { ...about, result: 'pass', evidence };
}

function unpaired({ token, contents }: Looked): Finding[] {
  if (contents === null) return [];
  const label = nameOf(token);
  const findings = contents.certificates.flatMap((certificate): Finding[] => {
    if (certificate.hasKey !== false || certificate.facts === null || certificate.facts.isCa) return [];
    const name = certificateName({ certificate, facts: certificate.facts });
    return [{ result: 'fail', variant: 'no_key', subject: certificate.id, params: { name, label } }];
  });
  const waiting = contents.keysWithoutCertificate.length;
  if (waiting === 0) return [...findings, { result: 'pass', subject: token.id, params: { label } }];
  return [
    ...findings,
    {
      result: 'fail',
      variant: 'no_certificate',
      subject: token.id,
      params: { label, count: waiting },
      evidence: { keys: waiting },
    },
  ];
}

function signsAtAll({ facts: { keyUsage } }: Held): boolean {
  return keyUsage === null || keyUsage.includes('digitalSignature') || keyUsage.includes('nonRepudiation');
}

/** Non-repudiation means it; a digital signature that is not confined to logging in allows it. */
function signsDocuments(one: Held): boolean {
  const { keyUsage, extendedKeyUsage } = one.facts;
  if (keyUsage?.includes('nonRepudiation') === true) return true;
  const login = ['clientAuth', 'msSmartcardLogon', 'pkinitClientAuth'];
  return signsAtAll(one) && (extendedKeyUsage === null || extendedKeyUsage.some((usage) => !login.includes(usage)));
}
