import type { Command } from 'commander';
import { canOpen, runtimeDir } from '../../places/index.ts';
import { openDoor } from '../browser.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions, type Shell } from '../shell.ts';

type Options = SharedOptions & { print?: true };

/** How often it is asked whether the page has come, in milliseconds. */
const ASK_EVERY = 250;

/** `signet console` */
export function consoleCommand(frame: Frame): Command {
  const { t, settings, terminal } = frame;
  const command = frame
    .command('console', 'console', ['console', 'console --print'])
    .option('--print', t('cli.option.console_print'));
  return frame.shared(command).action((options: Options) =>
    frame.finish(options, async (shell) => {
      const { id, code, url, expiresAt } = await shell.client.consoleCode();
      const address = `${url}#code=${code}`;
      if (options.print === true || !canOpen(terminal.env)) {
        const told = page();
        if (options.print !== true) told.text(t('cli.console.no_browser')).blank();
        return { json: { url: address, expiresAt }, page: told.command(address).blank().text(t('cli.console.once')) };
      }
      const folder = options.runtimeDir ?? settings.runtimeDir ?? runtimeDir();
      const over = new AbortController();
      const door = openDoor(address, folder, terminal.env);
      try {
        shell.tell(page().text(t('cli.console.opening')));
        await Promise.race([door.failed, used(shell, id, over.signal)]);
      } finally {
        over.abort();
        door.close();
      }
      return { json: { url, opened: true }, page: page().verdict('good', t('cli.console.opened')) };
    }),
  );
}

/** Resolves once the code was exchanged, or nobody waits for it any more. Throws `console_unopened` when it ran out before. */
async function used(shell: Shell, id: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const state = await shell.client.consoleCodeState(id);
    if (state === 'used') return;
    if (state !== 'waiting') throw new CliFailure('console_unopened', 3);
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY));
  }
}
