import { useSignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { makeBundle, type ShownBundle } from '../api/bundles.ts';
import { ErrorBox, Spinner } from '../components/index.ts';
import { t } from '../state/language.ts';

/** A support bundle being made. `heading` is the shown bundle's, which gets the focus when it is there. */
export interface Making {
  shown: ShownBundle | null;
  busy: boolean;
  error: unknown;
  heading: RefObject<HTMLHeadingElement | null>;
  make(): Promise<void>;
}

/** The bundle of one page: none until `make`, which replaces the one before and never rejects. */
export function useMaking(): Making {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const made = useSignal<ShownBundle | null>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  const shown = made.value;
  useEffect(() => heading.current?.focus(), [shown?.id]);
  const make = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      made.value = await makeBundle();
    } catch (thrown) {
      error.value = thrown;
    }
    busy.value = false;
  };
  return { shown, busy: busy.value, error: error.value, heading, make };
}

/** Says that it is being made, also to a screen reader, and what went wrong. */
export function MakingState({ busy, error }: Pick<Making, 'busy' | 'error'>) {
  return (
    <>
      <div role="status">
        {busy ? (
          <p class="working">
            <Spinner /> {t('console.help.making')}
          </p>
        ) : null}
      </div>
      {error === undefined ? null : <ErrorBox error={error} />}
    </>
  );
}
