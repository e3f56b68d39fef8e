import type { SettingProblem } from '../diagnostics/index.ts';
import { type Config, ConfigError, type Flags, loadConfig } from './config.ts';

/** The settings without those that cannot be used, and which these are. */
export function usableConfig(flags: Flags, env: NodeJS.ProcessEnv): { config: Config; problems: SettingProblem[] } {
  const problems: SettingProblem[] = [];
  const without = new Set<string>();
  for (;;) {
    try {
      return { config: loadConfig(without.has('config') ? { ...flags, config: undefined } : flags, env, without), problems };
    } catch (error) {
      const key = error instanceof ConfigError ? (error.key.startsWith('(') ? error.key : (error.key.split('.')[0] ?? '')) : '';
      // Each turn leaves out one more key; a refusal that this does not cure is not the configuration's.
      if (!(error instanceof ConfigError) || without.has(key)) throw error;
      problems.push({ key: error.key, source: error.source, expected: error.expected });
      without.add(key);
    }
  }
}
