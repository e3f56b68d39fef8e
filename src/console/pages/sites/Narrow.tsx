import { useSignal } from '@preact/signals';
import type { PairedOrigin, SiteRight } from '../../../client/types.ts';
import { narrowOrigin } from '../../api/origins.ts';
import { Button, Dialog, ErrorBox, Field } from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { dayOf } from '../cases/day.ts';

/** Lets a site do less, or for less long; what it has not it cannot be given here. */
export function Narrow({ site, onClose, onDone }: { site: PairedOrigin; onClose: () => void; onDone: () => void }) {
  const last = dayOf(new Date(site.expiresAt));
  const today = dayOf(new Date());
  const rights = useSignal<readonly SiteRight[]>(site.rights);
  const day = useSignal(last);
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const wrong = useSignal<'rights' | 'day' | 'same' | null>(null);
  const submit = async (): Promise<void> => {
    const fewer = rights.value.length < site.rights.length;
    const sooner = day.value !== last;
    const possible = day.value >= today && day.value <= last;
    wrong.value = rights.value.length === 0 ? 'rights' : !possible ? 'day' : !fewer && !sooner ? 'same' : null;
    error.value = undefined;
    if (wrong.value !== null) return;
    busy.value = true;
    try {
      await narrowOrigin(site.origin, {
        ...(fewer ? { rights: [...rights.value] } : {}),
        ...(sooner ? { expiresAt: endOf(day.value) } : {}),
      });
      announce(t('console.sites.narrowed', { origin: site.origin }), 'good');
      onDone();
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <Dialog title={t('console.sites.narrow_title')} busy={busy.value} onClose={onClose}>
      <p class="site-origin">{site.origin}</p>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy.value) void submit();
        }}
      >
        <fieldset class="scopes">
          <legend>{t('console.sites.may')}</legend>
          {site.rights.map((right) => (
            <label key={right}>
              <input
                type="checkbox"
                checked={rights.value.includes(right)}
                onChange={(event) => {
                  const { checked } = event.currentTarget;
                  rights.value = site.rights.filter((each) => (each === right ? checked : rights.value.includes(each)));
                }}
              />
              <span>
                <strong>{t(`console.sites.right_${right}`)}</strong>
                <span class="hint">{t(`console.sites.right_${right}_detail`)}</span>
              </span>
            </label>
          ))}
          {wrong.value === 'rights' ? (
            <p class="field-error" role="alert">
              {t('console.sites.may_none')}
            </p>
          ) : null}
        </fieldset>
        <Field
          label={t('console.sites.last_day')}
          hint={t('console.sites.last_day_hint')}
          error={wrong.value === 'day' ? t('console.sites.last_day_wrong') : undefined}
        >
          {(ids) => (
            <input
              {...ids}
              type="date"
              min={today}
              max={last}
              value={day.value}
              onInput={(event) => {
                day.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
        {wrong.value === 'same' ? (
          <p class="field-error" role="alert">
            {t('console.sites.same')}
          </p>
        ) : null}
        {error.value === undefined ? null : <ErrorBox error={error.value} />}
        <div class="actions">
          <Button onClick={onClose} disabled={busy.value}>
            {t('console.action.cancel')}
          </Button>
          <Button type="submit" tone="primary" busy={busy.value}>
            {t('console.sites.narrow_do')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The last moment of a day where this machine is, ISO 8601. */
function endOf(day: string): string {
  return new Date(`${day}T23:59:59.999`).toISOString();
}
