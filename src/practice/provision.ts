import { chmodSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { syncTree, writePrivate } from './file.ts';
import { layoutAt, type PracticeLayout, practiceLayout, softhsmConf } from './layout.ts';
import { withPracticeLock } from './lock.ts';
import { assess, confCurrent, type Need, readStamp, type Stamp } from './stamp.ts';
import { SO_PIN, TOKEN_LABEL, USER_PIN } from './values.ts';

/** Where the practice token is to be, and what makes it. */
export interface PracticeOptions {
  /** The user's state directory; the token goes to its folder `practice`. */
  readonly stateDir: string;
  /** Path of the SoftHSM2 library (`findSoftHsm()` looks for one). */
  readonly library: string;
  /** The time to judge validity by; now, unless a test says otherwise. */
  readonly now?: Date;
}

/** A practice token that is ready for use. */
export interface Practice extends PracticeLayout {
  readonly library: string;
  /** What had to be done. */
  readonly done: Need;
  /** Where the token lies now that could not be used and was replaced; undefined when there was none. */
  readonly setAside: string | undefined;
  readonly label: string;
  readonly userPin: string;
  readonly soPin: string;
  /** What `practice.json` says: serial number, credentials, dates. */
  readonly token: Stamp;
}

const MAKING = 'practice.making-';
/** Milliseconds within which a living driver has written a file again that it has emptied. */
const REWRITTEN = 250;

/**
 * Makes sure that `<stateDir>/practice` holds a complete practice token with its authority, and says where.
 * A complete one is left alone (files are looked at, nothing is loaded); certificates or a CRL that end within 30 days are issued
 * again, keys and PIN untouched; an incomplete or damaged one is set aside under another name and made anew. Safe to call from several
 * processes at once, and to kill. Throws with the reason when SoftHSM2 or the file system refuses.
 */
export async function provisionPractice(options: PracticeOptions): Promise<Practice> {
  const stateDir = resolve(options.stateDir);
  const now = options.now ?? new Date();
  const layout = practiceLayout(stateDir);
  const stamp = readStamp(layout);
  if (stamp && assess(layout, stamp, now) === 'nothing' && confCurrent(layout))
    return ready(options.library, layout, stamp, 'nothing');
  mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  return withPracticeLock(stateDir, () => prepare({ ...options, stateDir }, layout, now));
}

function ready(library: string, layout: PracticeLayout, token: Stamp, done: Need, setAside?: string): Practice {
  return { ...layout, library, done, setAside, label: TOKEN_LABEL, userPin: USER_PIN, soPin: SO_PIN, token };
}

async function prepare(options: PracticeOptions, layout: PracticeLayout, now: Date): Promise<Practice> {
  removeHalfMade(options.stateDir);
  const stamp = readStamp(layout);
  const need = await settled(layout, stamp, now);
  if (!stamp || need === 'everything') {
    const { made, setAside } = await remake(options, layout, now);
    return ready(options.library, layout, made, 'everything', setAside);
  }
  chmodSync(layout.root, 0o700);
  if (!confCurrent(layout)) writePrivate(layout.conf, softhsmConf(layout.tokens));
  if (need === 'nothing') return ready(options.library, layout, stamp, need);
  const { reissue, republish } = await import('./make.ts');
  const renewed = need === 'crl' ? await republish(layout, stamp, now) : await reissue(options.library, layout, stamp, now);
  return ready(options.library, layout, renewed, need);
}

// What looks damaged may be a file that a driver, which takes no lock of ours, is writing at this moment.
async function settled(layout: PracticeLayout, stamp: Stamp | undefined, now: Date): Promise<Need> {
  const need = assess(layout, stamp, now);
  if (!stamp || need === 'nothing' || need === 'crl') return need;
  await setTimeout(REWRITTEN);
  return assess(layout, stamp, now);
}

// Only the holder of the lock makes one, so whatever lies there now was left by a process that was killed.
function removeHalfMade(stateDir: string): void {
  for (const name of readdirSync(stateDir)) {
    if (name.startsWith(MAKING)) rmSync(join(stateDir, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

async function remake(options: PracticeOptions, layout: PracticeLayout, now: Date): Promise<{ made: Stamp; setAside?: string }> {
  const draft = layoutAt(join(options.stateDir, `${MAKING}${process.pid}`));
  mkdirSync(draft.tokens, { recursive: true, mode: 0o700 });
  chmodSync(draft.root, 0o700);
  try {
    const { make } = await import('./make.ts');
    const made = await make(options.library, draft, now);
    writePrivate(draft.conf, softhsmConf(layout.tokens));
    syncTree(draft.root);
    if (!existsSync(layout.root)) {
      renameSync(draft.root, layout.root);
      return { made };
    }
    const setAside = setAsideName(layout.root, now);
    renameSync(layout.root, setAside);
    renameSync(draft.root, layout.root);
    return { made, setAside };
  } catch (error) {
    rmSync(draft.root, { recursive: true, force: true });
    throw error;
  }
}

function setAsideName(root: string, now: Date): string {
  const base = `${root}.set-aside-${now.toISOString().slice(0, 19).replaceAll(':', '')}`;
  for (let turn = 0; ; turn += 1) {
    const name = turn ? `${base}-${turn}` : base;
    if (!existsSync(name)) return name;
  }
}
