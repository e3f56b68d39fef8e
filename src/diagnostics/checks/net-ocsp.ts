import type { Check, Finding } from '../check.ts';
import { readOcspAnswer } from '../revocation/ocsp.ts';
import { missed } from './cert-revocation.ts';
import { certificateName } from './contents.ts';
import { beginRound, FAR_AWAY, hostOf, type Issued, issuerOf, questionOf, type Round, webOnly } from './net-asked.ts';
import { ofAll } from './shown.ts';

const LARGEST_ANSWER = 64 * 1024;

/**
 * Whether a real question brings a real OCSP answer (RFC 6960) from the responder that a certificate names: a firewall may let a
 * GET through and no POST. What the answer says is for `cert.revoked`.
 */
export const netOcsp: Check = {
  id: 'net.ocsp',
  severity: 'warning',
  dependsOn: ['cert.revocation-reachable'],
  timeout: FAR_AWAY,
  optIn: true,
  async run(view, signal) {
    const round = await beginRound(view, signal);
    return ofAll(round.looked, await Promise.all(round.issued.map((one) => judge(round, one))));
  },
};

async function judge(round: Round, one: Issued): Promise<Finding> {
  const about = { subject: one.certificate.id };
  const name = certificateName(one);
  const [url] = webOnly(one.facts.ocspUrls);
  if (url === undefined) return { ...about, result: 'pass', variant: 'none', params: { name } };
  const host = hostOf(url);
  const issuer = await issuerOf(round, one);
  const question = issuer === null ? null : questionOf(one, issuer);
  if (question === null) return { ...about, result: 'unknown', variant: 'no_issuer', params: { name }, evidence: { host } };
  const answer = await round.ask(url, { question, limit: LARGEST_ANSWER });
  if (answer.outcome === 'failed' || answer.status >= 500) {
    const { kind, code } = missed(answer);
    const told = { ...about, params: { name, host, code }, evidence: { host, code } };
    return kind === 'not_asked' ? { ...told, result: 'unknown', variant: kind } : { ...told, result: 'fail', variant: kind };
  }
  const code = `HTTP ${answer.status}`;
  const said = readOcspAnswer(answer.body);
  if (said === null) {
    return { ...about, result: 'fail', variant: 'strange', params: { name, host, code }, evidence: { host, code } };
  }
  if ('refusal' in said) {
    const { refusal } = said;
    return { ...about, result: 'warn', variant: 'refused', params: { name, host, refusal }, evidence: { host, code: refusal } };
  }
  return { ...about, result: 'pass', params: { name, host }, evidence: { host } };
}
