import type { Check, Finding } from '../check.ts';
import type { TokenView } from '../view.ts';
import { nameOf } from './shown.ts';

/** `driver.duplicate`: two drivers show one token. Each keeps its own idea of the PIN, and a program may try it twice. */
export const driverDuplicate: Check = {
  id: 'driver.duplicate',
  severity: 'warning',
  dependsOn: ['driver.initialises'],
  timeout: 12_000,
  run: async (view) => {
    const names = new Map(view.drivers().map(({ id, name }) => [id, name]));
    const same = Map.groupBy(await view.tokens(), faceOf);
    return [...same.values()].flatMap((tokens): Finding[] => {
      const drivers = [...new Set(tokens.map(({ driverId }) => driverId))].sort();
      const [token] = tokens;
      if (token === undefined || drivers.length < 2) return [];
      const [one = '', other = ''] = drivers.map((id) => `${names.get(id) ?? id} (${id})`);
      const params = { token: nameOf(token), one, other };
      return [{ result: 'fail', variant: 'twice', subject: token.id, params, evidence: { drivers: drivers.join(', ') } }];
    });
  },
};

/** The four values that a token prints of itself; without a serial number of its own they say too little. */
function faceOf({ id, label, manufacturer, model, serial }: TokenView): string {
  return serial === '' ? id : JSON.stringify([label, manufacturer, model, serial]);
}
