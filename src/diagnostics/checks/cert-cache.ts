import { createHash } from 'node:crypto';
import { join, win32 } from 'node:path';
import type { Check } from '../check.ts';
import type { Machine } from '../view.ts';
import { certificateName, held, lookInside, SLOW_CARD } from './contents.ts';
import { shownPath } from './shown.ts';

/** More files than OpenSC keeps of a drawer full of cards. */
const MOST = 500;

/**
 * OpenSC can keep copies of a card's files, and goes on showing the old certificates after a renewal (autofirma-nix #36). Told
 * only where it is seen: the very bytes of a certificate that has ended lie in that folder.
 */
export const certStaleCache: Check = {
  id: 'cert.stale-cache',
  severity: 'warning',
  dependsOn: ['os.clock', 'cert.found'],
  timeout: SLOW_CARD,
  async run(view, signal) {
    const { machine } = view;
    const now = machine.now();
    const ended = held(await lookInside(view, signal)).filter(({ facts }) => Date.parse(facts.notAfter) <= now);
    if (ended.length === 0) return { result: 'pass' };
    const folder = cacheFolder(machine);
    const copies = new Set(folder === null ? [] : prints(machine, folder));
    return ended.map((one) => {
      const params = { name: certificateName(one), folder: shownPath(view, folder ?? '') };
      const copied = copies.has(one.certificate.sha256);
      const about = { subject: one.certificate.id, params, evidence: { files: copies.size } };
      return copied ? { ...about, result: 'warn', variant: 'copied' } : { ...about, result: 'pass' };
    });
  },
};

/** opensc.conf(5), `file_cache_dir`. */
function cacheFolder({ platform, env, home }: Machine): string | null {
  if (platform === 'win32') return env.USERPROFILE ? win32.join(env.USERPROFILE, '.eid-cache') : null;
  return env.XDG_CACHE_HOME ? join(env.XDG_CACHE_HOME, 'opensc') : join(home, '.cache', 'opensc');
}

/** SHA-256 of the DER value at the beginning of each file: cards pad their files. */
function prints(machine: Machine, folder: string): string[] {
  return machine
    .folder(folder)
    .slice(0, MOST)
    .flatMap((name) => {
      const bytes = machine.read(join(folder, name), 65_536);
      const length = bytes === null ? null : derLength(bytes);
      if (bytes === null || length === null || length > bytes.length) return [];
      return [createHash('sha256').update(bytes.subarray(0, length)).digest('hex')];
    });
}

/** Bytes of the SEQUENCE at the beginning, with its header; null when there is none of a certificate's size. */
function derLength(bytes: Buffer): number | null {
  if (bytes[0] !== 0x30 || bytes.length < 4) return null;
  if (bytes[1] === 0x82) return 4 + bytes.readUInt16BE(2);
  return bytes[1] === 0x81 ? 3 + bytes.readUInt8(2) : null;
}
