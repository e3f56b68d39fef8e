import { useSignal } from '@preact/signals';
import type { CaseSummary, OpenCaseRequest, Token } from '../../../client/types.ts';
import { tokens as readTokens } from '../../api/calls.ts';
import { openCase, type ProcedureListed } from '../../api/cases.ts';
import { ErrorBox, Note, Page, Select, Shown, WarningIcon } from '../../components/index.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { go, href } from '../../state/route.ts';
import { Line } from './Holder.tsx';
import { Issuers } from './Issuers.tsx';

type Purpose = CaseSummary['purpose'];

const PURPOSES: readonly Purpose[] = ['unblock', 'obtain', 'renew', 'revoke'];

/** Opens a case by hand: for what, for which card or key, by whose procedure. A loss is a case to revoke. */
export function Open({ lost }: { lost: boolean }) {
  const live = useLive(readTokens, ['token.inserted', 'token.removed']);
  const kind = lost ? 'lost' : 'open';
  return (
    <Page title={t(`console.cases.${kind}_title`)} lead={t(`console.cases.${kind}_lead`)}>
      <p class="crumb">
        <a href={href('cases')}>{t('console.cases.back')}</a>
      </p>
      {lost ? (
        <Note tone="warn" icon={WarningIcon}>
          <p>{t('console.cases.lost_final')}</p>
        </Note>
      ) : null}
      <Shown live={live}>{(plugged) => <Choices key={kind} lost={lost} plugged={plugged} />}</Shown>
    </Page>
  );
}

function Choices({ lost, plugged }: { lost: boolean; plugged: readonly Token[] }) {
  const purpose = useSignal<Purpose>(lost ? 'revoke' : 'unblock');
  const tokenId = useSignal('');
  const label = useSignal('');
  const serial = useSignal('');
  const error = useSignal<unknown>(undefined);
  const opening = useSignal<string | null>(null);
  const chosen = plugged.find(({ id }) => id === tokenId.value);
  const open = async ({ id }: ProcedureListed): Promise<void> => {
    if (opening.value !== null) return;
    opening.value = id;
    error.value = undefined;
    const printed = { label: label.value.trim(), serial: serial.value.trim(), manufacturer: '', model: '' };
    const request: OpenCaseRequest = {
      procedureId: id,
      language: language.value,
      ...(lost ? { reason: 'lost' as const } : {}),
      ...(chosen !== undefined ? { tokenId: chosen.id } : printed.label + printed.serial === '' ? {} : { token: printed }),
    };
    try {
      go('cases', (await openCase(request)).id);
    } catch (thrown) {
      error.value = thrown;
      opening.value = null;
    }
  };
  return (
    <>
      <section class="sheet">
        {lost ? null : (
          <div class="narrow">
            <Select
              label={t('console.cases.what_for')}
              value={purpose.value}
              options={PURPOSES.map((each) => [each, t(`console.cases.want_${each}`)] as const)}
              onChange={(next) => {
                purpose.value = next;
              }}
            />
          </div>
        )}
        <div class="narrow">
          <Select
            label={t('console.cases.which')}
            value={chosen?.id ?? ''}
            options={[
              ['', t('console.cases.which_none')] as const,
              ...plugged.map((token) => [token.id, `${token.label} (${token.serial})`] as const),
            ]}
            onChange={(next) => {
              tokenId.value = next;
            }}
          />
        </div>
        {chosen === undefined && purpose.value !== 'obtain' ? (
          <div class="two">
            <Line label={t('console.cases.which_name')} hint={t('console.cases.if_known')} value={label} />
            <Line label={t('console.cases.which_serial')} hint={t('console.cases.if_known')} value={serial} />
          </div>
        ) : null}
      </section>
      {error.value === undefined ? null : <ErrorBox error={error.value} />}
      <Issuers purpose={purpose.value} tokenId={chosen?.id ?? null} opening={opening.value} onChoose={(one) => void open(one)} />
    </>
  );
}
