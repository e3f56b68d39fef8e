import { type LookupAddress, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** This machine and its own link, where a stranger's certificate must not send anybody: a service there may act on a bare GET. */
const OWN = new BlockList();
OWN.addSubnet('127.0.0.0', 8);
OWN.addSubnet('0.0.0.0', 8);
OWN.addSubnet('169.254.0.0', 16);
OWN.addAddress('::', 'ipv6');
OWN.addAddress('::1', 'ipv6');
OWN.addSubnet('fe80::', 10, 'ipv6');

/** The code of the error when a name leads to this machine. */
export const OWN_ADDRESS = 'EOWNADDRESS';

/** Whether a host name, as a URL has it, is this machine by its spelling. */
export function isOwnHost(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  return isIP(host) === 0 ? /(^|\.)localhost$/i.test(host) : isOwn(host);
}

/** Resolves as the system does, and refuses a name that leads to this machine at the moment of connecting. */
export const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const refused = error ?? (addresses.some(({ address }) => isOwn(address)) ? ownAddress() : null);
    const [first] = addresses ?? [];
    if (refused !== null || first === undefined) callback(refused ?? ownAddress(), '', 0);
    else if (options.all === true) callback(null, addresses);
    else callback(null, first.address, first.family);
  });
};

function isOwn(address: string): boolean {
  const [bare = ''] = address.split('%', 1);
  return OWN.check(bare, isIP(bare) === 6 ? 'ipv6' : 'ipv4');
}

function ownAddress(): NodeJS.ErrnoException {
  return Object.assign(new Error('the name leads to this machine'), { code: OWN_ADDRESS });
}
