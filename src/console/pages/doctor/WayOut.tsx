import { useSignal } from '@preact/signals';
import type { DiagnosticResult, Procedure } from '../../../client/types.ts';
import { leadOut, procedureById } from '../../api/way-out.ts';
import { ArrowIcon, Button, ButtonLink, CaseIcon, Dialog, ErrorBox, Shown } from '../../components/index.ts';
import { PAGES } from '../../page.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { go, href } from '../../state/route.ts';
import { ProcedureSteps } from '../tokens/ProcedureSteps.tsx';
import { areaOf } from './findings.ts';

/** Where a matter is looked at and mended in this console, by check or else by area. */
const PLACES: Readonly<Record<string, string>> = {
  pin: 'tokens',
  cert: 'certificates',
  'daemon.audit-sound': 'audit',
  'daemon.log-level': 'settings',
  'driver.crashes': 'settings',
  'daemon.last-crash': 'settings',
};

/** What can be done about a finding from here: open a case, read the procedure, go to the page that deals with it. */
export function WayOut({ finding, primary }: { finding: DiagnosticResult; primary: boolean }) {
  const { id, procedureId } = finding;
  const place = PAGES.find(({ path }) => path === (PLACES[id] ?? PLACES[areaOf(id)]));
  if (procedureId === undefined && place === undefined) return null;
  return (
    <div class="actions">
      {procedureId === undefined ? null : <Leading finding={finding} procedureId={procedureId} primary={primary} />}
      {place === undefined ? null : (
        <ButtonLink icon={ArrowIcon} href={href(place.path)}>
          {t('console.doctor.go', { page: t(place.titleKey) })}
        </ButtonLink>
      )}
    </div>
  );
}

function Leading({ finding, procedureId, primary }: { finding: DiagnosticResult; procedureId: string; primary: boolean }) {
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const reading = useSignal(false);
  const open = async (): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      go('cases', await leadOut(procedureId, finding.subject ?? null));
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <Button tone={primary ? 'primary' : 'plain'} icon={CaseIcon} busy={busy.value} onClick={() => void open()}>
        {t('console.doctor.case')}
      </Button>
      <Button
        onClick={() => {
          reading.value = true;
        }}
      >
        {t('console.doctor.procedure')}
      </Button>
      {reading.value ? (
        <ProcedureDialog
          procedureId={procedureId}
          onClose={() => {
            reading.value = false;
          }}
        />
      ) : null}
    </>
  );
}

function ProcedureDialog({ procedureId, onClose }: { procedureId: string; onClose: () => void }) {
  const live = useLive<Procedure>((signal) => procedureById(procedureId, signal), [], `${procedureId} ${language.value}`);
  return (
    <Dialog title={t('console.doctor.procedure_title')} onClose={onClose}>
      <Shown live={live}>{(procedure) => <ProcedureSteps procedure={procedure} />}</Shown>
    </Dialog>
  );
}
