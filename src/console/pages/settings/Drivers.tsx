import type { Driver } from '../../../client/types.ts';
import { drivers } from '../../api/settings.ts';
import { Badge, Facts, Shown, type Tone } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { href } from '../../state/route.ts';

const TONES: Readonly<Record<Driver['state'], Tone>> = {
  starting: 'info',
  running: 'good',
  restarting: 'warn',
  failed: 'bad',
  disabled: 'plain',
};

/** The card software that Signet hosts, as it is now. */
export function Drivers() {
  const live = useLive(drivers, ['driver.crashed', 'token.inserted', 'token.removed']);
  return (
    <section class="sheet" aria-labelledby="drivers">
      <h2 id="drivers">{t('console.settings.drivers')}</h2>
      <p class="hint">{t('console.settings.drivers_detail')}</p>
      <Shown live={live}>
        {(found) =>
          found.length === 0 ? (
            <p>
              {t('console.settings.drivers_none')} <a href={href('doctor')}>{t('console.settings.to_doctor')}</a>
            </p>
          ) : (
            <ul class="rows">
              {found.map((driver) => (
                <Row key={driver.id} driver={driver} />
              ))}
            </ul>
          )
        }
      </Shown>
    </section>
  );
}

function Row({ driver: { id, name, library, state, version, crashes, lastError } }: { driver: Driver }) {
  return (
    <li>
      <div class="wide">
        <div class="row-head">
          <h3>{name}</h3>
          <Badge tone={TONES[state]}>{t(`console.settings.driver_${state}`)}</Badge>
        </div>
        <Facts
          rows={[
            [t('console.settings.driver_version'), version],
            [t('console.settings.driver_crashes'), t('console.settings.times', { count: crashes })],
            [t('console.settings.driver_error'), lastError === null ? '' : <code>{lastError}</code>],
            [t('console.settings.driver_library'), <code key="library">{library}</code>],
            [t('console.settings.driver_id'), <code key="id">{id}</code>],
          ]}
        />
      </div>
    </li>
  );
}
