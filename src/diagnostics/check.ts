import type { View } from './view.ts';

export type Result = 'pass' | 'warn' | 'fail' | 'skip' | 'unknown';

/** Values that a text may name and a report may show. Never a secret; names and serials are marked by the report. */
export type Evidence = Readonly<Record<string, string | number | boolean | null>>;

/** What a check found about one subject (a driver, a token, a certificate), or about the machine as a whole. */
export interface Finding {
  result: Exclude<Result, 'skip'>;
  /** What it is about, where there may be several: a driver id, a token id, a certificate id. */
  subject?: string;
  /** Which of the check's texts applies: `doctor.check.<id with _ for . and ->.found_<variant>` and `.fix_<variant>`. */
  variant?: string;
  /** Fills the placeholders of the texts. */
  params?: Readonly<Record<string, string | number>>;
  evidence?: Evidence;
  /** The matter does not arise here (no reader where no driver is for cards): told as left out, and holds up nothing. */
  notNeeded?: true;
  /** A warning that explains what depends on it as a failure would: the rest is left out, but it may not matter to this person. */
  holdsUp?: true;
  /** Told as no more than that, whatever the check weighs otherwise: what it is about is not in use here. */
  severity?: 'notice';
  /** A procedure that leads out of it. */
  procedureId?: string;
}

/** What a check depends on: it is skipped when one of these failed, because its own answer would only be a consequence. */
export type CheckId = `${string}.${string}`;

/**
 * One check of the doctor. It sees the machine through a View, which has no way to present a PIN: that no check can spend a
 * try is a matter of type, not of care.
 */
export interface Check {
  /** Stable; `area.name` in lower case, as listed in docs/doctor.md. */
  id: CheckId;
  /** How bad it is when it fails. */
  severity: 'error' | 'warning' | 'notice';
  dependsOn: readonly CheckId[];
  /** Looked at even when a check it depends on failed; only a pass counts then (a token may be seen although another's driver is broken). */
  passesAnyway?: true;
  /** Where it makes sense; everywhere when left out. */
  platforms?: readonly NodeJS.Platform[];
  /** Milliseconds; 3,000 when left out. Past it the check is `unknown`, and its signal is aborted. */
  timeout?: number;
  /** Only when asked for by its id, because it takes long or reaches out. */
  optIn?: true;
  /** No finding counts as `pass`; several stand for several subjects. A throw is `unknown`, with the error's code as evidence. */
  run(view: View, signal: AbortSignal): Promise<readonly Finding[] | Finding>;
}
