import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { CKR, type Quirks } from '../../src/drivers/index.ts';
import { Database } from '../../src/store/index.ts';
import { type CardKind, type CardOptions, ModelCard } from './model-card.ts';
import { type Fault, ScriptedDriver } from './scripted-driver.ts';
import { KINDS, STRANGE, World } from './world.ts';

const CHAOS = process.env.SIGNET_CHAOS !== undefined;
const folder = mkdtempSync(join(tmpdir(), 'guard-'));
const total = { cases: 0, steps: 0, presentations: 0, crashes: 0 };
const seenOutcomes = new Map<string, number>();

afterAll(() => {
  rmSync(folder, { recursive: true });
  console.log(`guard: ${JSON.stringify(total)} ${JSON.stringify(Object.fromEntries(seenOutcomes))}`);
});

type Operation =
  | { op: 'submit'; kind: CardKind; caller: number; value: number; consent: 'none' | 'fresh' | 'old'; later: boolean }
  | { op: 'step'; times: number }
  | { op: 'finish' }
  | { op: 'crashDaemon'; cardSees: boolean }
  | { op: 'crashHost' }
  | { op: 'outside'; kind: CardKind; right: boolean }
  | { op: 'issuerUnblocks' }
  | { op: 'unplug' }
  | { op: 'plug' }
  | { op: 'look' }
  | { op: 'fault'; fault: Fault };

const kind = fc.constantFrom<CardKind>('user', 'user', 'user', 'so', 'context');
const at = fc.constantFrom<'before' | 'after'>('before', 'after');
const unspent = [CKR.CKR_FUNCTION_NOT_SUPPORTED, CKR.CKR_USER_PIN_NOT_INITIALIZED];
const fault: fc.Arbitrary<Fault> = fc.oneof(
  fc.record({ at, how: fc.constantFrom<'crash' | 'timeout' | 'pull'>('crash', 'timeout', 'pull') }),
  fc.record({
    at,
    how: fc.constant('answer' as const),
    rv: fc.constantFrom(...STRANGE, CKR.CKR_FUNCTION_CANCELED, CKR.CKR_SESSION_CLOSED),
  }),
  fc.record({ at: fc.constant('before' as const), how: fc.constant('answer' as const), rv: fc.constantFrom(...unspent) }),
  fc.constant<Fault>({ at: 'before', how: 'unavailable' }),
);

function operations(outsiders: boolean): fc.Arbitrary<Operation[]> {
  const consent = fc.constantFrom<'none' | 'fresh' | 'old'>('none', 'none', 'fresh', 'fresh', 'old');
  const submit = fc.record({
    op: fc.constant('submit' as const),
    kind,
    caller: fc.nat(2),
    value: fc.nat(4),
    consent,
    later: fc.boolean(),
  });
  const simple = fc.constantFrom<Operation>(
    { op: 'finish' },
    { op: 'look' },
    { op: 'unplug' },
    { op: 'plug' },
    { op: 'crashHost' },
  );
  const weighted: fc.WeightedArbitrary<Operation>[] = [
    { weight: 10, arbitrary: submit },
    { weight: 8, arbitrary: fc.record({ op: fc.constant('step' as const), times: fc.integer({ min: 1, max: 6 }) }) },
    { weight: 5, arbitrary: fc.constant<Operation>({ op: 'finish' }) },
    { weight: 4, arbitrary: simple },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('crashDaemon' as const), cardSees: fc.boolean() }) },
    { weight: 2, arbitrary: fc.record({ op: fc.constant('fault' as const), fault }) },
  ];
  if (outsiders) {
    weighted.push({ weight: 3, arbitrary: fc.record({ op: fc.constant('outside' as const), kind, right: fc.boolean() }) });
    weighted.push({ weight: 1, arbitrary: fc.constant<Operation>({ op: 'issuerUnblocks' }) });
  }
  return fc.array(fc.oneof(...weighted), { minLength: 5, maxLength: CHAOS ? 60 : 28 });
}

/** The measured families of tokens, each with the profile that Signet would hold for it. */
const token: fc.Arbitrary<{ card: CardOptions; quirks: Partial<Quirks>; stated: boolean }> = fc
  .record({
    family: fc.constantFrom('cumulative', 'exclusive', 'opensc', 'cached', 'none', 'tpm', 'softhsm'),
    limit: fc.constantFrom(3, 3, 3, 1, 2, 5, 10),
    lastWrong: fc.constantFrom<'incorrect' | 'locked'>('incorrect', 'locked'),
    separateContext: fc.boolean(),
    oddAnswer: fc.boolean(),
    trust: fc.constantFrom<'reliable' | 'unproven'>('reliable', 'unproven'),
  })
  .map(({ family, limit, lastWrong, separateContext, oddAnswer, trust }) => {
    const odd = oddAnswer && family === 'opensc';
    const shared = { limit, lastWrong, separateContext, ...(odd ? { wrongAnswer: CKR.CKR_USER_NOT_LOGGED_IN } : {}) };
    const answers = odd ? { wrongPinAnswers: ['CKR_USER_NOT_LOGGED_IN'] } : {};
    switch (family) {
      case 'cumulative':
      case 'exclusive':
        return { card: { ...shared, dialect: family }, quirks: { flags: trust }, stated: limit !== 3 };
      case 'opensc':
        return {
          card: { ...shared, dialect: family },
          quirks: { flags: 'unreliable' as const, ...answers },
          stated: limit !== 3,
        };
      case 'cached':
        return {
          card: { ...shared, dialect: family },
          quirks: { flags: 'unreliable' as const, flagsStale: true },
          stated: limit !== 3,
        };
      case 'tpm':
        return {
          card: { ...shared, dialect: 'none', successResets: false },
          quirks: { flags: 'none' as const, successResets: false },
          stated: true,
        };
      case 'softhsm':
        return {
          card: { ...shared, limit: 3, dialect: 'low-only', locks: false },
          quirks: { locksItself: false, flags: 'unreliable' as const },
          stated: false,
        };
      default:
        return { card: { ...shared, dialect: 'none' }, quirks: {}, stated: true };
    }
  });

