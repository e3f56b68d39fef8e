import { workerData } from 'node:worker_threads';
import type { HostSettings } from '../protocol.ts';
import { LaneEnd, wireError } from './lane.ts';
import { openLibrary } from './library.ts';
import { LaneSessions } from './sessions.ts';
import { Signer } from './sign.ts';

const { fd, settings } = workerData as { fd: number; settings: HostSettings };

/** A further lane: shares the library and its login with lane 0, and only signs. */
function serve(): void {
  let signer: Signer | null = null;
  let sessions: LaneSessions | null = null;
  const lane = new LaneEnd(fd, {
    execute: (name, args) => {
      if (name === 'release') return sessions?.drop(String(args.slot));
      if (name !== 'sign' || signer === null) throw new Error(`${name} belongs on lane 0`);
      return signer.sign(args as unknown as Parameters<Signer['sign']>[0]);
    },
    onEnd: () => undefined,
  });
  try {
    const library = openLibrary(settings.library, settings.libraryParameters);
    sessions = new LaneSessions(library);
    signer = new Signer(library, sessions, null);
    lane.send({ type: 'ready', version: library.version });
  } catch (error) {
    lane.send({ type: 'failed', error: wireError(error) });
  }
}

serve();
