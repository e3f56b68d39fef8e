import type { Check, Finding } from '../check.ts';
import type { Reached } from '../reach/reached.ts';
import { looksLikeCrl } from '../revocation/crl.ts';
import { certificateName } from './contents.ts';
import { beginRound, FAR_AWAY, hostOf, type Issued, type Round, webOnly } from './net-asked.ts';
import { ofAll } from './shown.ts';

/** How an address was found. `proxy`, `strange`: something in between answered in its place. */
type Found = 'fine' | 'proxy' | 'strange' | 'unreachable' | 'not_asked';

const WORST_FIRST: readonly Found[] = ['proxy', 'strange', 'unreachable', 'not_asked'];

/**
 * Whether the places that a certificate names for lists of revoked certificates and for OCSP answer: whoever verifies a signature
 * must reach them. Asks for the beginning of a list, and only whether a responder is there.
 */
export const certRevocationReachable: Check = {
  id: 'cert.revocation-reachable',
  severity: 'warning',
  dependsOn: ['cert.found'],
  timeout: FAR_AWAY,
  optIn: true,
  async run(view, signal) {
    const round = await beginRound(view, signal);
    return ofAll(round.looked, await Promise.all(round.issued.map((one) => judge(round, one))));
  },
};

async function judge({ ask }: Round, one: Issued): Promise<Finding> {
  const { crlUrls, ocspUrls } = one.facts;
  const about = { subject: one.certificate.id };
  const name = certificateName(one);
  const named = crlUrls.length + ocspUrls.length;
  if (named === 0) return { ...about, result: 'pass', variant: 'none', params: { name }, evidence: { named } };
  const [lists, responders] = [webOnly(crlUrls), webOnly(ocspUrls)];
  const asked = [...lists, ...responders];
  const found = await Promise.all(
    asked.map(async (url, index) => {
      const answer = await ask(url);
      return { url, ...(index < lists.length ? foundList(answer) : foundResponder(answer)) };
    }),
  );
  const good = found.filter(({ kind }) => kind === 'fine');
  const [worst] = WORST_FIRST.flatMap((kind) => found.filter((each) => each.kind === kind));
  const evidence = {
    named,
    asked: asked.length,
    answered: good.length,
    host: hostOf((worst ?? good[0])?.url ?? ''),
    code: worst?.code ?? null,
  };
  const params = { name, host: evidence.host, code: worst?.code ?? '' };
  const told = { ...about, params, evidence };
  if (worst === undefined && good.length > 0) return { ...told, result: 'pass' };
  if (worst === undefined || worst.kind === 'not_asked') {
    return good.length > 0 ? { ...told, result: 'pass' } : { ...told, result: 'unknown', variant: 'not_asked' };
  }
  if (good.length > 0) return { ...told, result: 'warn', variant: 'some' };
  return { ...told, result: 'fail', variant: worst.kind };
}

function foundList(answer: Reached): { kind: Found; code: string | null } {
  if (answer.outcome === 'failed' || answer.status >= 500) return missed(answer);
  if (answer.status >= 400) return { kind: 'unreachable', code: `HTTP ${answer.status}` };
  return answer.status === 200 && looksLikeCrl(answer.body)
    ? { kind: 'fine', code: null }
    : { kind: 'strange', code: `HTTP ${answer.status}` };
}

/** A responder owes a bare GET no more than some answer of its own; `net.ocsp` asks it a question. */
function foundResponder(answer: Reached): { kind: Found; code: string | null } {
  return answer.outcome === 'failed' || answer.status >= 500 ? missed(answer) : { kind: 'fine', code: null };
}

/** How no answer of the host itself came about. */
export function missed(answer: Reached): { kind: 'proxy' | 'unreachable' | 'not_asked'; code: string } {
  if (answer.outcome === 'answered') return { kind: answer.proxied ? 'proxy' : 'unreachable', code: `HTTP ${answer.status}` };
  const { why, code } = answer;
  if (why === 'proxy') return { kind: 'proxy', code };
  return { kind: why === 'address' || why === 'own' ? 'not_asked' : 'unreachable', code };
}
