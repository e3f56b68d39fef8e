import type { Check } from '../check.ts';
import { socketOf, USUAL_SOCKET } from './pcsc-service.ts';
import { cardDrivers } from './reader-slots.ts';

/** `pcsc.idle-exit`: a card service that ends after a minute without use, where nothing would start it again. */
export const pcscIdleExit: Check = {
  id: 'pcsc.idle-exit',
  severity: 'warning',
  dependsOn: ['pcsc.service'],
  platforms: ['linux'],
  timeout: 12_000,
  run: async (view, signal) => {
    const drivers = await cardDrivers(view);
    if (!drivers.some((driver) => socketOf(view, driver) === USUAL_SOCKET))
      return { result: 'pass', variant: 'not_needed', notNeeded: true };
    const listed = await view.machine.run('ps', ['-C', 'pcscd', '-o', 'args='], signal);
    if (listed.code === null) return { result: 'unknown', evidence: { error: listed.error ?? 'unknown' } };
    const leaves = /\s(--auto-exit|-\w*x)\b/.test(listed.stdout);
    const unit = await view.machine.run('systemctl', ['is-active', 'pcscd.socket'], signal);
    const woken = unit.stdout.trim() === 'active';
    const evidence = { endsWhenIdle: leaves, startedOnDemand: woken };
    return leaves && !woken ? { result: 'warn', variant: 'not_woken', evidence } : { result: 'pass', evidence };
  },
};
