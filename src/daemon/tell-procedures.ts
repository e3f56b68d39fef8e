import type { Logger } from 'pino';
import type { Loaded } from '../procedures/index.ts';

/** Logs what an organisation's folders brought; the list of procedures shows the same to people. */
export function tellProcedures({ procedures, refusals }: Loaded, log: Logger): void {
  for (const { file, line, code } of refusals) log.warn({ file, line, reason: code }, 'a procedure file was refused');
  for (const { procedure, file, replaces } of procedures.values())
    if (replaces) log.info({ procedure: procedure.id, file }, 'a file of the organisation replaces a shipped procedure');
}
