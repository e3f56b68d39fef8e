import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { homedir, hostname, release, type, userInfo, version } from 'node:os';
import type { BundleMachine } from '../diagnostics/index.ts';

/** Packages that a card needs to work, as Debian and those after it name them. */
const PACKAGES =
  /^(?:opensc(?:-pkcs11)?|pcscd|libpcsclite1|libccid|pcsc-tools|softhsm2|libsofthsm2|opencryptoki|p11-kit|scdaemon|gnupg|web-eid(?:-native)?|libacsccid1|eid-mw|beid-mw|chromium|firefox(?:-esr)?|yubico-piv-tool|ykcs11)$/;
/** Far more than the list of packages of any desktop takes. */
const LONGEST_STATUS = 32 * 1024 * 1024;
const STATUS = '/var/lib/dpkg/status';

/** What a support bundle tells of this machine, and what of it must be taken out of every text. */
export async function bundleMachine(env: NodeJS.ProcessEnv = process.env): Promise<BundleMachine> {
  const { node, v8, uv, openssl, sqlite } = process.versions;
  return {
    platform: process.platform,
    arch: process.arch,
    system: systemName(),
    release: release(),
    runtime: given({ node, v8, uv, openssl, sqlite }),
    packages: process.platform === 'linux' ? await debianPackages() : {},
    home: homedir(),
    user: userName(),
    hostname: hostname(),
    env,
  };
}

function systemName(): string {
  try {
    const [, pretty] = /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8')) ?? [];
    if (pretty !== undefined) return pretty;
  } catch {
    // Only Linux has the file, and not each.
  }
  return process.platform === 'win32' ? version() : type();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // A process may run as a user that the system does not know.
    return '';
  }
}

async function debianPackages(): Promise<Record<string, string>> {
  try {
    const text = await readFile(STATUS, 'utf8');
    if (text.length > LONGEST_STATUS) return {};
    const found = [
      ...text.matchAll(/^Package: (\S+)\nStatus: install ok installed\n(?:(?!Version: )[^\n]+\n)*Version: (\S+)$/gm),
    ];
    const wanted = found.filter(([, name = '']) => PACKAGES.test(name)).map(([, name = '', number = '']) => [name, number]);
    return Object.fromEntries(wanted.sort()) as Record<string, string>;
  } catch {
    return {};
  }
}

function given(versions: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(versions).filter((entry): entry is [string, string] => entry[1] !== undefined));
}
