import type { Check, Finding } from '../check.ts';
import type { View } from '../view.ts';
import { type Found, manifests } from './ext.ts';
import { faultOf, programOf } from './ext-manifest.ts';
import { shownPath } from './shown.ts';

/**
 * Whether what a browser would start really starts: of Signet's own hosts each is started once, as a browser does it, and says its
 * greeting. Programs of others are left alone.
 */
export const extNativeLaunches: Check = {
  id: 'ext.native-launches',
  severity: 'warning',
  dependsOn: ['ext.native-manifest'],
  timeout: 10_000,
  async run(view, signal) {
    const sound = (await manifests(view.machine, signal)).filter(
      ({ browser, host, path, stray }) => !stray && faultOf(view.machine, path, host, browser.family) === null,
    );
    if (sound.length === 0) return { result: 'pass', variant: 'none', notNeeded: true };
    const byProgram = new Map(sound.map((found) => [programOf(view.machine, found.path) ?? '', found]));
    return Promise.all([...byProgram].map(([program, found]) => launch(view, found, program, signal)));
  },
};

async function launch(view: View, { browser, host }: Found, program: string, signal: AbortSignal): Promise<Finding> {
  const answer = await view.machine.greet(program, signal);
  const about = { subject: `${browser.id}/${host}` };
  const params = { browser: browser.name, program: shownPath(view, program), code: '' };
  if (answer.outcome === 'foreign')
    return { ...about, result: 'pass', variant: 'foreign', params, evidence: { launched: false } };
  if (answer.outcome === 'hung') return { ...about, result: 'fail', variant: 'hangs', params, evidence: { launched: true } };
  const { code } = answer;
  if (answer.outcome === 'error' || answer.code !== 0) {
    return {
      ...about,
      result: 'fail',
      variant: 'ends',
      params: { ...params, code: code ?? '?' },
      evidence: { launched: true, code },
    };
  }
  const evidence = { launched: true, greeting: answer.greeting };
  // Only the protocol of Web eID has the host speak first.
  const mute = answer.host === 'eu.webeid' && answer.greeting === null;
  return mute ? { ...about, result: 'fail', variant: 'mute', params, evidence } : { ...about, result: 'pass', params, evidence };
}
