import { readFileSync } from 'node:fs';
import type { Driver, UnblockStyle } from '../drivers/index.ts';

/** OpenSC's names for its unblocking styles (opensc.conf, user_pin_unblock_style) and ours. */
const OPENSC = new Map<string, UnblockStyle>([
  ['set_pin_in_unlogged_session', 'set-pin-unlogged'],
  ['init_pin_in_so_session', 'init-pin-puk'],
]);

/**
 * How this driver wants a PIN unblocked, or null when nobody says: then nothing is tried, because a call in the wrong style
 * spends the PUK. OpenSC's own configuration decides for OpenSC.
 */
export function unblockStyle(driver: Driver, environment: NodeJS.ProcessEnv = process.env): UnblockStyle | null {
  const style = driver.profile.quirks.unblock;
  if (style === 'opensc-conf')
    return openscStyle(driver.environment?.OPENSC_CONF ?? environment.OPENSC_CONF ?? '/etc/opensc/opensc.conf');
  return style === 'none' || style === 'unknown' ? null : style;
}

/** Several blocks of the file may name a style; unless they agree, nobody knows which one the library takes. */
function openscStyle(file: string): UnblockStyle | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return null;
  }
  const plain = text.replace(/"[^"\n]*"|#.*$/gm, (part) => (part.startsWith('#') ? '' : part));
  const named = new Set([...plain.matchAll(/\buser_pin_unblock_style\s*=\s*"?(\w+)"?\s*;/g)].map(([, style]) => style ?? ''));
  const [only] = named;
  return named.size === 1 && only !== undefined ? (OPENSC.get(only) ?? null) : null;
}
