import { pickLanguage, translator } from '../messages/index.ts';
import { announce } from './announce.ts';
import { ConfigError, type Flags, readConfig } from './config.ts';
import { startDaemon } from './daemon.ts';
import { StartFailure } from './failure.ts';
import { giveBackAtRest } from './rest.ts';

export { type Config, ConfigError, type Flags, loadConfig, type Origins, readConfig } from './config.ts';
export { type Daemon, packageVersion, startDaemon } from './daemon.ts';
export type { BesideDoctor } from './diagnose.ts';
export { StartFailure } from './failure.ts';

/** The doctor and the support bundle from beside the daemon, loaded when asked for: a daemon that serves has no use for them. */
export function beside(): Promise<typeof import('./beside.ts')> {
  return import('./beside.ts');
}

/**
 * Runs the daemon in the foreground until SIGINT or SIGTERM. Resolves with the exit code: 0 ended as asked, 2 a setting is
 * wrong, 3 it could not start.
 */
export async function runDaemon(flags: Flags): Promise<number> {
  const wish = pickLanguage({ ...(flags.language === undefined ? {} : { configured: flags.language }), env: process.env });
  // Database side files, sockets and whatever else is made: nobody else on the machine needs to read them.
  process.umask(0o077);
  try {
    const { config, origins } = readConfig(flags);
    const language = config.language ?? wish;
    const stopped = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve());
    });
    const daemon = await startDaemon(config, origins);
    const announced = announce(daemon, language, (line) => process.stdout.write(`${line}\n`));
    const stopGiving = giveBackAtRest();
    await Promise.race([stopped, announced.then(() => stopped)]);
    stopGiving();
    await daemon.stop();
    process.stdout.write(`${translator(language)('daemon.stopped')}\n`);
    return 0;
  } catch (error) {
    if (error instanceof ConfigError) {
      process.stderr.write(
        `${translator(wish)('daemon.failure.config', { key: error.key, source: error.source, reason: error.message })}\n`,
      );
      return 2;
    }
    if (!(error instanceof StartFailure)) throw error;
    process.stderr.write(`${translator(wish)(error.key, error.params)}\n`);
    return error.exitCode;
  }
}
