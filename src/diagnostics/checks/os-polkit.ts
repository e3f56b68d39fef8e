import type { Check } from '../check.ts';
import type { View } from '../view.ts';
import { sessionOf } from './os-session.ts';
import { hardwareSlots } from './reader-slots.ts';

const POLICY = '/usr/share/polkit-1/actions/org.debian.pcsc-lite.policy';
const RULES = ['/etc/polkit-1/rules.d', '/usr/share/polkit-1/rules.d'];
const ACTION = 'org.debian.pcsc-lite.';

/**
 * `os.polkit`: the card service answers, but turns programs of this session away. It does not say so to them: they see a
 * machine without readers. Told from the policy, the kind of session, and whether readers show all the same.
 */
export const osPolkit: Check = {
  id: 'os.polkit',
  severity: 'error',
  dependsOn: ['pcsc.service', 'os.session', 'driver.initialises'],
  platforms: ['linux'],
  timeout: 12_000,
  run: async (view, signal) => {
    const { machine } = view;
    const policy = machine.read(POLICY)?.toString('utf8');
    if (policy === undefined || isRoot(view)) return { result: 'pass' };
    const session = await sessionOf(view, signal);
    const local = session.active === true && session.remote !== true;
    const allowed = new RegExp(`<${local ? 'allow_active' : 'allow_any'}>yes</`).test(policy) || hasRule(view);
    const evidence = { allowed, activeSession: session.active, remote: session.remote };
    if (allowed) return { result: 'pass', evidence };
    const { asked, slots } = await hardwareSlots(view);
    return asked > 0 && slots.length === 0 ? { result: 'fail', variant: 'denied', evidence } : { result: 'pass', evidence };
  },
};

function isRoot({ machine }: View): boolean {
  return /^Uid:\s+\d+\s+0\s/m.test(machine.read('/proc/self/status', 4_096)?.toString('utf8') ?? '');
}

/** A rule of the administrator's that names the service; one that cannot be read may be one. */
function hasRule({ machine }: View): boolean {
  return RULES.some((folder) =>
    machine.folder(folder).some((name) => {
      const text = name.endsWith('.rules') ? machine.read(`${folder}/${name}`)?.toString('utf8') : '';
      return text?.includes(ACTION) === true;
    }),
  );
}
