import type { Command } from 'commander';
import { DaemonUnreachable } from '../../client/index.ts';
import { runtimeDir } from '../../places/index.ts';
import { CliFailure } from '../failure.ts';
import type { Frame } from '../frame.ts';
import { page, type SharedOptions } from '../shell.ts';

/** `signet afirma URL`: what the browser runs for a site's `afirma:` address. Starts the daemon where none runs. */
export function afirmaCommand(frame: Frame): Command {
  const { t, settings } = frame;
  const command = frame
    .command('afirma', 'afirma', ['afirma "afirma://websocket?ports=50001&v=4&jvc=4&idsession=b6Kc0QmX1fPz7RtYw2Ns"'])
    .argument('<url>', t('cli.argument.afirma_url'));
  return frame.shared(command).action((url: string, options: SharedOptions) =>
    frame.finish(options, async ({ client }) => {
      // A page writes this address: what is no address of the protocol must not even start the daemon.
      if (!/^afirma:\/\/[a-z]+\/?(?:\?|$)/i.test(url)) throw new CliFailure('afirma_url', 2);
      const folder = options.runtimeDir ?? settings.runtimeDir ?? runtimeDir();
      const opened = await client.launchAfirma(url).catch(async (error: unknown) => {
        if (!(error instanceof DaemonUnreachable) || error.reason !== 'absent') throw error;
        await start(folder, error);
        return client.launchAfirma(url);
      });
      return { json: opened, page: page().verdict('good', t('cli.afirma.opened', { port: opened.port })) };
    }),
  );
}

async function start(folder: string, absent: DaemonUnreachable): Promise<void> {
  const { requireRunning } = await import('../../host/index.ts');
  try {
    await requireRunning(folder, {});
  } catch {
    throw absent;
  }
}
