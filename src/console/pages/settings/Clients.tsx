import { useSignal } from '@preact/signals';
import type { NamedClient } from '../../../client/types.ts';
import { clients, removeClient } from '../../api/settings.ts';
import { agoWords, Badge, Button, Dialog, ErrorBox, KeyIcon, Shown, TrashIcon, timeWords } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { now, useLive } from '../../state/live.ts';
import { AddClient } from './AddClient.tsx';

/** Programs that have an access of their own. */
export function Clients() {
  const live = useLive(clients);
  const adding = useSignal(false);
  const removing = useSignal<string | null>(null);
  return (
    <section class="sheet" aria-labelledby="clients">
      <h2 id="clients" tabIndex={-1}>
        {t('console.settings.clients')}
      </h2>
      <p class="hint">{t('console.settings.clients_detail')}</p>
      <Shown live={live}>
        {(found) =>
          found.length === 0 ? (
            <p>{t('console.settings.clients_none')}</p>
          ) : (
            <ul class="rows">
              {found.map((client) => (
                <Row
                  key={client.name}
                  client={client}
                  onRemove={() => {
                    removing.value = client.name;
                  }}
                />
              ))}
            </ul>
          )
        }
      </Shown>
      <div class="actions">
        <Button
          icon={KeyIcon}
          onClick={() => {
            adding.value = true;
          }}
        >
          {t('console.settings.client_add')}
        </Button>
      </div>
      {adding.value ? (
        <AddClient
          onMade={() => void live.reload()}
          onClose={() => {
            adding.value = false;
          }}
        />
      ) : null}
      {removing.value === null ? null : (
        <RemoveClient
          name={removing.value}
          onClose={() => {
            removing.value = null;
          }}
          onRemoved={() => {
            removing.value = null;
            // The button that led here goes with its row.
            void live.reload().then(() => document.getElementById('clients')?.focus());
          }}
        />
      )}
    </section>
  );
}

function Row({ client: { name, scopes, createdAt, lastUsedAt }, onRemove }: { client: NamedClient; onRemove: () => void }) {
  return (
    <li>
      <div>
        <h3>{name}</h3>
        <p class="badges">
          {scopes.map((scope) => (
            <Badge key={scope} tone={scope === 'admin' ? 'warn' : 'info'}>
              {t(`console.settings.scope_${scope}`)}
            </Badge>
          ))}
        </p>
        <p class="hint">
          <span title={createdAt}>{t('console.settings.client_since', { time: timeWords(createdAt) })}</span>{' '}
          {lastUsedAt === null ? (
            t('console.settings.client_unused')
          ) : (
            <span title={lastUsedAt}>{t('console.settings.client_used', { ago: agoWords(lastUsedAt, now.value) })}</span>
          )}
        </p>
      </div>
      <Button icon={TrashIcon} onClick={onRemove} aria-label={t('console.settings.client_remove_name', { name })}>
        {t('console.settings.client_remove')}
      </Button>
    </li>
  );
}

function RemoveClient({ name, onClose, onRemoved }: { name: string; onClose: () => void; onRemoved: () => void }) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const remove = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      await removeClient(name);
      announce(t('console.settings.client_removed', { name }), 'good');
      onRemoved();
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <Dialog title={t('console.settings.client_remove_title', { name })} tone="danger" busy={busy.value} onClose={onClose}>
      <p>{t('console.settings.client_remove_detail')}</p>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <div class="actions">
        <Button onClick={onClose} disabled={busy.value}>
          {t('console.action.cancel')}
        </Button>
        <Button tone="danger" busy={busy.value} onClick={() => void remove()}>
          {t('console.settings.client_remove_do')}
        </Button>
      </div>
    </Dialog>
  );
}
