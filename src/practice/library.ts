import { existsSync, readFileSync } from 'node:fs';

/**
 * Finds the SoftHSM2 library: `SOFTHSM2_LIBRARY` when set, else the first known place that exists.
 * Returns undefined when there is none.
 */
export function findSoftHsm(env: NodeJS.ProcessEnv = process.env): string | undefined {
  if (env.SOFTHSM2_LIBRARY) return env.SOFTHSM2_LIBRARY;
  const known: unknown = JSON.parse(readFileSync(new URL('../../softhsm/libraries.json', import.meta.url), 'utf8'));
  if (!Array.isArray(known)) return undefined;
  return known.find((path): path is string => typeof path === 'string' && existsSync(path));
}
