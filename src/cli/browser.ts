import { openPrivately, type PrivateDoor } from '../places/index.ts';
import { CliFailure, systemReason } from './failure.ts';

/** A private file that leads a browser somewhere. */
export interface Door {
  /** Rejects with `console_no_browser` when the browser could not be started; never resolves. */
  failed: Promise<never>;
  /** Removes the file. */
  close(): void;
}

/** Opens `address` as `openPrivately` does. The file is removed when the process ends, at the latest. */
export function openDoor(address: string, folder: string, env: NodeJS.ProcessEnv): Door {
  const door = opened(address, folder, env);
  const interrupted = (): void => {
    door.close();
    process.exit(130);
  };
  process.once('exit', door.close).once('SIGINT', interrupted).once('SIGTERM', interrupted);
  const failed = door.failed.then((reason): never => {
    throw new CliFailure('console_no_browser', 3, { reason });
  });
  // Looked at only while somebody waits for it.
  failed.catch(() => undefined);
  return {
    failed,
    close: () => {
      door.close();
      process.off('exit', door.close).off('SIGINT', interrupted).off('SIGTERM', interrupted);
    },
  };
}

function opened(address: string, folder: string, env: NodeJS.ProcessEnv): PrivateDoor {
  try {
    return openPrivately(address, folder, env);
  } catch (error) {
    throw new CliFailure('console_no_browser', 3, { reason: systemReason(error) }, error);
  }
}
