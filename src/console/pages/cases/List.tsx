import { useSignal } from '@preact/signals';
import type { CaseProposal, CaseSummary } from '../../../client/types.ts';
import { desk, dismissProposal, openCase } from '../../api/cases.ts';
import {
  Badge,
  Button,
  ButtonLink,
  CaseIcon,
  dateWords,
  dayWords,
  Empty,
  Page,
  Shown,
  WarningIcon,
  wordsOf,
} from '../../components/index.ts';
import { announce } from '../../state/announce.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { go, href } from '../../state/route.ts';
import { commonName } from './CasePage.tsx';
import { Import } from './Import.tsx';

const EVENTS = ['case.updated', 'token.inserted', 'token.removed', 'pin.changed-state', 'pin.locked', 'certificate.expiring'];

/** What Signet proposes, the open cases, the closed ones. */
export function List() {
  const live = useLive(desk, EVENTS, language.value);
  return (
    <Page
      title={t('console.cases.title')}
      lead={t('console.cases.lead')}
      aside={
        <div class="actions">
          <ButtonLink href={href('cases', 'new')} icon={CaseIcon}>
            {t('console.cases.new')}
          </ButtonLink>
          <ButtonLink href={href('cases', 'new', 'lost')} icon={WarningIcon}>
            {t('console.cases.lost')}
          </ButtonLink>
        </div>
      }
    >
      <Shown live={live}>
        {({ cases, proposals }) => {
          const open = cases.filter(({ state }) => state === 'open');
          const closed = cases.filter(({ state }) => state === 'closed');
          return (
            <>
              {proposals.length === 0 ? null : (
                <section class="proposals" aria-labelledby="proposals-title">
                  <h2 id="proposals-title">{t('console.cases.proposed')}</h2>
                  {proposals.map((proposal) => (
                    <Proposal key={proposal.id} proposal={proposal} onGone={() => void live.reload()} />
                  ))}
                </section>
              )}
              {open.length > 0 ? (
                <section class="case-list" aria-labelledby="open-title">
                  <h2 id="open-title">{t('console.cases.open_ones')}</h2>
                  <CaseRows cases={open} />
                </section>
              ) : proposals.length > 0 ? null : (
                <Empty icon={CaseIcon} title={t('console.cases.none_title')}>
                  <p>{t('console.cases.none_detail')}</p>
                </Empty>
              )}
              {closed.length === 0 ? null : (
                <details class="case-list">
                  <summary>{t('console.cases.closed_ones', { count: closed.length })}</summary>
                  <CaseRows cases={closed} />
                </details>
              )}
            </>
          );
        }}
      </Shown>
      <Import />
    </Page>
  );
}

function Proposal({ proposal, onGone }: { proposal: CaseProposal; onGone: () => void }) {
  const busy = useSignal(false);
  const tell = (error: unknown): void => {
    const { title, detail } = wordsOf(error);
    announce(`${title} ${detail}`, 'bad');
    onGone();
  };
  const open = async (): Promise<void> => {
    busy.value = true;
    try {
      go('cases', (await openCase({ proposalId: proposal.id, language: language.value })).id);
    } catch (error) {
      busy.value = false;
      tell(error);
    }
  };
  const dismiss = async (): Promise<void> => {
    try {
      await dismissProposal(proposal.id);
      announce(t('console.cases.dismissed'), 'good');
      onGone();
    } catch (error) {
      tell(error);
    }
  };
  return (
    <article class={proposal.reason === 'blocked' ? 'proposal urgent' : 'proposal'} aria-label={proposal.text}>
      <WarningIcon class="large" />
      <div>
        <p class="proposal-text">{proposal.text}</p>
        <p class="hint">{proposal.title}</p>
      </div>
      <div class="actions">
        <Button tone="primary" busy={busy.value} onClick={() => void open()}>
          {t('console.cases.propose_open')}
        </Button>
        <Button onClick={() => void dismiss()}>{t('console.cases.propose_dismiss')}</Button>
      </div>
    </article>
  );
}

function CaseRows({ cases }: { cases: readonly CaseSummary[] }) {
  return (
    <ul class="case-rows">
      {cases.map((one) => (
        <li key={one.id}>
          <CaseRow one={one} />
        </li>
      ))}
    </ul>
  );
}

function CaseRow({ one }: { one: CaseSummary }) {
  const about = [one.token?.label ?? '', one.certificate === null ? '' : commonName(one.certificate.subject)];
  const { over, total } = one.steps;
  return (
    <article class="case-row">
      <div class="case-row-head">
        <h3>
          <a href={href('cases', one.id)}>{one.title}</a>
        </h3>
        <p class="badges">
          {one.offersClose === null ? null : <Badge tone="good">{t('console.cases.may_close')}</Badge>}
          {one.reminder ? <Badge tone="warn">{t('console.cases.overdue')}</Badge> : null}
          {one.state === 'closed' ? <Badge>{t(`console.cases.outcome_${one.outcome ?? 'solved'}`)}</Badge> : null}
        </p>
      </div>
      <p class="hint">
        {[...about, t('console.cases.number', { id: one.id }), dateWords(one.opened.at)]
          .filter((text) => text !== '')
          .join(' · ')}
      </p>
      {one.state === 'closed' || total === 0 ? null : (
        <p class="case-progress">
          <progress max={total} value={over} aria-hidden="true" />
          <span>{t('console.cases.progress', { over, total })}</span>
        </p>
      )}
      {one.state === 'closed' ? null : one.next !== null ? (
        <p class="next">{t('console.cases.next_is', { action: one.next.action })}</p>
      ) : one.waiting !== null ? (
        <p class="step-wait">{t('console.cases.waits_since', { date: dayWords(one.waiting.since) })}</p>
      ) : null}
    </article>
  );
}
