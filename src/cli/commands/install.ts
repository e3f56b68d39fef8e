import { type Command, InvalidArgumentError } from 'commander';
import type { Action, BrowserId, InstallOptions, Part, Scope } from '../../install/index.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { carryOut } from '../installation.ts';
import type { SharedOptions } from '../shell.ts';

interface Options extends SharedOptions {
  user?: true;
  system?: true;
  browsers?: BrowserId[];
  extensionId?: string[];
  only?: Part[];
  localTls?: true;
  dryRun?: true;
}

// As the room has them: read from there, they would be loaded for every command.
const BROWSERS: readonly BrowserId[] = ['chrome', 'chromium', 'edge', 'brave', 'vivaldi', 'firefox'];
const PARTS: readonly Part[] = ['hosts', 'service', 'afirma', 'tls'];

/** `signet install`: what browsers and the system need to find Signet. */
export function installCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('install', 'install', ['install', 'install --dry-run', 'install --local-tls --browsers chromium,firefox'])
    .option('--user', t('cli.option.install_user'))
    .option('--system', t('cli.option.install_system'))
    .option('--browsers <browsers>', t('cli.option.install_browsers'), listOf(BROWSERS))
    .option('--extension-id <id>', t('cli.option.install_extension_id'), collect)
    .option('--only <parts>', t('cli.option.install_only'), listOf(PARTS))
    .option('--local-tls', t('cli.option.install_local_tls'))
    .option('--dry-run', t('cli.option.install_dry_run'));
  return frame.shared(command).action((options: Options) =>
    frame.finish(options, async (shell) => {
      const room = await import('../../install/index.ts');
      const wanted = wantedOf(options, room.familyOf);
      const make = (machine: Parameters<typeof room.plan>[0]): Action[] => room.plan(machine, wanted);
      return carryOut(shell, {
        scope: wanted.scope,
        direction: 'install',
        dryRun: options.dryRun === true,
        options,
        stateDir: frame.settings.stateDir,
        make,
      });
    }),
  );
}

function wantedOf(options: Options, familyOf: (id: string) => unknown): InstallOptions {
  const { user, system, browsers, extensionId: extensionIds = [], only, localTls } = options;
  if (user === true && system === true) throw new CliFailure('install_scope', 2);
  const scope: Scope = system === true ? 'system' : 'user';
  // Its key belongs to one person.
  if (scope === 'system' && (localTls === true || only?.includes('tls') === true)) throw new CliFailure('install_system_tls', 2);
  const [wrong] = extensionIds.filter((id) => familyOf(id) === null);
  if (wrong !== undefined) throw new CliFailure('install_extension_id', 2, { id: wrong });
  return {
    scope,
    extensionIds,
    localTls: localTls === true,
    ...(browsers === undefined ? {} : { browsers }),
    ...(only === undefined ? {} : { only }),
  };
}

function listOf<T extends string>(known: readonly T[]): (text: string, before: T[] | undefined) => T[] {
  return (text, before = []) => {
    const named = text.split(/[\s,]+/).filter((word) => word !== '');
    const found = known.filter((each) => named.includes(each));
    if (named.length === 0 || named.some((word) => !known.some((each) => each === word)))
      throw new InvalidArgumentError(known.join(', '));
    return [...new Set([...before, ...found])];
  };
}

function collect(text: string, before: string[] | undefined): string[] {
  return [...(before ?? []), ...text.split(/[\s,]+/).filter((word) => word !== '')];
}
