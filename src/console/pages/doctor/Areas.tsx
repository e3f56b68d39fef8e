import { Badge } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { Finding } from './Finding.tsx';
import { type Area, areasOf, countsOf, type Result } from './findings.ts';
import type { Doctor } from './run.ts';
import { TONES } from './Shape.tsx';
import { areaName } from './text.ts';

const TOLD: readonly Result[] = ['fail', 'warn', 'unknown', 'pass'];

/** Every result so far, by area; an area without trouble is folded unless `all` are to be seen. */
export function Areas({ doctor, all }: { doctor: Doctor; all: boolean }) {
  return areasOf(doctor.run.value.results).map((area) => <OneArea key={area.name} area={area} all={all} doctor={doctor} />);
}

function OneArea({ area: { name, checks, skipped }, all, doctor: { run, start } }: { area: Area; all: boolean; doctor: Doctor }) {
  const { state, alone } = run.value;
  const counts = countsOf(checks.flatMap(({ findings }) => findings));
  return (
    <details class="sheet area" open={all || counts.fail + counts.warn > 0}>
      <summary>
        <h2>{areaName(name)}</h2>
        <div class="badges">
          {TOLD.filter((result) => counts[result] > 0).map((result) => (
            <Badge key={result} tone={TONES[result]}>
              {t(`console.doctor.count_${result}`, { count: counts[result] })}
            </Badge>
          ))}
          {checks.length === 0 ? <Badge>{t('console.doctor.result_skip')}</Badge> : null}
        </div>
      </summary>
      {checks.length === 0 ? null : (
        <ul class="findings">
          {checks.map((checked) => (
            <Finding
              key={checked.id}
              checked={checked}
              busy={checked.id === alone}
              ready={state !== 'running' || alone !== null}
              onAlone={(id) => void start(id)}
            />
          ))}
        </ul>
      )}
      {skipped.length === 0 ? null : (
        <details>
          <summary>{t('console.doctor.count_skip', { count: skipped.length })}</summary>
          <ul class="skipped">
            {skipped.map(({ id, subject, title, found }) => (
              <li key={`${id} ${subject}`}>
                <strong>{title}</strong>
                <span>{found}</span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </details>
  );
}
