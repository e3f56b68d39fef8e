import { SignetError } from '../../errors/index.ts';
import type { Bridge, BridgeContext, BridgeState } from '../bridge.ts';
import { type Launch, readLaunch } from './launch.ts';
import type { Listener } from './listener.ts';
import type { Sticky } from './pick.ts';
import { Session } from './session.ts';

/** What became of a launch: where the page finds Signet, and until when it has to come. ISO 8601. */
export interface LaunchAnswer {
  port: number;
  expiresAt: string;
}

/** The AutoFirma protocol: a site launches a session by its address, then speaks to Signet over a WebSocket of its own. */
export interface AfirmaBridge extends Bridge {
  /**
   * Opens the session that a site's `afirma:` address asks for. Throws `launch_refused`, `launch_ports_taken`,
   * `local_tls_missing`, `queue_full` while too many sessions are open, or `shutting_down`.
   */
  launch(address: string): Promise<LaunchAnswer>;
}

/** How long sessions last, in milliseconds. */
export interface AfirmaTimes {
  /** Until the page shows its id. */
  first: number;
  /** Without a message and nothing under way. */
  idle: number;
  /** At most. */
  whole: number;
}

const TIMES: AfirmaTimes = { first: 30_000, idle: 30 * 60_000, whole: 4 * 3_600_000 };
/** Sessions at once: each is a door. */
const MOST_SESSIONS = 8;
/** Sessions that no page has come for yet; the oldest gives way: a page that is loaded again launches again. */
const MOST_WAITING = 4;

/** The bridge; nothing listens before a site launches a session. */
export function afirmaBridge(context: BridgeContext, times: AfirmaTimes = TIMES): AfirmaBridge {
  return new Afirma(context, times);
}

interface Running {
  launch: Launch;
  session: Session;
  listener: Listener;
  timer: NodeJS.Timeout | undefined;
  end: NodeJS.Timeout;
}

class Afirma implements AfirmaBridge {
  readonly name = 'afirma';
  readonly #context: BridgeContext;
  readonly #times: AfirmaTimes;
  readonly #running = new Set<Running>();
  readonly #sticky: Sticky = new Map();
  #opening = 0;
  #stopped = false;

  constructor(context: BridgeContext, times: AfirmaTimes) {
    this.#context = context;
    this.#times = times;
  }

  state(): BridgeState {
    const doors = [...this.#running].map(({ listener }) => `wss://127.0.0.1:${listener.port}`);
    const problem = this.#context.tls() === null ? { code: 'tls_missing', params: {} } : null;
    return { name: this.name, enabled: true, listening: ['afirma:', ...doors], problem };
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {
    this.#stopped = true;
    for (const running of [...this.#running]) this.#end(running);
  }

  async launch(address: string): Promise<LaunchAnswer> {
    const launch = readLaunch(address);
    const tls = this.#context.tls();
    if (tls === null) throw new SignetError('local_tls_missing');
    if (this.#stopped) throw new SignetError('shutting_down');
    for (const before of [...this.#running]) if (before.launch.session === launch.session) this.#end(before);
    const [oldest, ...waiting] = [...this.#running].filter(({ session }) => session.origin === null);
    if (oldest !== undefined && waiting.length + 1 + this.#opening >= MOST_WAITING) this.#end(oldest);
    if (this.#running.size + this.#opening >= MOST_SESSIONS) throw new SignetError('queue_full', { variant: 'sessions' });
    this.#opening += 1;
    try {
      return await this.#open(launch, tls);
    } finally {
      this.#opening -= 1;
    }
  }

  async #open(launch: Launch, tls: { key: string; cert: string }): Promise<LaunchAnswer> {
    const { listen } = await import('./listener.ts');
    const session = new Session({
      launch,
      context: this.#context,
      sticky: this.#sticky,
      now: Date.now,
      heard: () => this.#touch(running),
      log: (event, detail) => this.#context.log.info({ bridge: this.name, ...detail }, event),
    });
    const listener = await listen(launch.ports, tls, session, () => this.#end(running));
    const end = setTimeout(() => this.#end(running), this.#times.whole).unref();
    const running: Running = { launch, session, listener, timer: undefined, end };
    this.#running.add(running);
    if (this.#stopped) {
      this.#end(running);
      throw new SignetError('shutting_down');
    }
    running.timer = setTimeout(() => this.#end(running), this.#times.first).unref();
    return { port: listener.port, expiresAt: new Date(Date.now() + this.#times.first).toISOString() };
  }

  /** The page has been heard: its time starts anew, and stands still while an operation is under way. */
  #touch(running: Running): void {
    clearTimeout(running.timer);
    if (!this.#running.has(running)) return;
    running.timer = setTimeout(() => {
      if (running.session.busy) this.#touch(running);
      else this.#end(running);
    }, this.#times.idle).unref();
  }

  #end(running: Running): void {
    if (!this.#running.delete(running)) return;
    clearTimeout(running.timer);
    clearTimeout(running.end);
    running.session.end();
    running.listener.close();
  }
}
