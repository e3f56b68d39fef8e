import { Secret } from '../../src/drivers/index.ts';
import { SignetError } from '../../src/errors/index.ts';
import { Audit, Database, Ledger } from '../../src/store/index.ts';
import { EventHub, type SignetEvent, type Token, Tokens } from '../../src/tokens/index.ts';
import { type CardOptions, ModelCard } from './model-card.ts';
import { ScriptedDriver, type ScriptOptions } from './scripted-driver.ts';

export const RIGHT = '123456';
export const SO = '12345678';

/** Everything around one scripted driver, with a clock of its own. Close it with `close`. */
export interface Bench {
  card: ModelCard;
  driver: ScriptedDriver;
  tokens: Tokens;
  token: Token;
  ledger: Ledger;
  audit: Audit;
  db: Database;
  events: SignetEvent[];
  clock: { now: number };
  look(): Promise<void>;
  close(): Promise<void>;
}

/** A daemon's token room over one card; `db` is kept by the caller when given. */
export async function bench(card: CardOptions = {}, script: ScriptOptions = {}, db = Database.open(':memory:')): Promise<Bench> {
  const model = new ModelCard(card);
  const driver = new ScriptedDriver(model, script);
  const clock = { now: 1_700_000_000_000 };
  const ledger = new Ledger(db, () => new Date(clock.now));
  const audit = new Audit(db);
  const hub = new EventHub();
  const events: SignetEvent[] = [];
  hub.listen((event) => events.push(event));
  const grants = { idle: 60_000, absolute: 600_000 };
  const tokens = new Tokens({ ledger, audit, events: hub, grants, watchEvery: 2 ** 30, now: () => clock.now });
  tokens.watch(driver);
  await tokens.refresh(driver);
  const [token] = tokens.list();
  if (token === undefined) throw new Error('the scripted driver shows no token');
  const close = async (): Promise<void> => {
    await tokens.stop();
    db.close();
  };
  return { card: model, driver, tokens, token, ledger, audit, db, events, clock, look: () => tokens.refresh(driver), close };
}

export function pin(text: string): Secret {
  return Secret.fromText(text);
}

/** The code with which something fails; anything but a SignetError fails the test. */
export async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    if (error instanceof SignetError) return error.code;
    throw error;
  }
  return 'ok';
}
