import type { DriverClient, DriverSpec, DriverStatus } from '../drivers/index.ts';
import { Audit, type Database, Ledger } from '../store/index.ts';
import { EventHub, Tokens } from '../tokens/index.ts';
import type { Config } from './config.ts';
import { hostDriver } from './host-driver.ts';
import { within } from './within.ts';

/** How long a driver may take to start, and its tokens to show, in milliseconds. */
const PATIENCE = 4_000;

/** The rooms that show tokens, made at the first question and taken down at the end. */
export class TemporaryRooms {
  readonly audit: Audit;
  readonly #config: Config;
  readonly #database: Database;
  readonly #drivers: DriverClient[] = [];
  #tokens: Promise<Tokens> | undefined;

  constructor(config: Config, database: Database) {
    this.#config = config;
    this.#database = database;
    this.audit = new Audit(database);
  }

  tokens(works: (spec: DriverSpec) => Promise<boolean>, specs: readonly DriverSpec[]): Promise<Tokens> {
    this.#tokens ??= this.#open(works, specs);
    return this.#tokens;
  }

  /** The tokens that were found, if anybody has looked for them. */
  async found(): Promise<Tokens | null> {
    return (await this.#tokens?.catch(() => null)) ?? null;
  }

  /** How a driver is, as far as it was started here. */
  status({ id, path, profile }: DriverSpec): DriverStatus {
    const idle: DriverStatus = {
      id,
      name: profile.name,
      library: path,
      state: 'disabled',
      version: null,
      crashes: 0,
      lastError: null,
      queueLength: 0,
      pid: null,
    };
    return this.#drivers.find((driver) => driver.id === id)?.status() ?? idle;
  }

  async close(): Promise<void> {
    const tokens = await this.#tokens?.catch(() => undefined);
    await tokens?.stop();
    await Promise.all(this.#drivers.map((driver) => driver.stop()));
    this.audit.flush();
    this.#database.close();
  }

  async #open(works: (spec: DriverSpec) => Promise<boolean>, specs: readonly DriverSpec[]): Promise<Tokens> {
    const { session, watchEvery } = this.#config;
    const events = new EventHub();
    const tokens = new Tokens({
      ledger: new Ledger(this.#database),
      audit: this.audit,
      events,
      grants: { idle: session.idleSeconds * 1_000, absolute: session.absoluteSeconds * 1_000 },
      watchEvery,
    });
    await Promise.all(
      specs.map(async (spec) => {
        if (!(await works(spec))) return;
        const started = hostDriver(spec, this.#config, tokens, { onCrash: () => undefined, onFailed: () => undefined });
        this.#drivers.push(started.driver);
        await within(PATIENCE, started.settled);
        await within(PATIENCE, tokens.refresh(started.driver));
      }),
    );
    return tokens;
  }
}
