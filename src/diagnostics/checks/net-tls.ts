import type { Check, Finding } from '../check.ts';
import { beginRound, FAR_AWAY } from './net-asked.ts';
import { oneForEachHost } from './os-clock-network.ts';

/**
 * Whether the hosts that certificates name show a TLS certificate of an authority that is known everywhere. One of an authority
 * that was added to this machine is what a proxy or virus scanner that reads along shows. Told for what it is: seen, not proved.
 */
export const netTlsIntercept: Check = {
  id: 'net.tls-intercept',
  severity: 'warning',
  dependsOn: ['cert.found'],
  timeout: FAR_AWAY,
  optIn: true,
  async run(view, signal) {
    const { issued, ask } = await beginRound(view, signal);
    const hosts = oneForEachHost(issued).map((url) => ({ url: overTls(url), host: new URL(overTls(url)).host }));
    if (hosts.length === 0) return { result: 'unknown', variant: 'nobody' };
    const answers = await Promise.all(hosts.map(async ({ url, host }) => ({ host, answer: await ask(url) })));
    const findings = answers.flatMap(({ host, answer }): Finding[] => {
      if (answer.outcome === 'failed' || answer.tls === null) return [];
      const { anchor, issuer } = answer.tls;
      const found = { subject: host, params: { host, issuer: issuer ?? '?' }, evidence: { host, anchor, issuer } };
      return anchor === 'public'
        ? [{ ...found, result: 'pass' }]
        : [{ ...found, result: 'warn', variant: anchor === 'local' ? 'local' : 'unknown_authority' }];
    });
    // Most issuers serve lists over plain HTTP only: then nothing can be told.
    return findings.length > 0 ? findings : { result: 'unknown', variant: 'silent', evidence: { asked: hosts.length } };
  },
};

/** The same host's usual place for TLS, where the address itself is none. */
function overTls(url: string): string {
  const target = new URL(url);
  return target.protocol === 'https:' ? target.href : `https://${target.hostname}/`;
}
