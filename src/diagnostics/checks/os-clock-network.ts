import type { Check } from '../check.ts';
import { beginRound, FAR_AWAY, hostOf, type Issued, webOnly } from './net-asked.ts';

/** Clocks of two machines may differ by this much without harm, in milliseconds. */
const TOLERANCE = 5 * 60_000;
const MOST_HOSTS = 6;

/**
 * The clock against the `Date` of answers from the hosts that certificates name: what `os.clock` cannot tell from this machine
 * alone. One host that agrees is enough: another may be wrong itself, or a cache may answer in its place.
 */
export const osClockNetwork: Check = {
  id: 'os.clock-network',
  severity: 'warning',
  dependsOn: ['cert.found'],
  timeout: FAR_AWAY,
  optIn: true,
  async run(view, signal) {
    const { issued, ask } = await beginRound(view, signal);
    const urls = oneForEachHost(issued);
    if (urls.length === 0) return { result: 'unknown', variant: 'nobody' };
    const answers = await Promise.all(
      urls.map(async (url) => {
        const answer = await ask(url);
        const now = view.machine.now();
        return answer.outcome === 'answered' && answer.time !== null ? [{ host: hostOf(url), ahead: now - answer.time }] : [];
      }),
    );
    const told = answers.flat().sort((a, b) => Math.abs(a.ahead) - Math.abs(b.ahead));
    const [nearest] = told;
    const evidence = { asked: urls.length, answered: told.length };
    if (nearest === undefined) return { result: 'unknown', variant: 'silent', evidence };
    const { host, ahead } = nearest;
    const minutes = Math.round(Math.abs(ahead) / 60_000);
    const found = { params: { host, minutes }, evidence: { ...evidence, host, secondsAhead: Math.round(ahead / 1_000) } };
    if (Math.abs(ahead) <= TOLERANCE) return { ...found, result: 'pass' };
    return { ...found, result: 'warn', variant: ahead > 0 ? 'ahead' : 'behind' };
  },
};

/** Addresses by which each host that certificates name can be asked once, those over TLS first. */
export function oneForEachHost(issued: readonly Issued[]): string[] {
  const urls = issued.flatMap(({ facts }) => webOnly([...facts.crlUrls, ...facts.ocspUrls, ...facts.caIssuerUrls]));
  const hosts = new Map<string, string>();
  for (const url of urls.sort((a, b) => Number(/^https:/i.test(b)) - Number(/^https:/i.test(a)))) {
    if (!hosts.has(hostOf(url))) hosts.set(hostOf(url), url);
  }
  return [...hosts.values()].slice(0, MOST_HOSTS);
}