/** Lets every promise that can go on go on. */
async function settle(): Promise<void> {
  for (let n = 0; n < 24; n += 1) await Promise.resolve();
}

class Run {
  readonly world: World;
  readonly driver: ScriptedDriver;
  readonly card: ModelCard;
  readonly #afterCrash: () => void;

  constructor(
    config: { card: CardOptions; quirks: Partial<Quirks>; stated: boolean },
    db: () => Database,
    afterCrash: () => void,
  ) {
    this.card = new ModelCard(config.card);
    const limits = config.stated ? {} : { tryLimit: null };
    this.driver = new ScriptedDriver(this.card, { quirks: config.quirks, stepped: true, ...limits });
    this.world = new World(this.card, this.driver, db);
    this.#afterCrash = afterCrash;
  }

  async apply(operation: Operation): Promise<void> {
    const { world, driver, card } = this;
    switch (operation.op) {
      case 'submit':
        await this.#submit(operation);
        break;
      case 'step':
        for (let n = 0; n < operation.times; n += 1) await this.#step();
        break;
      case 'finish':
        await this.finish();
        break;
      case 'crashDaemon':
        total.crashes += 1;
        // Its host may still get through with what it had begun.
        if (operation.cardSees) driver.step();
        driver.abandon();
        this.#afterCrash();
        world.boot();
        break;
      case 'crashHost':
        driver.crash();
        await settle();
        world.look();
        break;
      case 'outside':
        if (driver.slots.size > 0) this.#outside(operation.kind, operation.right);
        break;
      case 'issuerUnblocks':
        card.initPin(card.pin('user'));
        break;
      case 'unplug':
        driver.slots.clear();
        driver.loggedIn.clear();
        world.look();
        break;
      case 'plug':
        driver.slots.set('00', card);
        world.look();
        break;
      case 'look':
        world.look();
        break;
      case 'fault':
        driver.faults.push(operation.fault);
        break;
    }
    await settle();
    world.settleTaint();
  }

  async finish(): Promise<void> {
    for (let n = 0; n < 200 && this.driver.waiting > 0; n += 1) await this.#step();
  }

  async #submit({ kind: which, caller, value, consent, later }: Operation & { op: 'submit' }): Promise<void> {
    const { world, card } = this;
    if (later) world.now += 400_000;
    const text = value === 0 ? card.pin(which) : `wrong${value}`;
    let given: string | undefined;
    if (consent === 'old') given = world.unusedConsents.at(-1)?.consent;
    if (consent === 'fresh') {
      const asked = world.consent(which);
      await settle();
      await this.finish();
      given = await asked;
    }
    void world.submit(which, `caller${caller}`, text, given);
  }

  #outside(which: CardKind, right: boolean): void {
    const { card, world } = this;
    const before = card.seen.length;
    card.verify(which, right ? card.pin(which) : 'outsider');
    card.seen.splice(before);
    if (right) return;
    for (const each of KINDS) if (each === which || (which !== 'so' && each !== 'so')) world.tainted[each] = true;
  }

  async #step(): Promise<void> {
    this.driver.step();
    await settle();
  }
}

async function play(
  config: { card: CardOptions; quirks: Partial<Quirks>; stated: boolean },
  script: Operation[],
  path: string | null,
): Promise<void> {
  let db = Database.open(path ?? ':memory:');
  const run = new Run(
    config,
    () => db,
    () => {
      if (path === null) return;
      db.close();
      db = Database.open(path);
    },
  );
  const { world } = run;
  try {
    world.check('start');
    for (const operation of script) {
      await run.apply(operation);
      world.check(operation.op);
      total.steps += 1;
      if (world.failures.length > 0) break;
    }
    await run.finish();
    world.check('end');
    expect(world.failures).toEqual([]);
    expect(world.presented).toBeLessThanOrEqual(world.submitted);
    expect(run.card.seen.length).toBeLessThanOrEqual(world.presented);
  } finally {
    total.cases += 1;
    total.presentations += world.presented;
    for (const [outcome, n] of world.outcomes) seenOutcomes.set(outcome, (seenOutcomes.get(outcome) ?? 0) + n);
    db.close();
  }
}

test(
  'no interleaving of callers, crashes and answers burns a try or promises too much',
  async () => {
    await fc.assert(
      fc.asyncProperty(token, operations(false), (config, script) => play(config, script, null)),
      { numRuns: CHAOS ? 200_000 : 2_500 },
    );
  },
  CHAOS ? 3_600_000 : 60_000,
);

test(
  'nor does one in which other programs use the card too',
  async () => {
    await fc.assert(
      fc.asyncProperty(token, operations(true), (config, script) => play(config, script, null)),
      { numRuns: CHAOS ? 200_000 : 2_500 },
    );
  },
  CHAOS ? 3_600_000 : 60_000,
);

test(
  'nor one over a database file that is opened again after every crash',
  async () => {
    let n = 0;
    await fc.assert(
      fc.asyncProperty(token, operations(false), (config, script) => {
        n += 1;
        return play(config, script, join(folder, `${n}.db`));
      }),
      { numRuns: CHAOS ? 5_000 : 60 },
    );
  },
  CHAOS ? 3_600_000 : 60_000,
);
