import type { X509Certificate } from 'node:crypto';
import type { Check, Finding } from '../check.ts';
import { statusByCrl } from '../revocation/crl.ts';
import { readOcspAnswer, statusByOcsp } from '../revocation/ocsp.ts';
import type { NoStatus, Status } from '../revocation/status.ts';
import type { View } from '../view.ts';
import { certificateName } from './contents.ts';
import { beginRound, FAR_AWAY, hostOf, type Issued, issuerOf, questionOf, type Round, webOnly } from './net-asked.ts';
import { ofAll } from './shown.ts';

const LARGEST_ANSWER = 64 * 1024;
const LARGEST_LIST = 4 * 1024 * 1024;
/** Clocks may differ by this much, in milliseconds. */
const TOLERANCE = 5 * 60_000;

type Told = { said: Status | NoStatus; host: string; how: 'OCSP' | 'CRL' };

/**
 * What the issuer says of a certificate, by OCSP or else by its list. Told only when the issuer's own key, or one that it named,
 * has signed the answer, and while the answer is current; as of when is told along.
 */
export const certRevoked: Check = {
  id: 'cert.revoked',
  severity: 'error',
  dependsOn: ['os.clock', 'cert.revocation-reachable'],
  timeout: FAR_AWAY,
  optIn: true,
  async run(view, signal) {
    const round = await beginRound(view, signal);
    return ofAll(round.looked, await Promise.all(round.issued.map((one) => judge(view, round, one))));
  },
};

async function judge(view: View, round: Round, one: Issued): Promise<Finding> {
  const name = certificateName(one);
  const about = { subject: one.certificate.id, params: { name } };
  const { ocspUrls, crlUrls } = one.facts;
  if (ocspUrls.length + crlUrls.length === 0) return { ...about, result: 'unknown', variant: 'no_address' };
  const issuer = await issuerOf(round, one);
  if (issuer === null) return { ...about, result: 'unknown', variant: 'no_issuer' };
  const now = view.machine.now();
  let last: Told | null = null;
  for (const ask of [byOcsp, byCrl]) {
    const told = await ask(round, one, issuer, now);
    if (told === null) continue;
    last = told;
    if (typeof told.said !== 'string' && isCurrent(told.said, now) && told.said.status !== 'unknown') {
      return finding(view, one, told.said, told);
    }
  }
  if (last === null) return { ...about, result: 'unknown', variant: 'no_address' };
  const { said, host, how } = last;
  const evidence = { host, how, code: typeof said === 'string' ? said : said.status === 'unknown' ? 'unknown' : 'outdated' };
  const told = { ...about, params: { name, host }, evidence };
  if (typeof said !== 'string' && said.status === 'unknown') return { ...told, result: 'warn', variant: 'not_known' };
  return { ...told, result: 'unknown', variant: typeof said === 'string' ? 'no_answer' : 'outdated' };
}

function finding(view: View, { certificate, facts, token }: Issued, said: Status, { host, how }: Told): Finding {
  const { status, thisUpdate, nextUpdate, revokedAt } = said;
  const evidence = {
    host,
    how,
    thisUpdate: iso(thisUpdate),
    nextUpdate: nextUpdate === null ? null : iso(nextUpdate),
    revokedAt: revokedAt === null ? null : iso(revokedAt),
  };
  const name = certificateName({ certificate, facts });
  const params = { name, at: shown(thisUpdate), since: revokedAt === null ? '' : shown(revokedAt) };
  const about = { subject: certificate.id, params, evidence };
  if (status === 'good') return { ...about, result: 'pass' };
  const procedureId = view.procedureFor('obtain', token, facts.issuer);
  return { ...about, result: 'fail', variant: 'revoked', ...(procedureId === null ? {} : { procedureId }) };
}

async function byOcsp(round: Round, one: Issued, issuer: X509Certificate, now: number): Promise<Told | null> {
  const [url] = webOnly(one.facts.ocspUrls);
  const question = questionOf(one, issuer);
  if (url === undefined || question === null) return null;
  const about = { host: hostOf(url), how: 'OCSP' } as const;
  const answer = await round.ask(url, { question, limit: LARGEST_ANSWER });
  if (answer.outcome === 'failed' || answer.status !== 200) return { ...about, said: 'unreachable' };
  const said = readOcspAnswer(answer.body);
  if (said === null) return { ...about, said: 'malformed' };
  return { ...about, said: 'refusal' in said ? 'refused' : statusByOcsp(said.basic, question, issuer, now) };
}

async function byCrl(round: Round, one: Issued, issuer: X509Certificate): Promise<Told | null> {
  let last: Told | null = null;
  for (const url of webOnly(one.facts.crlUrls)) {
    const about = { host: hostOf(url), how: 'CRL' } as const;
    const answer = await round.ask(url, { limit: LARGEST_LIST });
    if (answer.outcome === 'failed' || answer.status !== 200) last = { ...about, said: 'unreachable' };
    else if (answer.cut) last = { ...about, said: 'too_large' };
    else last = { ...about, said: statusByCrl(answer.body, one.facts.serialNumber, issuer, one.name) };
    if (typeof last.said !== 'string') return last;
  }
  return last;
}

/** Not from the future, and not past the time up to which it may be relied on. */
function isCurrent({ thisUpdate, nextUpdate }: Status, now: number): boolean {
  return thisUpdate <= now + TOLERANCE && (nextUpdate === null || now <= nextUpdate + TOLERANCE);
}

function iso(time: number): string {
  return new Date(time).toISOString();
}

function shown(time: number): string {
  return `${iso(time).slice(0, 16).replace('T', ' ')} UTC`;
}
