import type { Command } from 'commander';
import type { Frame } from '../frame.ts';
import { carryOut } from '../installation.ts';
import type { SharedOptions } from '../shell.ts';

interface Options extends SharedOptions {
  system?: true;
  dryRun?: true;
}

/** `signet uninstall`: takes back what `signet install` did, and nothing else. */
export function uninstallCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('uninstall', 'uninstall', ['uninstall --dry-run', 'uninstall'])
    .option('--system', t('cli.option.uninstall_system'))
    .option('--dry-run', t('cli.option.install_dry_run'));
  return frame.shared(command).action((options: Options) =>
    frame.finish(options, async (shell) => {
      const { unplan } = await import('../../install/index.ts');
      const scope = options.system === true ? 'system' : 'user';
      return carryOut(shell, {
        scope,
        direction: 'uninstall',
        dryRun: options.dryRun === true,
        options,
        stateDir: frame.settings.stateDir,
        make: unplan,
      });
    }),
  );
}
