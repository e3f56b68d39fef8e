import { Backoff } from './backoff.ts';
import { type Deadlines, namesSlot, neverBegun, type Waiting, waitingCall } from './call.ts';
import { CKR, type CkrName, ckrName } from './ckr.ts';
import {
  type CallName,
  CkFailure,
  type Driver,
  type DriverCalls,
  DriverFailure,
  type DriverFailureCode,
  type DriverState,
  type DriverStatus,
} from './driver.ts';
import { Lane } from './lane.ts';
import { CapturedOutput } from './output.ts';
import { type HostProcess, spawnHost } from './process.ts';
import type { DriverProfile } from './profile.ts';
import type { HostSettings } from './protocol.ts';
import { Queue } from './queue.ts';
import { Secret } from './secret.ts';

/** Which library to host and how. `environment` is added to the host's own, such as SOFTHSM2_CONF. */
export interface DriverSpec {
  id: string;
  path: string;
  profile: DriverProfile;
  environment: Readonly<Record<string, string>>;
}

export interface ClientOptions {
  deadlines: Deadlines;
  /** Lanes of a `concurrent` driver; a card always has one. */
  lanes: number;
  maxQueue: number;
  onChange(event: 'running' | 'crashed' | 'failed', detail: string): void;
  /** Told how each call ended, while it gives a listener. Never what was asked or answered. */
  watching?(): ((call: CallName, outcome: string, milliseconds: number) => void) | null;
}

type Settle = Pick<Waiting, 'resolve' | 'reject'>;
type End = 'driver_crashed' | 'driver_timeout' | 'failed' | 'recycled';

/** Inputs of one call, in bytes: far more than any token signs, and well below the longest frame. */
const LARGEST_CALL = 32 * 1024 * 1024;
/** How long a host may take to log out and finalise before it is killed, and a killed one to be gone. Milliseconds. */
const PATIENCE = 2_000;
/** A library that could not be loaded is not tried again sooner (ms). */
const RETRY_LOAD_AFTER = 1_000;

/** One PKCS#11 library in a child process of its own: deadlines, replacement with back-off, several lanes for concurrent ones. */
export class DriverClient implements Driver {
  readonly id: string;
  readonly profile: DriverProfile;
  readonly environment: Readonly<Record<string, string>>;
  readonly output = new CapturedOutput();
  readonly #spec: DriverSpec;
  readonly #options: ClientOptions;
  readonly #backoff = new Backoff();
  readonly #queue: Queue;
  /** Hosts that were told to go and are not gone yet. */
  readonly #leaving = new Set<HostProcess>();
  #host: HostProcess | null = null;
  #lanes: Lane[] = [];
  #state: DriverState = 'starting';
  #generation = 0;
  #version: string | null = null;
  #crashes = 0;
  #lastError: string | null = null;
  #calls = 0;
  #startTimer: NodeJS.Timeout | undefined;
  #restartTimer: NodeJS.Timeout | undefined;
  #recycling: 'no' | 'asked' | 'surrendering' | 'surrendered' = 'no';
  #lineage = 0;
  /** What the last host knew of wrong PINs, until the next one has it. */
  #inheritance: Secret | null = null;
  #stopping: Promise<void> | null = null;
  #onDrained: (() => void) | null = null;

  constructor(spec: DriverSpec, options: ClientOptions) {
    this.id = spec.id;
    this.profile = spec.profile;
    this.environment = spec.environment;
    this.#spec = spec;
    this.#options = options;
    this.#queue = new Queue(spec.id);
    this.#start();
  }

  get generation(): number {
    return this.#generation;
  }

  get lineage(): number {
    return this.#lineage;
  }

  status(): DriverStatus {
    return {
      id: this.id,
      name: this.profile.name,
      library: this.#spec.path,
      state: this.#state,
      version: this.#version,
      crashes: this.#crashes,
      lastError: this.#lastError,
      queueLength: this.#queue.length + this.#lanes.reduce((sum, lane) => sum + lane.load, 0),
      pid: this.#host === null || this.#host.pid === 0 ? null : this.#host.pid,
    };
  }

