import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { HostedDriver, SettingProblem } from '../diagnostics/index.ts';
import { type Catalogue, type DriverSpec, profileFor } from '../drivers/index.ts';
import type { Config } from './config.ts';
import { driverSpecs } from './drivers.ts';

/** The libraries that a daemon would host, and those it was told to host although they are not there: each of these is a problem. */
export function librariesOf(
  config: Config,
  catalogue: Catalogue,
  env: NodeJS.ProcessEnv,
  problems: SettingProblem[],
): HostedDriver[] {
  const pathOf = (setting: Config['drivers'][number]): string => resolve(typeof setting === 'string' ? setting : setting.path);
  const [there, gone] = [true, false].map((wanted) => config.drivers.filter((each) => existsSync(pathOf(each)) === wanted));
  const drivers: HostedDriver[] = driverSpecs({ ...config, drivers: there ?? [] }, catalogue, env).map((spec) => ({
    ...hosted(spec, config),
    status: () => null,
  }));
  for (const setting of gone ?? []) {
    const path = pathOf(setting);
    problems.push({ key: 'drivers', source: 'configuration', expected: `names ${path}, which does not exist` });
    const profile = profileFor(path, catalogue, env);
    const same = drivers.filter(({ id }) => id === profile.id || id.startsWith(`${profile.id}-`)).length;
    const id = same === 0 ? profile.id : `${profile.id}-${same + 1}`;
    drivers.push({ id, path, profile, environment: {}, origin: 'configured', status: () => null });
  }
  return drivers;
}

/** A library with who wanted it. */
export function hosted(spec: DriverSpec, config: Config): Omit<HostedDriver, 'status'> {
  const named = config.drivers.some((each) => resolve(typeof each === 'string' ? each : each.path) === spec.path);
  return { ...spec, origin: spec.id === 'practice' ? 'practice' : named ? 'configured' : 'catalogue' };
}
