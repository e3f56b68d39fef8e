import { expect } from 'vitest';
import type { Check, Machine, Report, TokenView, View } from '../../../src/diagnostics/index.ts';
import { runChecks, thisMachine } from '../../../src/diagnostics/index.ts';
import { FLAG, type PinStatus } from '../../../src/tokens/index.ts';

const READY = FLAG.initialised | FLAG.userPinInitialised | FLAG.loginRequired;

/** A PIN of which nothing bad is known, or what `changes` make of it. */
export function pin(changes: Partial<PinStatus> = {}): PinStatus {
  const remaining = { atLeast: 3, atMost: 3 };
  return {
    state: 'ok',
    remaining,
    limit: 3,
    basis: 'ledger',
    flagsReliable: 'yes',
    observedAt: '2026-01-01T00:00:00Z',
    ...changes,
  };
}

/** A token that is well. */
export function token(changes: Partial<TokenView> = {}): TokenView {
  const named = { label: 'My key', manufacturer: 'Maker', model: 'One', serial: 'A1B2C3D4' };
  return { id: 'token-1', driverId: 'driver', ...named, reader: 'Slot', flags: READY, pin: pin(), puk: pin(), ...changes };
}

export type Changes = Partial<Omit<View, 'machine' | 'settings' | 'tokens'>> & {
  machine?: Partial<Machine>;
  settings?: Partial<View['settings']>;
  tokens?: readonly TokenView[];
};

/** A view of this machine in which only what `changes` name is made up. */
export function view({ machine = {}, settings = {}, tokens = [], ...rest }: Changes = {}): View {
  return {
    machine: { ...thisMachine({}), ...machine },
    version: '1.2.3',
    inDaemon: false,
    settings: { port: 0, stateDir: '/nowhere/state', runtimeDir: '/nowhere/run', logLevel: 'warn', problems: [], ...settings },
    catalogue: { drivers: [] },
    drivers: () => [],
    probe: () => Promise.reject(new Error('no driver here')),
    tokens: async () => tokens,
    contents: async () => ({ certificates: [], keysWithoutCertificate: [] }),
    database: () => null,
    history: () => ({ auditSound: true, lastCrash: null }),
    pairedSites: () => [],
    renewalOpens: () => null,
    procedureFor: () => null,
    ...rest,
  };
}

const VAGUE = ['Fine.', 'Worth a look.', 'Not working.', 'Could not be told.'];

/**
 * Runs checks on a view, in every language. Every warning and failure must say what was
 * seen and what to do, in words of its own, with nothing left to fill in.
 */
export async function run(checks: readonly Check[], seen: View): Promise<Report> {
  // What is opt-in is made only when it is named.
  const ids = checks.some(({ optIn }) => optIn === true) ? checks.map(({ id }) => id) : [];
  for (const language of ['fr', 'es', 'en']) {
    for (const result of (await runChecks(seen, { checks, ids, language })).checks) {
      expect(result.title, result.id).not.toMatch(/^doctor\./);
      expect(`${result.found} ${result.fix}`, result.id).not.toMatch(/\{\{|undefined|\bNaN\b/);
      if (result.result !== 'warn' && result.result !== 'fail') continue;
      expect(VAGUE, result.id).not.toContain(result.found);
      expect(result.fix, `${result.id}: ${result.found}`).toMatch(/\w/);
    }
  }
  return runChecks(seen, { checks, ids });
}

/** The one result of one check. */
export async function one(check: Check, seen: View): Promise<Report['checks'][number]> {
  const { checks } = await run([check], seen);
  const [result] = checks;
  expect(checks).toHaveLength(1);
  if (result === undefined) throw new Error(`no result of ${check.id}`);
  return result;
}
