import type { Case } from '../../../client/types.ts';
import { readCase } from '../../api/cases.ts';
import { ApiProblem } from '../../api/request.ts';
import { Badge, dateWords, Facts, Note, Page, Shown, WarningIcon } from '../../components/index.ts';
import { language, t } from '../../state/language.ts';
import { type Live, useLive } from '../../state/live.ts';
import { href } from '../../state/route.ts';
import { Closing } from './Closing.tsx';
import { Contact } from './Contact.tsx';
import { Files } from './Files.tsx';
import { History } from './History.tsx';
import { Holder } from './Holder.tsx';
import { Keep } from './Keep.tsx';
import { Next } from './Next.tsx';
import { Notes } from './Notes.tsx';
import { Papers } from './Papers.tsx';
import { Steps } from './Steps.tsx';
import type { Work } from './writing.ts';

/** One case, from what to do now down to its history. */
export function CasePage({ caseId }: { caseId: string }) {
  const live = useLive((signal) => readCase(caseId, signal), ['case.updated'], `${caseId} ${language.value}`);
  const one = live.data.value;
  return (
    <Page title={one?.title ?? t('console.cases.number', { id: caseId })}>
      <p class="crumb">
        <a href={href('cases')}>{t('console.cases.back')}</a>
      </p>
      <Shown live={live}>{(found) => <Whole work={workOn(found, live)} gone={isGone(live.error.value)} />}</Shown>
    </Page>
  );
}

function workOn(one: Case, live: Live<Case>): Work {
  return {
    one,
    show: (next) => {
      live.data.value = next;
    },
    reload: live.reload,
  };
}

function isGone(error: unknown): boolean {
  return error instanceof ApiProblem && error.problem.code === 'case_not_found';
}

/** A case that was deleted meanwhile stays in sight, and with it what is being typed; nothing more can be saved. */
function Whole({ work, gone }: { work: Work; gone: boolean }) {
  return (
    <div class={gone ? 'case gone' : 'case'}>
      <Head one={work.one} />
      <Closing work={work} />
      <Next work={work} />
      <Steps work={work} />
      <div class="pair">
        <Papers work={work} />
        <Holder work={work} />
      </div>
      <Files work={work} />
      <Notes work={work} />
      <Know one={work.one} />
      <History one={work.one} />
      <Keep work={work} />
    </div>
  );
}

function Head({ one }: { one: Case }) {
  const { token, certificate } = one;
  return (
    <section class="case-head">
      <p class="badges">
        <Badge tone={one.state === 'open' ? 'info' : 'plain'}>{t(`console.cases.state_${one.state}`)}</Badge>
        <Badge>{t(`console.cases.purpose_${one.purpose}`)}</Badge>
        {one.reminder ? <Badge tone="warn">{t('console.cases.overdue')}</Badge> : null}
      </p>
      <Facts
        rows={[
          [t('console.cases.number', { id: '' }).trim(), <strong key="id">{one.id}</strong>],
          [t('console.cases.issuer'), one.issuer],
          [
            t('console.cases.token'),
            token === null
              ? null
              : token.serial === ''
                ? token.label
                : t('console.cases.token_serial', { label: token.label, serial: token.serial }),
          ],
          [
            t('console.cases.certificate'),
            certificate === null
              ? null
              : t('console.cases.certificate_until', {
                  name: commonName(certificate.subject),
                  date: dateWords(certificate.notAfter),
                }),
          ],
          [t('console.cases.references'), one.references.join(', ')],
          [t('console.cases.opened_on'), dateWords(one.opened.at)],
          [t('console.cases.closed_on'), one.closedAt === null ? null : dateWords(one.closedAt)],
        ]}
      />
      {one.importedFrom === null ? null : <p class="hint">{t('console.cases.copy_of', { id: one.importedFrom })}</p>}
    </section>
  );
}

/** The name in a distinguished name (RFC 4514), or all of it. */
export function commonName(subject: string): string {
  return /(?:^|[,+])\s*CN=((?:\\.|[^,+\\])+)/i.exec(subject)?.[1]?.replace(/\\(.)/g, '$1') ?? subject;
}

function Know({ one }: { one: Case }) {
  const { summary, facts, cautions, risks, contacts } = one;
  return (
    <section class="sheet" aria-labelledby="know-title">
      <h2 id="know-title">{t('console.cases.know')}</h2>
      {risks.length === 0 ? null : (
        <Note tone="warn" icon={WarningIcon}>
          <p class="box-title">{t('console.cases.risks')}</p>
          {risks.map((text) => (
            <p key={text}>{text}</p>
          ))}
        </Note>
      )}
      {[...summary, ...cautions].map((text) => (
        <p key={text}>{text}</p>
      ))}
      <Facts rows={facts.map(({ label, text }) => [label, text] as const)} />
      {contacts.length === 0 ? null : (
        <>
          <h3>{t('console.cases.contacts')}</h3>
          <div class="contacts">
            {contacts.map((contact) => (
              <Contact key={contact.id} contact={contact} />
            ))}
          </div>
        </>
      )}
    </section>
  );
}
