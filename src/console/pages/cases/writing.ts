import { type Signal, useSignal } from '@preact/signals';
import type { Case } from '../../../client/types.ts';
import { ApiProblem } from '../../api/request.ts';

/** The case that is shown, and how what became of it gets onto the page. */
export interface Work {
  one: Case;
  show(next: Case): void;
  reload(): Promise<void>;
}

export interface Writing {
  busy: Signal<boolean>;
  /** Why the last write was refused. */
  error: Signal<unknown>;
  /** Writes, shows what came of it, and resolves with whether it was taken; `null` from `write` reads the case anew. */
  run(write: () => Promise<Case | null>): Promise<boolean>;
}

/** Somebody else, or Signet itself, wrote first. */
export function isChanged(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.code === 'case_changed';
}

/** One place on the page that writes to the case. A write that came too late reads the case anew, so that it is seen why. */
export function useWriting({ show, reload }: Work): Writing {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const run = async (write: () => Promise<Case | null>): Promise<boolean> => {
    busy.value = true;
    error.value = undefined;
    try {
      const next = await write();
      if (next === null) await reload();
      else show(next);
      return true;
    } catch (thrown) {
      if (isChanged(thrown)) await reload();
      error.value = thrown;
      return false;
    } finally {
      busy.value = false;
    }
  };
  return { busy, error, run };
}
