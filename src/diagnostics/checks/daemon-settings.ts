import type { Check } from '../check.ts';
import { shownPath } from './shown.ts';

/** A setting that cannot be used keeps the daemon from starting. A driver's path that leads nowhere is told by `driver.found`. */
export const daemonSettings: Check = {
  id: 'daemon.settings',
  severity: 'error',
  dependsOn: [],
  async run(view) {
    const problems = view.settings.problems.filter(({ key, expected }) => key !== 'drivers' || !expected.startsWith('names '));
    return problems.map(({ key, source, expected }) => ({
      result: 'fail',
      variant: 'unusable',
      subject: key,
      params: { key, source: shownPath(view, source), expected },
      evidence: { key },
    }));
  },
};
