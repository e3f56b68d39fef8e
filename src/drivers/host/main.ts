import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { DriverCalls } from '../driver.ts';
import { FIRST_LANE_FD, HOST_SETTINGS, type HostSettings } from '../protocol.ts';
import { askKernel } from './kernel.ts';
import { KnownWrong } from './known-wrong.ts';
import { LaneEnd, wireError } from './lane.ts';
import { ck, type Library, openLibrary } from './library.ts';
import { listObjects, listSlots, tokenFacts } from './listing.ts';
import { bindPinFunctions } from './login.ts';
import { Presenter } from './present.ts';
import { LaneSessions, quietly } from './sessions.ts';
import { Signer } from './sign.ts';
import { TokenDirectory } from './token-directory.ts';

/** Exit code after a worker thread failed in a way that it could not report. */
const BROKEN_LANE = 70;

interface Host {
  execute(name: string, args: Record<string, unknown>): unknown;
  leave(): void;
}

const settings = JSON.parse(process.env[HOST_SETTINGS] ?? '{}') as HostSettings;
askKernel(settings.daemon);

function serve(): void {
  let host: Host | null = null;
  const lane = new LaneEnd(FIRST_LANE_FD, {
    execute: (name, args) => {
      if (host === null) throw new Error('the library is not loaded');
      return host.execute(name, args);
    },
    onOrder: (n) => openLane(n),
    onEnd: () => {
      host?.leave();
      process.exit(0);
    },
  });
  // A signal to the whole process group, such as Ctrl-C, is for the daemon: it logs out and then closes the lane.
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  try {
    const directory = settings.watchTokenDirectory ? new TokenDirectory() : null;
    const library = openLibrary(settings.library, settings.libraryParameters);
    host = hostOf(library, directory);
    lane.send({ type: 'ready', version: library.version });
  } catch (error) {
    lane.send({ type: 'failed', error: wireError(error) });
  }
}

function hostOf(library: Library, directory: TokenDirectory | null): Host {
  const sessions = new LaneSessions(library);
  const wrong = new KnownWrong();
  const pins = bindPinFunctions(library.path);
  const presenter = new Presenter({ library, sessions, pins, wrong, wrongAnswers: new Set(settings.wrongPinAnswers) });
  const signer = new Signer(library, sessions, presenter);
  const logout = (slot: string): { rv: number } => {
    const { handle, loggedIn } = sessions.live(slot);
    try {
      if (loggedIn) ck('C_Logout', () => library.p11.C_Logout(handle));
    } finally {
      sessions.drop(slot);
    }
    return { rv: 0 };
  };
  const calls: { [Name in keyof DriverCalls]: (args: never) => unknown } = {
    slots: () => ({ slots: listSlots(library), rescan: directory?.changed() ?? false }),
    token: ({ slot }: { slot: string }) => tokenFacts(library, slot),
    login: (args: Parameters<Presenter['login']>[0]) => presenter.login(args),
    logout: ({ slot }: { slot: string }) => logout(slot),
    changePin: (args: Parameters<Presenter['changePin']>[0]) => presenter.changePin(args),
    unblock: (args: Parameters<Presenter['unblock']>[0]) => presenter.unblock(args),
    release: ({ slot }: { slot: string }) => sessions.drop(slot),
    forget: ({ identity }: { identity: string }) => wrong.forget(identity),
    surrender: () => ({ known: wrong.surrender() }),
    inherit: ({ known }: { known: Buffer }) => wrong.inherit(known),
    objects: ({ slot }: { slot: string }) => listObjects(library, sessions, slot),
    sign: (args: Parameters<Signer['sign']>[0]) => signer.sign(args),
  };
  return {
    execute: (name, args) => (calls[name as keyof DriverCalls] as (args: unknown) => unknown)(args),
    // C_Finalize only here, at the end: to enumerate with it would kill the sessions of other tokens.
    leave: () => {
      sessions.logoutAll();
      quietly(() => library.p11.C_Finalize());
    },
  };
}

function openLane(n: number): void {
  const file = new URL('./worker.ts', import.meta.url);
  const entry = existsSync(file) ? file : new URL('./worker.js', import.meta.url);
  const worker = new Worker(entry, { workerData: { fd: FIRST_LANE_FD + n, settings } });
  worker.on('error', () => process.exit(BROKEN_LANE));
}

serve();
