import { useSignal } from '@preact/signals';
import type { Token } from '../../../client/types.ts';
import { Button, ButtonLink, CaseIcon, ErrorBox, LockIcon, nameOf, Shown, Tries } from '../../components/index.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { go, href } from '../../state/route.ts';
import { ProcedureSteps } from './ProcedureSteps.tsx';
import { openCase, wayOut } from './procedure.ts';

/** A blocked token: what that means, and the issuer's way out of it. */
export function Blocked({ token, onUnblock }: { token: Token; onUnblock: () => void }) {
  const live = useLive((signal) => wayOut(token, signal), ['case.updated'], `${token.id} ${language.value}`);
  const busy = useSignal(false);
  const error = useSignal<unknown>(undefined);
  const open = async (procedureId: string): Promise<void> => {
    busy.value = true;
    error.value = undefined;
    try {
      go('cases', await openCase(procedureId, token));
    } catch (thrown) {
      error.value = thrown;
      busy.value = false;
    }
  };
  return (
    <div class="blocked">
      <div class="blocked-head" role="alert">
        <LockIcon />
        <div>
          <h3>{t('console.blocked.title', { label: nameOf(token) })}</h3>
          <p>{t('console.blocked.calm')}</p>
          <Tries pin={token.pin} small />
        </div>
      </div>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <Shown live={live}>
        {({ procedure, openCase: running }) => (
          <>
            <div class="actions">
              {running !== null ? (
                <ButtonLink tone="primary" icon={CaseIcon} href={href('cases', running.id)}>
                  {t('console.blocked.to_case')}
                </ButtonLink>
              ) : procedure === null ? null : (
                <Button tone="primary" icon={CaseIcon} busy={busy.value} onClick={() => void open(procedure.id)}>
                  {t('console.blocked.open_case')}
                </Button>
              )}
              {token.unblock ? <Button onClick={onUnblock}>{t('console.blocked.puk')}</Button> : null}
            </div>
            <p class="hint">{t('console.blocked.case_why')}</p>
            {procedure === null ? <p>{t('console.blocked.no_procedure')}</p> : <ProcedureSteps procedure={procedure} />}
          </>
        )}
      </Shown>
    </div>
  );
}
