import type { Check } from '../check.ts';
import { shownPath } from './shown.ts';

/** `driver.found`: each library that Signet was told to use is there, and there is one at all. */
export const driverFound: Check = {
  id: 'driver.found',
  severity: 'error',
  dependsOn: [],
  run: async (view) => {
    const drivers = view.drivers();
    if (drivers.length === 0) return { result: 'fail', variant: 'none' };
    const each = drivers.map(({ id, name, library, origin }) => {
      const { kind, code } = view.machine.file(library);
      const about = { subject: id, params: { name, path: shownPath(view, library) }, evidence: { origin } };
      if (kind === 'file') return { ...about, result: 'pass' as const };
      const variant = code === 'EACCES' ? 'unreadable' : kind === 'folder' ? 'folder' : 'missing';
      return { ...about, result: 'fail' as const, variant };
    });
    const practiceOnly = drivers.every(({ origin }) => origin === 'practice');
    return practiceOnly ? [...each, { result: 'warn' as const, variant: 'practice_only' }] : each;
  },
};
