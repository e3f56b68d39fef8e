import { BlockList, isIP } from 'node:net';
import { win32 } from 'node:path';
import type { Check } from '../check.ts';
import type { Machine } from '../view.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

const PROXIES = ['http_proxy', 'https_proxy', 'all_proxy'] as const;

/** A proxy that is also asked for this computer's own addresses keeps programs from Signet. Its address and password are not told. */
export const netProxy: Check = {
  id: 'net.proxy',
  severity: 'warning',
  dependsOn: [],
  async run({ machine }) {
    const proxies = PROXIES.flatMap((name) => setting(machine, name) ?? []);
    if (proxies.length === 0) return { result: 'pass', variant: 'none', evidence: { proxy: false } };
    const direct = sparesLoopback(setting(machine, 'no_proxy') ?? '');
    const evidence = { proxy: true, auth: proxies.some(hasCredentials), loopbackDirect: direct };
    return direct ? { result: 'pass', variant: 'present', evidence } : { result: 'warn', variant: 'loopback', evidence };
  },
};

/** Some programs say `localhost` where they mean this computer; a hosts file can send them elsewhere. */
export const netLoopbackResolves: Check = {
  id: 'net.loopback-resolves',
  severity: 'error',
  dependsOn: [],
  async run({ machine }) {
    const bytes = machine.read(hostsFile(machine));
    if (bytes === null) return { result: 'unknown', variant: 'unreadable' };
    const addresses = addressesOf('localhost', bytes.toString('utf8'));
    const foreign = addresses.find((address) => !isLoopback(address));
    const evidence = { entries: addresses.length };
    if (foreign === undefined) return { result: 'pass', evidence };
    return { result: 'fail', variant: 'elsewhere', params: { address: foreign }, evidence };
  },
};

/** Programs read these in both spellings. */
function setting({ env }: Machine, name: string): string | null {
  return env[name] || env[name.toUpperCase()] || null;
}

function hasCredentials(proxy: string): boolean {
  const rest = proxy.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  return (rest.split('/', 1)[0] ?? '').includes('@');
}

function sparesLoopback(list: string): boolean {
  const hosts = list.toLowerCase().split(/[\s,]+/);
  const has = (...names: string[]): boolean => names.some((name) => hosts.includes(name));
  return has('*') || (has('localhost', '.localhost') && has('127.0.0.1', '127.0.0.0/8', '127.*'));
}

function hostsFile({ platform, env }: Machine): string {
  if (platform !== 'win32') return '/etc/hosts';
  return win32.join(env.SystemRoot ?? 'C:\\Windows', 'System32', 'drivers', 'etc', 'hosts');
}

function addressesOf(name: string, hosts: string): string[] {
  return hosts.split(/\r?\n/).flatMap((line) => {
    const [address, ...names] = (line.split('#', 1)[0] ?? '').trim().split(/\s+/);
    return address !== undefined && names.some((one) => one.toLowerCase() === name) ? [address] : [];
  });
}

function isLoopback(address: string): boolean {
  const [bare = ''] = address.split('%', 1);
  const family = isIP(bare);
  // macOS lists its loopback's link-local address under this name as well.
  return family !== 0 && (LOOPBACK.check(bare, family === 6 ? 'ipv6' : 'ipv4') || address === 'fe80::1%lo0');
}