  call<Name extends CallName>(name: Name, args: DriverCalls[Name]['args']): Promise<DriverCalls[Name]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.#state === 'disabled' || this.#state === 'failed') {
        return reject(neverBegun('driver_unavailable', this.id, this.#lastError ?? 'the driver is not running'));
      }
      if (this.#queue.length >= this.#options.maxQueue) {
        return reject(neverBegun('queue_full', this.id, `${this.#queue.length} calls are waiting`));
      }
      for (const value of Object.values(args)) {
        if (value instanceof Secret && value.wiped) return reject(new Error('this secret has been used and wiped'));
      }
      this.#calls += 1;
      const settle = this.#watched(name, { resolve: resolve as (value: unknown) => void, reject });
      const waiting = waitingCall(this.#calls, name, args, this.#options.deadlines, settle);
      if (waiting.bytes > LARGEST_CALL) return reject(new CkFailure(CKR.CKR_DATA_LEN_RANGE, 'C_Sign'));
      this.#queue.push(waiting);
      this.#pump();
    });
  }

  recycle(): void {
    if (this.#state !== 'running' || this.#recycling !== 'no') return;
    this.#recycling = 'asked';
    this.#pump();
  }

  /**
   * Ends the host: the calls it has are answered, then it logs out and finalises. Killed after `patience` milliseconds.
   * Resolves when it is gone; nothing of this driver keeps the program alive then.
   */
  stop(patience = PATIENCE): Promise<void> {
    this.#stopping ??= this.#stop(patience);
    return this.#stopping;
  }

  async #stop(patience: number): Promise<void> {
    this.#state = 'disabled';
    this.#lastError = 'stopped';
    clearTimeout(this.#startTimer);
    clearTimeout(this.#restartTimer);
    this.#queue.reject(neverBegun('driver_unavailable', this.id, 'Signet is stopping'));
    const host = this.#host;
    if (host !== null) {
      const killer = setTimeout(() => host.kill(), patience);
      const began = performance.now();
      const drained = new Promise<void>((resolve) => {
        this.#onDrained = resolve;
      });
      this.#pump();
      await Promise.race([drained, host.gone]);
      host.end(Math.max(0, patience - (performance.now() - began)));
      await host.gone;
      clearTimeout(killer);
      this.#closeLanes('driver_unavailable', 'Signet is stopping');
      this.#host = null;
    }
    await Promise.all([...this.#leaving].map(({ gone }) => gone));
  }

  #watched(name: CallName, settle: Settle): Settle {
    const tell = this.#options.watching?.() ?? null;
    if (tell === null) return settle;
    const began = performance.now();
    const ended = (outcome: string): void => tell(name, outcome, Math.round(performance.now() - began));
    return {
      resolve: (value) => {
        const { rv } = (value ?? {}) as { rv?: unknown };
        ended(typeof rv === 'number' ? ckrName(rv) : 'CKR_OK');
        settle.resolve(value);
      },
      reject: (error) => {
        ended(error instanceof CkFailure ? ckrName(error.rv) : error instanceof DriverFailure ? error.code : 'failed');
        settle.reject(error);
      },
    };
  }

  #start(): void {
    this.#generation += 1;
    this.#queue.reset();
    const host = spawnHost(this.#settings(), this.#spec.environment, this.output);
    this.#host = host;
    this.#lanes = host.lanes.map((stream, index) => this.#lane(stream, index));
    void host.gone.then((how) => {
      if (this.#host === host) this.#replace('driver_crashed', how);
    });
    this.#startTimer = setTimeout(
      () => this.#replace('driver_timeout', 'the library did not load in time'),
      this.#options.deadlines.start,
    );
  }

  #settings(): HostSettings {
    const { concurrent, libraryParameters, listsTokensOnlyAtInitialise, wrongPinAnswers } = this.profile.quirks;
    return {
      library: this.#spec.path,
      watchTokenDirectory: listsTokensOnlyAtInitialise,
      lanes: concurrent ? Math.max(1, this.#options.lanes) : 1,
      daemon: process.pid,
      wrongPinAnswers: wrongPinAnswers.flatMap((name) => CKR[name as CkrName] ?? []),
      ...(libraryParameters === undefined ? {} : { libraryParameters }),
    };
  }

  #lane(stream: HostProcess['lanes'][number], index: number): Lane {
    return new Lane(stream, this.id, {
      onReady: (version) => this.#onReady(version),
      // A further lane that cannot load the library leaves the work to the first.
      onFailed: (text) => (index === 0 ? this.#replace('failed', text) : undefined),
      onIdle: () => {
        this.#backoff.served();
        this.#pump();
      },
      onBroken: (code, detail) => this.#replace(code, detail),
      onServiceTime: (milliseconds) => this.#queue.served(milliseconds),
    });
  }

  #onReady(version: string): void {
    if (this.#state !== 'running' && this.#state !== 'disabled') {
      clearTimeout(this.#startTimer);
      this.#inherit();
      this.#version = version;
      this.#state = 'running';
      this.#backoff.ready(performance.now());
      this.#options.onChange('running', version);
    }
    this.#pump();
  }

  /** Ends the present host, rejects what it had, and starts another: at once when recycled, with back-off otherwise. */
  #replace(why: End, text: string): void {
    const host = this.#host;
    if (this.#state === 'disabled' || host === null) {
      host?.kill();
      return;
    }
    clearTimeout(this.#startTimer);
    const recycled = why === 'recycled';
    const code = why === 'driver_timeout' ? 'driver_timeout' : 'driver_crashed';
    this.#host = null;
    this.#recycling = 'no';
    this.#generation += 1;
    if (!recycled) this.#lineage += 1;
    this.#closeLanes(code, text);
    this.#dismiss(host, recycled);
    if (recycled) {
      this.#state = 'restarting';
      this.#queue.reject(neverBegun('driver_unavailable', this.id, 'the driver lists its tokens anew'), namesSlot);
      this.#restart(0);
      return;
    }
    if (why !== 'failed') this.#crashes += 1;
    this.#lastError = text;
    const delay = this.#backoff.next(performance.now());
    const failed = why === 'failed' || this.#backoff.hopeless;
    this.#state = failed ? 'failed' : 'restarting';
    this.#queue.reject(neverBegun(failed ? 'driver_unavailable' : code, this.id, text));
    this.#restart(why === 'failed' ? Math.max(delay, RETRY_LOAD_AFTER) : delay);
    this.#options.onChange(failed ? 'failed' : 'crashed', text);
  }

  #dismiss(host: HostProcess, gently: boolean): void {
    this.#leaving.add(host);
    void host.gone.then(() => this.#leaving.delete(host));
    if (gently) host.end(PATIENCE);
    else host.kill();
  }

  /** Starts the next host after `delay`, and when the last is gone: a token is not for two processes of ours at once. */
  #restart(delay: number): void {
    const left = Promise.all([...this.#leaving].map(({ gone }) => gone));
    this.#restartTimer = setTimeout(() => {
      let begun = false;
      // A process that even SIGKILL does not end hangs in the kernel, and the library may work in another.
      const enough = setTimeout(() => begin(), 2 * PATIENCE);
      const begin = (): void => {
        clearTimeout(enough);
        if (begun || this.#state === 'disabled') return;
        begun = true;
        this.#start();
      };
      this.#restartTimer = enough;
      void left.then(begin);
    }, delay);
  }

  #closeLanes(code: DriverFailureCode, text: string): void {
    for (const lane of this.#lanes) lane.close(code, text);
    this.#lanes = [];
  }

  /** A value that was wrong stays so: the host that leaves tells the next one, and nobody else. */
  #surrender(): void {
    this.#recycling = 'surrendering';
    this.#send('surrender', {}, ({ known }) => {
      this.#recycling = 'surrendered';
      this.#inheritance?.wipe();
      this.#inheritance = Secret.adopt(Buffer.from(known));
      known.fill(0);
    });
  }

  /** Before any other call. A host that dies of it leaves the inheritance to the next. */
  #inherit(): void {
    const known = this.#inheritance;
    if (known === null) return;
    this.#send('inherit', { known: Secret.adopt(Buffer.from(known.bytes)) }, () => {
      known.wipe();
      if (this.#inheritance === known) this.#inheritance = null;
    });
  }

  /** A call of the client's own, past the queue. What comes of a failure is the lane's to tell. */
  #send<Name extends 'surrender' | 'inherit'>(
    name: Name,
    args: DriverCalls[Name]['args'],
    done: (answer: DriverCalls[Name]['answer']) => void,
  ): void {
    this.#calls += 1;
    const settle = { resolve: done as (value: unknown) => void, reject: () => undefined };
    this.#lanes[0]?.send([waitingCall(this.#calls, name, args, this.#options.deadlines, settle)]);
  }

  #pump(): void {
    const busy = this.#lanes.some((lane) => lane.busy);
    if (this.#state === 'disabled') {
      if (!busy) this.#onDrained?.();
    } else if (this.#recycling !== 'no') {
      if (busy) return;
      if (this.#recycling === 'asked') this.#surrender();
      else this.#replace('recycled', 'the host was recycled');
    } else if (this.#state === 'running') {
      this.#queue.distribute(this.#lanes);
    }
  }
}
