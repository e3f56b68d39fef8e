import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** How OpenSC's PKCS#11 module lets a PUK unblock the PIN (`user_pin_unblock_style` in opensc.conf). */
export type UnblockStyle = 'set_pin_in_unlogged_session' | 'init_pin_in_so_session';

/** A configuration file for OpenSC that takes nothing from the machine's own. */
export function openscConfiguration(style?: UnblockStyle): string {
  const unblock = style ? `\n    user_pin_unblock_style = ${style};` : '';
  return `app default {\n  framework pkcs15 {\n    use_file_caching = no;\n  }\n}\napp opensc-pkcs11 {\n  pkcs11 {${unblock}\n  }\n}\n`;
}

/** Path of the system's opensc-pkcs11.so, or undefined. */
export function openscModule(): string | undefined {
  if (!existsSync('/usr/lib')) return undefined;
  const triples = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  const folders = [...triples.map((name) => `/usr/lib/${name}`), '/usr/lib64', '/usr/lib'];
  return folders.map((folder) => join(folder, 'opensc-pkcs11.so')).find((path) => existsSync(path));
}

const VIRTUAL_READER = '/usr/lib/pcsc/drivers/serial/libifdvpcd.so';

const PROGRAMS = {
  pcscd: 'pcscd',
  'systemd-socket-activate': 'systemd',
  gcc: 'gcc',
  'pkcs15-init': 'opensc',
  'pkcs15-tool': 'opensc',
};

/** What this machine lacks for the virtual reader, as a sentence, or undefined when all is there. */
export function missing(): string | undefined {
  if (process.platform !== 'linux') return 'the virtual card reader needs Linux';
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  for (const [program, from] of Object.entries(PROGRAMS)) {
    if (!folders.some((folder) => existsSync(join(folder, program)))) return `${program} is not installed (package ${from})`;
  }
  if (!existsSync(VIRTUAL_READER)) return `${VIRTUAL_READER} is not installed (package vsmartcard-vpcd)`;
  return openscModule() ? undefined : 'opensc-pkcs11.so is not installed (package opensc-pkcs11)';
}
