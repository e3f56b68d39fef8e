import { type Command, InvalidArgumentError } from 'commander';
import type { ExitCode } from '../failure.ts';
import type { Frame } from '../frame.ts';

interface Options {
  port?: number;
  driver?: string[];
  stateDir?: string;
  runtimeDir?: string;
  language?: string;
  logLevel?: string;
  config?: string;
  practice?: true;
}

/** `signet serve`: the daemon in the foreground. Its settings are checked by the daemon itself. */
export function serveCommand(frame: Frame): Command {
  const { t } = frame;
  return frame
    .command('serve', 'serve', [
      'serve',
      'serve --practice',
      'serve --port 0 --driver /usr/lib/x86_64-linux-gnu/opensc-pkcs11.so',
    ])
    .option('--port <number>', t('cli.option.port'), parsePort)
    .option('--driver <library>', t('cli.option.driver'), (path: string, before: string[] | undefined) => [
      ...(before ?? []),
      path,
    ])
    .option('--state-dir <folder>', t('cli.option.state_dir'))
    .option('--runtime-dir <folder>', t('cli.option.serve_runtime_dir'))
    .option('--language <language>', t('cli.option.language'))
    .option('--log-level <level>', t('cli.option.log_level'))
    .option('--config <file>', t('cli.option.config'))
    .option('--practice', t('cli.option.practice'))
    .action(async ({ driver, ...options }: Options) => {
      const { runDaemon } = await import('../../daemon/index.ts');
      frame.exit = (await runDaemon({ ...options, drivers: driver })) as ExitCode;
    });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535) throw new InvalidArgumentError('0-65535');
  return port;
}
