import { useSignal } from '@preact/signals';
import type { Token } from '../../../client/types.ts';
import { logout } from '../../api/calls.ts';
import {
  Badge,
  Button,
  clockWords,
  Facts,
  KeyIcon,
  LockIcon,
  nameOf,
  PinPadIcon,
  type Tone,
  Tries,
  wordsOf,
} from '../../components/index.ts';
import { type Act, PinDialog } from '../../pin/PinDialog.tsx';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Blocked } from './Blocked.tsx';

const TONES: Readonly<Record<Token['pin']['state'], Tone>> = {
  ok: 'good',
  low: 'warn',
  final_try: 'bad',
  locked: 'bad',
  not_initialised: 'info',
  must_change: 'warn',
  unknown: 'warn',
};

/** One token: what it is, the picture of its tries, what can be done with it. */
export function TokenCard({ token, onChange }: { token: Token; onChange: () => void }) {
  const act = useSignal<Act | null>(null);
  const label = nameOf(token);
  const locked = token.pin.state === 'locked';
  const close = (): void => {
    act.value = null;
    onChange();
  };
  return (
    <article class="sheet token" aria-label={label}>
      <header class="token-head">
        <div>
          <h2>{label}</h2>
          <p class="hint">{t('console.tokens.made_by', { manufacturer: token.manufacturer, model: token.model })}</p>
        </div>
        <div class="badges">
          <Badge tone={TONES[token.pin.state]}>{t(`console.tokens.state_${token.pin.state}`)}</Badge>
          {token.session === null ? null : <Badge tone="info">{t('console.tokens.open')}</Badge>}
        </div>
      </header>
      {locked ? (
        <Blocked
          token={token}
          onUnblock={() => {
            act.value = 'unblock';
          }}
        />
      ) : (
        <>
          {token.pin.state === 'not_initialised' ? null : <Tries pin={token.pin} />}
          <p>{sessionWords(token)}</p>
          <Actions token={token} onAct={(next) => (act.value = next)} onChange={onChange} />
        </>
      )}
      <TokenDetails token={token} />
      {act.value === null ? null : <PinDialog act={act.value} token={token} onClose={close} onDone={close} onState={onChange} />}
    </article>
  );
}

function sessionWords({ session, pin }: Token): string {
  if (pin.state === 'not_initialised') return t('console.tokens.no_pin');
  if (pin.state === 'must_change') return t('console.tokens.to_change');
  if (session === null) return t('console.tokens.closed');
  return t('console.tokens.open_until', { time: clockWords(session.expiresAt), minutes: Math.round(session.idleSeconds / 60) });
}

function Actions({ token, onAct, onChange }: { token: Token; onAct: (act: Act) => void; onChange: () => void }) {
  const busy = useSignal(false);
  const out = async (): Promise<void> => {
    busy.value = true;
    try {
      await logout(token.id);
      announce(t('console.tokens.logged_out', { label: nameOf(token) }), 'good');
    } catch (error) {
      announce(wordsOf(error).title, 'bad');
    }
    busy.value = false;
    onChange();
  };
  if (token.pin.state === 'not_initialised') {
    return token.unblock ? (
      <div class="actions">
        <Button tone="primary" icon={KeyIcon} onClick={() => onAct('unblock')}>
          {t('console.tokens.first_pin')}
        </Button>
      </div>
    ) : null;
  }
  const mustChange = token.pin.state === 'must_change';
  return (
    <div class="actions">
      {mustChange ? (
        <Button tone="primary" icon={token.pinPad ? PinPadIcon : KeyIcon} onClick={() => onAct('change')}>
          {t('console.tokens.change')}
        </Button>
      ) : null}
      {token.session === null ? (
        <Button tone={mustChange ? 'plain' : 'primary'} icon={token.pinPad ? PinPadIcon : KeyIcon} onClick={() => onAct('login')}>
          {t('console.tokens.login')}
        </Button>
      ) : (
        <Button icon={LockIcon} busy={busy.value} onClick={() => void out()}>
          {t('console.tokens.logout')}
        </Button>
      )}
      {mustChange ? null : <Button onClick={() => onAct('change')}>{t('console.tokens.change')}</Button>}
      {token.unblock ? <Button onClick={() => onAct('unblock')}>{t('console.tokens.unblock')}</Button> : null}
    </div>
  );
}

function TokenDetails({ token }: { token: Token }) {
  return (
    <details>
      <summary>{t('console.action.details')}</summary>
      <Facts
        rows={[
          [t('console.tokens.serial'), token.serial],
          [t('console.tokens.reader'), token.reader],
          [t('console.tokens.driver'), token.driver],
          [t('console.tokens.lengths'), t('console.pin.length', { min: token.minPinLength, max: token.maxPinLength })],
          [t('console.tokens.puk_tries'), token.unblock ? <Tries pin={token.puk} small /> : t('console.tokens.no_unblock')],
        ]}
      />
    </details>
  );
}
