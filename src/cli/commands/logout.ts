import type { Command } from 'commander';
import { chooseToken } from '../choose-token.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions } from '../shell.ts';

/** `signet logout [TOKEN]` */
export function logoutCommand(frame: Frame): Command {
  const { t } = frame;
  const command = frame
    .command('logout', 'logout', ['logout', 'logout "Signet practice"'])
    .argument('[token]', t('cli.argument.token'));
  return frame.shared(command).action((named: string | undefined, options: SharedOptions) =>
    frame.finish(options, async (shell) => {
      const token = await chooseToken(shell, named);
      await shell.client.logout(token.id);
      return {
        json: { tokenId: token.id, loggedIn: false },
        page: page().verdict('good', t('cli.logout.done', { label: token.label })),
      };
    }),
  );
}
