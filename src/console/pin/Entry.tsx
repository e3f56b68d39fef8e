import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { PinStatus, Problem, Token } from '../../client/types.ts';
import { ApiProblem } from '../api/request.ts';
import { Button, Dialog, ErrorBox, Note, nameOf, PinField, PinPadIcon, Tries, WarningIcon } from '../components/index.ts';
import { announce } from '../state/announce.ts';
import { t } from '../state/language.ts';
import { lengthError } from './length.ts';
import { type Act, type Presented, present } from './present.ts';

const DONE: Readonly<Record<Act, string>> = {
  login: 'console.tokens.logged_in',
  change: 'console.tokens.changed',
  unblock: 'console.tokens.unblocked',
};

interface Wrong {
  secret?: string;
  fresh?: string;
  again?: string;
}

/** The dialog in which a PIN is typed: fields, what is left, what went wrong. */
export function Entry({
  act,
  token,
  pin,
  consent,
  use,
  onDone,
  onProblem,
  onClose,
}: {
  act: Act;
  token: Token;
  pin: PinStatus;
  consent: string | null;
  use: ((body: Presented) => Promise<unknown>) | undefined;
  onDone: () => void;
  onProblem: (problem: Problem) => void;
  onClose: () => void;
}) {
  const secret = useRef<HTMLInputElement>(null);
  const fresh = useRef<HTMLInputElement>(null);
  const again = useRef<HTMLInputElement>(null);
  const busy = useSignal(false);
  const wrong = useSignal<Wrong>({});
  const error = useSignal<unknown>(undefined);
  const held = useSignal(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  /** No press is taken for so many seconds: the daemon would only refuse it. */
  const holdFor = (seconds: number): void => {
    clearTimeout(timer.current);
    held.value = seconds > 0;
    timer.current = setTimeout(() => {
      held.value = false;
    }, seconds * 1_000);
  };
  const label = nameOf(token);
  const lengths = { min: token.minPinLength, max: token.maxPinLength };
  const clear = (): void => {
    for (const { current } of [secret, fresh, again]) if (current !== null) current.value = '';
  };
  const check = (): Wrong => {
    const found: Wrong = {};
    const first = lengthError(secret.current?.value ?? '', act === 'unblock' ? { min: 1, max: 255 } : lengths);
    if (first !== undefined) found.secret = first;
    if (act === 'login') return found;
    const next = lengthError(fresh.current?.value ?? '', lengths);
    if (next !== undefined) found.fresh = next;
    else if (fresh.current?.value !== again.current?.value) found.again = t('console.pin.differ');
    return found;
  };
  const submit = async (): Promise<void> => {
    if (busy.value || held.value) return;
    error.value = undefined;
    if (!token.pinPad) {
      wrong.value = check();
      if (Object.keys(wrong.value).length > 0) {
        if (wrong.value.again !== undefined) {
          for (const { current } of [fresh, again]) if (current !== null) current.value = '';
        }
        (wrong.value.secret !== undefined ? secret : fresh).current?.focus();
        return;
      }
    }
    busy.value = true;
    try {
      // What was typed goes from the fields into the request, and nowhere else.
      const sent = present(act, token, {
        secret: secret.current?.value,
        fresh: fresh.current?.value,
        consent,
        use,
      });
      clear();
      await sent;
      if (use === undefined) announce(t(DONE[act], { label }), 'good');
      onDone();
    } catch (thrown) {
      busy.value = false;
      error.value = thrown;
      if (thrown instanceof ApiProblem) {
        holdFor(thrown.problem.retryAfter ?? 0);
        onProblem(thrown.problem);
      }
      secret.current?.focus();
    }
  };
  return (
    <Dialog
      title={t(`console.tokens.${act}_title`, { label })}
      tone={consent === null ? 'plain' : 'danger'}
      busy={busy.value}
      onClose={() => {
        clear();
        onClose();
      }}
    >
      <form
        autocomplete="off"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        {consent === null ? null : (
          <Note tone="bad" icon={WarningIcon}>
            <p class="box-title">{t('console.final.reminder')}</p>
          </Note>
        )}
        {act === 'unblock' ? <p>{t('console.tokens.unblock_lead')}</p> : null}
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
        <Tries pin={pin} small />
        {token.pinPad ? (
          <Note icon={PinPadIcon}>
            <p>{t(busy.value ? 'console.pin.pinpad_wait' : 'console.pin.pinpad')}</p>
          </Note>
        ) : (
          <>
            <PinField
              input={secret}
              first
              held={busy.value}
              label={t(act === 'login' ? 'console.pin.pin' : act === 'change' ? 'console.pin.current' : 'console.pin.puk')}
              hint={act === 'unblock' ? undefined : t('console.pin.length', lengths)}
              error={wrong.value.secret}
            />
            {act === 'login' ? null : (
              <>
                <PinField
                  input={fresh}
                  held={busy.value}
                  label={t('console.pin.new')}
                  hint={t('console.pin.length', lengths)}
                  error={wrong.value.fresh}
                />
                <PinField input={again} held={busy.value} label={t('console.pin.again')} error={wrong.value.again} />
              </>
            )}
          </>
        )}
        <div class="actions">
          <Button onClick={onClose} disabled={busy.value}>
            {t('console.action.cancel')}
          </Button>
          <Button type="submit" tone={consent === null ? 'primary' : 'danger'} busy={busy.value} disabled={held.value}>
            {t(token.pinPad ? 'console.pin.pinpad_start' : `console.tokens.${act === 'login' ? 'login_do' : act}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
