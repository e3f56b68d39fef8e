import { existsSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { type Catalogue, type DriverProfile, type DriverSpec, installedDrivers, profileFor } from '../drivers/index.ts';
import { type Config, ConfigError } from './config.ts';

const SOFTHSM = 'softhsm2';

/** The libraries to host: those named, the practice token's, then what the catalogue finds installed. No file twice. */
export function driverSpecs(config: Config, catalogue: Catalogue, env: NodeJS.ProcessEnv = process.env): DriverSpec[] {
  const specs: DriverSpec[] = [];
  const taken = new Set<string>();
  const add = (id: string, path: string, profile: DriverProfile, environment: Readonly<Record<string, string>>): void => {
    const key = `${real(path)}\0${JSON.stringify(environment)}`;
    if (taken.has(key)) return;
    taken.add(key);
    const same = specs.filter((spec) => spec.id === id || spec.id.startsWith(`${id}-`)).length;
    specs.push({ id: same === 0 ? id : `${id}-${same + 1}`, path, profile, environment });
  };
  for (const setting of config.drivers) {
    const named = typeof setting === 'string' ? { path: setting } : setting;
    const path = resolve(named.path);
    if (!existsSync(path)) throw new ConfigError('drivers', 'configuration', `names ${path}, which does not exist`);
    const profile = withLimit(profileFor(path, catalogue, env), named.tryLimit);
    add(profile.id, path, profile, named.environment ?? {});
  }
  const installed = config.catalogue ? installedDrivers(catalogue, process.platform, existsSync, env) : [];
  const practiceConf = join(config.stateDir, 'practice', 'softhsm2.conf');
  const softhsm = installedDrivers(catalogue, process.platform, existsSync, env).find(({ entry }) => entry.id === SOFTHSM);
  if (config.practice && softhsm !== undefined && existsSync(practiceConf)) {
    add('practice', softhsm.path, softhsm.entry, { SOFTHSM2_CONF: practiceConf });
  }
  const named = new Set(specs.filter(({ id }) => id !== 'practice').map(({ path }) => real(path)));
  for (const { entry, path } of installed) {
    if (named.has(real(path)) || (entry.id === SOFTHSM && !softHsmConfigured(env))) continue;
    add(entry.id, path, entry, {});
  }
  return specs;
}

/** Without a configuration of the user's own SoftHSM2 has no tokens of theirs, or refuses to start (its default file is root's). */
function softHsmConfigured(env: NodeJS.ProcessEnv): boolean {
  return Boolean(env.SOFTHSM2_CONF) || existsSync(join(env.HOME ?? homedir(), '.config/softhsm2/softhsm2.conf'));
}

function withLimit(profile: DriverProfile, limit: number | undefined): DriverProfile {
  return limit === undefined ? profile : { ...profile, tryLimit: { ...profile.tryLimit, user: limit } };
}

function real(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path;
  }
}
