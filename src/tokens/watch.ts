import { type Driver, DriverFailure } from '../drivers/index.ts';
import { StoreFailure } from '../store/index.ts';

/** Looks at a driver's slots again and again, one look at a time. A look never presents a PIN. */
export class Watch {
  readonly #driver: Driver;
  readonly #interval: number;
  readonly #look: () => Promise<void>;
  #timer: NodeJS.Timeout | null = null;
  #stopped = false;
  #running: Promise<void> | null = null;

  constructor(driver: Driver, interval: number, look: () => Promise<void>) {
    this.#driver = driver;
    this.#interval = interval;
    this.#look = look;
  }

  get driver(): Driver {
    return this.#driver;
  }

  /** Looks now; a look that is under way counts. A driver or a disk that fails is looked at again next time. */
  now(): Promise<void> {
    this.#running ??= this.#once().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  /** Looks as soon as the look under way is over. */
  soon(): void {
    void (this.#running ?? Promise.resolve()).then(() => (this.#stopped ? undefined : this.now()));
  }

  start(): void {
    void this.now();
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #once(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    try {
      await this.#look();
    } catch (error) {
      if (!(error instanceof DriverFailure) && !(error instanceof StoreFailure)) throw error;
    } finally {
      if (!this.#stopped) {
        this.#timer = setTimeout(() => void this.now(), this.#interval);
        this.#timer.unref();
      }
    }
  }
}
