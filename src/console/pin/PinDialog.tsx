import { useSignal } from '@preact/signals';
import type { PinStatus, Token } from '../../client/types.ts';
import { Entry } from './Entry.tsx';
import { FinalTry } from './FinalTry.tsx';
import type { Act, Presented } from './present.ts';

export type { Act, Presented } from './present.ts';

/**
 * Asks for a PIN and presents it, once for each press of the button. The last try is asked for in a dialog of its own before
 * anything can be typed.
 */
export function PinDialog({
  act,
  token,
  use,
  onDone,
  onClose,
  onState,
}: {
  act: Act;
  token: Token;
  /** What the PIN is presented for, instead of a login: a signature with a key that asks every time. */
  use?: (body: Presented) => Promise<unknown>;
  onDone: () => void;
  onClose: () => void;
  /** The tries have changed. */
  onState: () => void;
}) {
  const kind = act === 'unblock' ? 'puk' : 'pin';
  const status = useSignal<PinStatus>(kind === 'puk' ? token.puk : token.pin);
  const consent = useSignal<string | null>(null);
  const asksConsent = useSignal(status.value.state === 'final_try');
  if (asksConsent.value && consent.value === null) {
    return (
      <FinalTry
        token={token}
        kind={kind}
        onConsent={(given) => {
          consent.value = given;
        }}
        onClose={onClose}
      />
    );
  }
  return (
    <Entry
      act={act}
      token={token}
      pin={status.value}
      consent={consent.value}
      use={use}
      onDone={onDone}
      onProblem={(problem) => {
        consent.value = null;
        // Any other refusal is shown where it happened; whether the consent still holds shows at the next press.
        asksConsent.value = problem.code === 'final_try_consent_required';
        if (problem.pin !== undefined) status.value = problem.pin;
        onState();
        if (problem.code === 'pin_locked' || status.value.state === 'locked') onClose();
      }}
      onClose={onClose}
    />
  );
}
