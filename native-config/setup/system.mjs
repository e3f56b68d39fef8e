import { existsSync } from 'node:fs';
import { softHsm } from './places.mjs';
import { excerpt, has, quietly } from './run.mjs';
import { Stop, say } from './say.mjs';

/** @typedef {'debian' | 'macos' | 'other'} Family */

/** Debian's packages that only the tests use: other people's tokens and tools to check ours against. */
export const PEERS = [
  'opensc',
  'opensc-pkcs11',
  'opencryptoki',
  'pcscd',
  'vsmartcard-vpcd',
  'systemd',
  'gcc',
  'libc6-dev',
  'openssl',
  'chromium',
  'firefox-esr',
  'poppler-utils',
  'pinentry-curses',
  'pinentry-gtk2',
  'xvfb',
  'xdotool',
  'tmux',
  'libnss3-tools',
];

/**
 * Which package manager this system has.
 * @returns {Family}
 */
export function family() {
  if (process.platform === 'darwin') return 'macos';
  return existsSync('/etc/debian_version') && has('apt-get') ? 'debian' : 'other';
}

/**
 * What the daemon needs from the system and does not find, under Debian's package names.
 * @param {boolean} compiling whether native dependencies are to be built
 * @returns {string[]}
 */
export function missingPackages(compiling) {
  const missing = softHsm() ? [] : ['softhsm2'];
  if (!compiling) return missing;
  for (const tool of ['g++', 'make', 'python3']) if (!has(tool)) missing.push(tool);
  return missing;
}

/**
 * What the tests need beside that and do not find, under Debian's package names; on other systems the commands that are missing.
 * @returns {string[]}
 */
export function missingPeers() {
  if (family() !== 'debian') return ['gcc', 'openssl', 'pkcs11-tool', 'pcscd'].filter((tool) => !has(tool));
  // biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg fills these in
  const { output } = quietly('dpkg-query', ['-W', '-f=${db:Status-Status} ${Package}\n', ...PEERS]);
  const installed = new Set(output.split('\n').filter((line) => line.startsWith('installed ')));
  return PEERS.filter((name) => !installed.has(`installed ${name}`));
}

/**
 * The command that installs Debian packages, to paste.
 * @param {readonly string[]} packages
 * @returns {string}
 */
export function aptCommand(packages) {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/**
 * How this user may become root without being asked for a password: the words before the command, or undefined when there is no way.
 * @returns {string[] | undefined}
 */
export function asRoot() {
  if (process.getuid?.() === 0) return [];
  return has('sudo') && quietly('sudo', ['-n', 'true']).ok ? ['sudo', '-n'] : undefined;
}

/**
 * Installs what is missing, or stops and names what the person has to do.
 * @param {readonly string[]} missing Debian's names
 */
export function install(missing) {
  if (missing.length === 0) return;
  const named = missing.join(', ');
  const kind = family();
  if (kind === 'other') throw new Stop('systemUnknown', { missing: named });
  if (kind === 'macos') return brew(missing);
  const prefix = asRoot();
  if (!prefix) throw new Stop('systemByHand', { missing: named, command: aptCommand(missing) });
  say('installingSystem', { packages: missing.join(' ') });
  const result = apt(prefix, ['install', '-y', '--no-install-recommends', ...missing]);
  // A fresh machine knows no package lists yet, an old one knows packages that are gone.
  const second =
    result.ok || !apt(prefix, ['update']).ok ? result : apt(prefix, ['install', '-y', '--no-install-recommends', ...missing]);
  if (!second.ok) throw new Stop('systemFailed', { packages: named, output: excerpt(second.output) });
}

/**
 * @param {readonly string[]} prefix
 * @param {readonly string[]} args
 */
function apt(prefix, args) {
  const [command = '', ...rest] = [...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-q', ...args];
  return quietly(command, rest);
}

/** @param {readonly string[]} missing */
function brew(missing) {
  if (missing.some((name) => name !== 'softhsm2')) throw new Stop('noXcode', { missing: missing.join(', ') });
  if (!has('brew')) throw new Stop('noBrew', { missing: 'softhsm' });
  say('installingSystem', { packages: 'softhsm' });
  const { ok, output } = quietly('brew', ['install', 'softhsm']);
  if (!ok) throw new Stop('systemFailed', { packages: 'softhsm', output: excerpt(output) });
}
