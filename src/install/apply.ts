import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Action, changes } from './action.ts';
import { makeFolders, removeEmpty, writeWhole } from './files.ts';
import { type Entry, type InstallRecord, withEntry, withoutEntry } from './record.ts';
import { perform } from './step.ts';
import type { Run } from './stores.ts';

/** What became of an action: done, failed (and why), or none to be done. */
export interface Outcome {
  action: Action;
  outcome: 'done' | 'failed' | 'none';
  reason?: string;
}

/** Where and how a plan is carried out. */
export interface Hands {
  run: Run;
  now(): Date;
  /** The file of the record. */
  recordFile: string;
  record: InstallRecord;
}

/** The record while a plan is carried out: on disk after every change, so that what was done can be undone whatever happens. */
export class Ledger {
  readonly #file: string;
  #record: InstallRecord;
  #gone = false;

  constructor(file: string, record: InstallRecord) {
    this.#file = file;
    this.#record = record;
  }

  get entries(): readonly Entry[] {
    return this.#record.entries;
  }

  add(...entries: Entry[]): void {
    for (const entry of entries) this.#record = withEntry(this.#record, entry);
    this.#save();
  }

  drop(...entries: Entry[]): void {
    for (const entry of entries) this.#record = withoutEntry(this.#record, entry);
    this.#save();
  }

  /** Makes folders and notes which. */
  folders(path: string, mode?: number): void {
    const made = makeFolders(path, mode);
    if (made.length > 0) this.add(...made.map((folder): Entry => ({ kind: 'folder', path: folder })));
  }

  /** Removes the file: what is left are folders, and what is not ours any more. */
  close(): void {
    this.#gone = true;
    rmSync(this.#file, { force: true });
  }

  #save(): void {
    if (this.#gone) return;
    const made = makeFolders(dirname(this.#file), 0o700);
    for (const path of made) this.#record = withEntry(this.#record, { kind: 'folder', path });
    writeWhole(this.#file, `${JSON.stringify(this.#record, null, 2)}\n`, 0o600);
  }
}

/**
 * Carries out a plan, one action after the other. One that fails does not keep the others from being done; what depends on it
 * fails by itself. After a removal in which nothing failed the record is gone, too.
 */
export async function apply(actions: readonly Action[], hands: Hands): Promise<Outcome[]> {
  const ledger = new Ledger(hands.recordFile, hands.record);
  const outcomes: Outcome[] = [];
  for (const action of actions.filter((each) => each.do !== 'remove-folder')) {
    outcomes.push(changes(action) ? await attempt(action, ledger, hands) : { action, outcome: 'none' });
  }
  const removes = actions.some((each) => REMOVALS.includes(each.do));
  if (removes && !outcomes.some(({ outcome }) => outcome === 'failed')) {
    ledger.close();
    for (const action of actions) if (action.do === 'remove-folder') outcomes.push(removed(action));
  }
  return outcomes;
}

const REMOVALS: readonly Action['do'][] = ['remove', 'remove-key', 'restore-default', 'stop-service', 'remove-folder'];

async function attempt(action: Action, ledger: Ledger, hands: Hands): Promise<Outcome> {
  try {
    await perform(action, ledger, hands);
    return { action, outcome: 'done' };
  } catch (error) {
    return { action, outcome: 'failed', reason: reasonOf(error) };
  }
}

function removed(action: Extract<Action, { do: 'remove-folder' }>): Outcome {
  try {
    return { action, outcome: removeEmpty(action.path) ? 'done' : 'none' };
  } catch (error) {
    return { action, outcome: 'failed', reason: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && 'path' in error) return `${String(error.code)} ${String(error.path)}`;
  return error instanceof Error ? error.message : 'unknown';
}
