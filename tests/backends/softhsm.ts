import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cached, cacheKey } from './cache.ts';
import { SO_PIN, USER_PIN } from './pins.ts';
import { type KeySpec, type ProvisionedToken, provision } from './provision.ts';

const libraries = [
  '/usr/lib/softhsm/libsofthsm2.so',
  '/usr/lib64/pkcs11/libsofthsm2.so',
  '/usr/local/lib/softhsm/libsofthsm2.so',
  '/opt/homebrew/lib/softhsm/libsofthsm2.so',
];

export interface SoftHsmOptions {
  /** 1 to 32 bytes; "Signet test" when not given. */
  label?: string;
  userPin?: string;
  soPin?: string;
  /** RSA-2048, P-256 and P-384 when not given; CKA_ID is 01, 02, … in this order. */
  keys?: readonly KeySpec[];
  /** A token of its own: its serial number and keys are shared with no other. Slower. */
  fresh?: boolean;
}

/** A throw-away SoftHSM2 token in a temporary directory. */
export interface SoftHsm extends ProvisionedToken {
  library: string;
  env: { SOFTHSM2_CONF: string };
  /** As a daemon's configuration names it. */
  driver: { path: string; environment: { SOFTHSM2_CONF: string } };
  dir: string;
  userPin: string;
  soPin: string;
  dispose(): void;
}

/** Why there can be no SoftHSM2 token here, or undefined when there can. */
export function softHsmMissing(): string | undefined {
  return libraries.some((path) => existsSync(path)) ? undefined : 'SoftHSM2 is not installed (Debian: apt-get install softhsm2)';
}

function configure(dir: string): { SOFTHSM2_CONF: string } {
  const path = join(dir, 'softhsm2.conf');
  const lines = [`directories.tokendir = ${join(dir, 'tokens')}`, 'objectstore.backend = file', 'log.level = ERROR', ''];
  writeFileSync(path, lines.join('\n'));
  return { SOFTHSM2_CONF: path };
}

/**
 * Makes a SoftHSM2 token. The first token with given options is made by a child process and kept as a template; every later
 * one is a copy of its files, with the same serial number and keys, and the try flags of a new token. Rejects when SoftHSM2
 * is missing.
 */
export async function createSoftHsm(options: SoftHsmOptions = {}): Promise<SoftHsm> {
  const library = libraries.find((path) => existsSync(path));
  if (library === undefined) throw new Error(softHsmMissing());
  const { label = 'Signet test', userPin = USER_PIN, soPin = SO_PIN } = options;
  const keys = [...(options.keys ?? ([{ kind: 'rsa2048' }, { kind: 'p256' }, { kind: 'p384' }] as const))];
  const request = { library, label, userPin, soPin, keys };
  const fill = async (dir: string): Promise<void> => {
    mkdirSync(join(dir, 'tokens'), { mode: 0o700 });
    writeFileSync(join(dir, 'token.json'), JSON.stringify(await provision(request, configure(dir))));
  };
  const dir = mkdtempSync(join(tmpdir(), 'signet-softhsm-'));
  try {
    if (options.fresh === true) await fill(dir);
    else cpSync(await cached(`softhsm-${cacheKey(...sources(), JSON.stringify(request))}`, fill), dir, { recursive: true });
    const token = JSON.parse(readFileSync(join(dir, 'token.json'), 'utf8')) as ProvisionedToken;
    const env = configure(dir);
    const driver = { path: library, environment: env };
    return { ...token, library, env, driver, dir, userPin, soPin, dispose: () => rmSync(dir, { recursive: true, force: true }) };
  } catch (error) {
    rmSync(dir, { recursive: true, force: true });
    throw error;
  }
}

function sources(): Buffer[] {
  return ['provision.child.ts', 'identity.ts', 'templates.ts'].map((name) => readFileSync(join(import.meta.dirname, name)));
}
