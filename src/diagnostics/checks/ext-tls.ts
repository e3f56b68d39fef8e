import { browsers, judgeLocalCertificate, nssDatabases, ourAuthorities, tlsFiles, tlsFolder } from '../../install/index.ts';
import type { Check, Finding } from '../check.ts';
import type { View } from '../view.ts';
import { shownMode, shownPath } from './shown.ts';

const LONGEST = 65_536;

/**
 * The certificate for this computer's own addresses, which sites reach Signet with over https: whole, good for a while yet, and
 * its key closed to others. None is no fault: only an installation that was asked for it has one.
 */
export const extTlsCertificate: Check = {
  id: 'ext.tls-certificate',
  severity: 'warning',
  dependsOn: [],
  async run(view) {
    const { key } = filesOf(view);
    const { state, notAfter } = judged(view);
    if (state === 'missing') return { result: 'pass', variant: 'none' };
    const path = shownPath(view, tlsFolder(view.settings.stateDir, view.machine.platform));
    if (notAfter === null || state === 'broken') return { result: 'fail', variant: 'broken', params: { path } };
    const { mode } = view.machine.file(key);
    if (view.machine.platform !== 'win32' && mode !== null && (mode & 0o077) !== 0) {
      return { result: 'fail', variant: 'open', params: { path: shownPath(view, key), mode: shownMode(mode) } };
    }
    const date = new Date(notAfter).toISOString().slice(0, 10);
    const evidence = { notAfter: date };
    if (notAfter <= view.machine.now()) return { result: 'fail', variant: 'expired', params: { date }, evidence };
    if (state === 'expiring') return { result: 'warn', variant: 'expiring', params: { date }, evidence };
    return { result: 'pass', variant: 'good', params: { date }, evidence };
  },
};

/** Each browser's own list must have the authority of that certificate, or the browser refuses a page's request without a word. */
export const extTlsTrusted: Check = {
  id: 'ext.tls-trusted',
  severity: 'warning',
  dependsOn: ['ext.tls-certificate'],
  platforms: ['linux'],
  timeout: 5_000,
  async run(view, signal) {
    const { nickname } = judged(view);
    if (nickname === null) return { result: 'pass', variant: 'none' };
    const { machine } = view;
    const here = browsers(machine).filter(({ traces }) => traces.some((path) => machine.file(path).kind !== null));
    const families = new Set(here.map(({ family }) => family));
    const findings: Finding[] = [];
    for (const { folder, owner, family, exists } of nssDatabases(machine)) {
      if (!families.has(family)) continue;
      const about = { subject: owner, params: { browser: owner } };
      if (!exists) {
        findings.push({ ...about, result: 'warn', variant: 'untrusted' });
        continue;
      }
      const { code, error, stdout } = await machine.run('certutil', ['-L', '-d', `sql:${folder}`], signal);
      if (error === 'ENOENT') return { result: 'unknown', variant: 'no_tool' };
      const trusted = ourAuthorities(stdout).some((each) => each.trusted && each.nickname === nickname);
      if (code !== 0) findings.push({ ...about, result: 'unknown', variant: 'unreadable' });
      else
        findings.push(
          trusted ? { ...about, result: 'pass', variant: 'good' } : { ...about, result: 'warn', variant: 'untrusted' },
        );
    }
    return findings.length === 0 ? { result: 'pass', variant: 'no_browser' } : findings;
  },
};

function filesOf({ settings, machine }: View): ReturnType<typeof tlsFiles> {
  return tlsFiles(tlsFolder(settings.stateDir, machine.platform), machine.platform);
}

function judged(view: View): ReturnType<typeof judgeLocalCertificate> {
  const { key, certificate, authority } = filesOf(view);
  const read = (path: string): Buffer | null => view.machine.read(path, LONGEST);
  const files = { key: read(key), certificate: read(certificate), authority: read(authority) };
  return judgeLocalCertificate(files, view.machine.now());
}
