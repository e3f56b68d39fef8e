import { useSignal } from '@preact/signals';
import type { Procedure, PromptQuestion } from '../../client/types.ts';
import { procedureById } from '../api/way-out.ts';
import { Button, CaseIcon, Dialog, Shown } from '../components/index.ts';
import { ProcedureSteps } from '../pages/tokens/ProcedureSteps.tsx';
import { language, t } from '../state/language.ts';
import { useLive } from '../state/live.ts';

type Way = Extract<PromptQuestion, { kind: 'blocked' }>['wayOut'];

/** The issuer's procedure, one press away; the question stays open behind it. */
export function WayOut({ wayOut }: { wayOut: Way }) {
  const reading = useSignal(false);
  const id = wayOut?.procedureId ?? null;
  if (id === null) return null;
  return (
    <p>
      <Button
        tone="quiet"
        icon={CaseIcon}
        onClick={() => {
          reading.value = true;
        }}
      >
        {t('console.prompt.way_out')}
      </Button>
      {reading.value ? (
        <Steps
          procedureId={id}
          onClose={() => {
            reading.value = false;
          }}
        />
      ) : null}
    </p>
  );
}

function Steps({ procedureId, onClose }: { procedureId: string; onClose: () => void }) {
  const live = useLive<Procedure>((signal) => procedureById(procedureId, signal), [], `${procedureId} ${language.value}`);
  return (
    <Dialog title={t('console.prompt.way_out_title')} onClose={onClose}>
      <Shown live={live}>{(procedure) => <ProcedureSteps procedure={procedure} />}</Shown>
    </Dialog>
  );
}
