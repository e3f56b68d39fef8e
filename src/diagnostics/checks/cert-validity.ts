import type { Check, Finding } from '../check.ts';
import type { View } from '../view.ts';
import { certificateName, type Held, held, lookInside, SLOW_CARD } from './contents.ts';
import { ofAll } from './shown.ts';

const DAY = 86_400_000;
/** When an end is near, where no issuer's procedure tells when renewal opens. Days. */
const SOON = 30;

/** Expired, not yet valid, or in the time in which its issuer lets it be renewed. A wrong clock would make any of these up. */
export const certValidity: Check = {
  id: 'cert.validity',
  severity: 'error',
  dependsOn: ['os.clock', 'cert.found'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const looked = await lookInside(view, signal);
    const all = held(looked);
    return ofAll(
      looked,
      all.map((one) => judge(view, one, all)),
    );
  },
};

function judge(view: View, one: Held, all: readonly Held[]): Finding {
  const { facts, certificate } = one;
  const now = view.machine.now();
  const [begin, end] = [Date.parse(facts.notBefore), Date.parse(facts.notAfter)];
  const days = Math.floor(Math.abs(end - now) / DAY);
  const opens = view.renewalOpens(facts.issuer);
  const about = {
    subject: certificate.id,
    params: { name: certificateName(one), days, from: facts.notBefore.slice(0, 10), until: facts.notAfter.slice(0, 10) },
    evidence: { notBefore: facts.notBefore, notAfter: facts.notAfter, renewalOpensDays: opens },
  };
  if (now >= end) {
    if (all.some((other) => replaces(other, one, now))) return { ...about, result: 'pass', variant: 'replaced' };
    return { ...about, result: 'fail', variant: 'expired', ...wayOut(view, one, ['obtain', 'renew']) };
  }
  if (now < begin) {
    if (all.some((other) => replaces(other, one, now))) return { ...about, result: 'pass', variant: 'in_advance' };
    return { ...about, result: 'fail', variant: 'not_yet' };
  }
  if (end - now > (opens ?? SOON) * DAY || all.some((other) => other !== one && follows(other, one))) {
    return { ...about, result: 'pass' };
  }
  return { ...about, result: 'warn', variant: opens === null ? 'ending' : 'renewal_open', ...wayOut(view, one, ['renew']) };
}

function wayOut(view: View, { token, facts }: Held, purposes: readonly ('renew' | 'obtain')[]): { procedureId?: string } {
  for (const purpose of purposes) {
    const procedureId = view.procedureFor(purpose, token, facts.issuer);
    if (procedureId !== null) return { procedureId };
  }
  return {};
}

/** Another certificate for the same holder and use that is valid now: the old one may stay on the token. */
function replaces(other: Held, one: Held, now: number): boolean {
  return sameUse(other, one) && now >= Date.parse(other.facts.notBefore) && now < Date.parse(other.facts.notAfter);
}

/** The renewed certificate is there already, whether or not its time has come (some issuers start it when the old one ends). */
function follows(other: Held, one: Held): boolean {
  return sameUse(other, one) && Date.parse(other.facts.notAfter) > Date.parse(one.facts.notAfter);
}

function sameUse(other: Held, one: Held): boolean {
  return (
    other.certificate.id !== one.certificate.id &&
    other.facts.subject === one.facts.subject &&
    other.facts.issuer === one.facts.issuer &&
    String(other.facts.keyUsage) === String(one.facts.keyUsage)
  );
}
