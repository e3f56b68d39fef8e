import { useSignal } from '@preact/signals';
import { session } from '../../api/session.ts';
import { Button, CopyIcon, DoctorIcon, Page, RepeatIcon } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { announce } from '../../state/announce.ts';
import { t } from '../../state/language.ts';
import { Areas } from './Areas.tsx';
import './doctor.css';
import { OptIn } from './OptIn.tsx';
import { useDoctor } from './run.ts';
import { SupportBundle } from './SupportBundle.tsx';
import { reportText } from './text.ts';
import { Verdict } from './Verdict.tsx';

function Doctor() {
  const doctor = useDoctor();
  const all = useSignal(false);
  const { state, results, startHere, endedAt, alone } = doctor.run.value;
  const copy = async (): Promise<void> => {
    const version = typeof session.value === 'string' ? '' : session.value.version;
    try {
      await navigator.clipboard.writeText(reportText(results, startHere, version, endedAt ?? new Date().toISOString()));
      announce(t('console.doctor.copied'), 'good');
    } catch {
      announce(t('console.action.copy_failed'), 'bad');
    }
  };
  return (
    <Page title={t('console.doctor.title')} lead={t('console.doctor.lead')}>
      <Verdict doctor={doctor} />
      <div class="actions">
        <Button icon={RepeatIcon} busy={state === 'running' && alone === null} onClick={() => void doctor.start()}>
          {t('console.doctor.again')}
        </Button>
        <Button icon={CopyIcon} disabled={state === 'running' || results.length === 0} onClick={() => void copy()}>
          {t('console.doctor.copy')}
        </Button>
        <Button
          tone="quiet"
          aria-expanded={all.value}
          onClick={() => {
            all.value = !all.value;
          }}
        >
          {t(all.value ? 'console.doctor.fold' : 'console.doctor.all')}
        </Button>
      </div>
      <Areas doctor={doctor} all={all.value} />
      <OptIn doctor={doctor} />
      <SupportBundle />
    </Page>
  );
}

export default { path: 'doctor', titleKey: 'console.doctor.title', icon: DoctorIcon, order: 50, Page: Doctor } satisfies PageSpec;
