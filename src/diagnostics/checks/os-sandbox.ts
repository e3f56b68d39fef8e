import { posix } from 'node:path';
import { sandboxedBrowsers } from '../../install/index.ts';
import type { Check, Finding } from '../check.ts';
import type { Machine, View } from '../view.ts';

/** `os.sandbox`: Signet or a browser inside a snap or flatpak, which keeps it from the card service and from each other. */
export const osSandbox: Check = {
  id: 'os.sandbox',
  severity: 'warning',
  dependsOn: [],
  platforms: ['linux'],
  run: async (view, signal) => [...signetItself(view), ...(await browsers(view, signal))],
};

function signetItself({ machine }: View): Finding[] {
  const { env } = machine;
  const shop =
    env.SNAP !== undefined && env.SNAP_NAME !== undefined
      ? 'snap'
      : machine.file('/.flatpak-info').kind === 'file'
        ? 'flatpak'
        : null;
  return shop === null ? [{ result: 'pass' }] : [{ result: 'fail', variant: 'signet', params: { shop } }];
}

async function browsers({ machine }: View, signal: AbortSignal): Promise<Finding[]> {
  const found = sandboxedBrowsers({ ...machine, kind: (path) => machine.file(path).kind });
  if (found.length === 0) return [];
  const p11kitServer = await servesModules(machine, signal);
  return found.map(({ id, name, shop, portal }) => ({
    result: 'warn',
    // A snap has a runtime folder of its own, into which no socket of the session can be let.
    variant: portal ? 'portal' : shop === 'flatpak' && p11kitServer ? 'served' : 'browser',
    subject: `${shop}:${id}`,
    params: { name, shop, id },
    evidence: { p11kitServer },
  }));
}

/**
 * Whether a p11-kit server answers in this session. It lends drivers to programs in a sandbox, through a socket: the one of
 * `P11_KIT_SERVER_ADDRESS`, or the one that its systemd unit listens on.
 */
async function servesModules(machine: Machine, signal: AbortSignal): Promise<boolean> {
  const { P11_KIT_SERVER_ADDRESS: address, XDG_RUNTIME_DIR: runtime } = machine.env;
  const told = address === undefined ? null : /^unix:path=([^;]+)/.exec(address)?.[1];
  const usual = runtime === undefined || runtime === '' ? null : posix.join(runtime, 'p11-kit/pkcs11');
  const path = told === undefined || told === null ? usual : decoded(told);
  if (path === null || machine.file(path).kind !== 'socket') return false;
  return (await machine.connect(path, signal)) === null;
}

/** p11-kit writes special characters of the path as in a URL. */
function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}
