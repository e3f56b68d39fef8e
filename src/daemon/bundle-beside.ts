import { makeBundle, type WholeBundle } from '../diagnostics/index.ts';
import { roomsOf } from './bundle.ts';
import type { Flags } from './config.ts';
import { doctorBeside, type Seen } from './diagnose.ts';

/**
 * Makes a support bundle from beside, when no daemon answers: there is no log then, and of the past only what the database still
 * tells. Throws SignetError `bundle_unsafe`.
 */
export async function bundleBeside(flags: Flags, language: string, env: NodeJS.ProcessEnv = process.env): Promise<WholeBundle> {
  const { doctor, seen, close } = doctorBeside(flags, env);
  try {
    // Looks for tokens as well, whose names must be known before any text is cleaned of them.
    const report = await doctor.run({ language });
    const { config, drivers, tokens, database, audit }: Seen = await seen();
    const rooms = roomsOf({
      config,
      database,
      audit: database === null ? null : audit,
      tokens: () => tokens,
      drivers: () => drivers,
      diagnose: () => Promise.resolve(report),
      log: () => ({ lines: [], dropped: 0 }),
    });
    return await makeBundle({ rooms, language, fromDaemon: false });
  } finally {
    await close();
  }
}
