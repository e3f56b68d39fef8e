import type { AuditEntry } from '../../api/audit.ts';
import { Badge, dateWords, Facts } from '../../components/index.ts';
import { language, t } from '../../state/language.ts';
import { callerWords, type Labels, outcomeWords, sentenceOf, toneOf } from './sentence.ts';

/** Entries, by day of the local calendar. The order stays: a clock that was set back makes a day come twice. */
export function Entries({ entries, labels }: { entries: readonly AuditEntry[]; labels: Labels }) {
  const days: { day: string; own: AuditEntry[] }[] = [];
  for (const entry of entries) {
    const day = dateWords(entry.at);
    const last = days.at(-1);
    if (last?.day === day) last.own.push(entry);
    else days.push({ day, own: [entry] });
  }
  return days.map(({ day, own }) => (
    <div key={own[0]?.seq} class="sheet day">
      <h2>{day}</h2>
      <ol class="entries">
        {own.map((entry) => (
          <Entry key={entry.seq} entry={entry} labels={labels} />
        ))}
      </ol>
    </div>
  ));
}

function Entry({ entry, labels }: { entry: AuditEntry; labels: Labels }) {
  const { seq, at, caller, action, outcome, token, credential, detail, chain } = entry;
  const code = (value: string | undefined) => (value === undefined ? '' : <code>{value}</code>);
  return (
    <li class="entry">
      <time dateTime={at} title={at}>
        {new Intl.DateTimeFormat(language.value, { timeStyle: 'medium' }).format(new Date(at))}
      </time>
      <div class="entry-words">
        <p class="entry-said">{sentenceOf(entry, labels)}</p>
        <details>
          <summary>{callerWords(caller)}</summary>
          <Facts
            rows={[
              [t('console.audit.number'), String(seq)],
              [t('console.audit.time'), code(at)],
              [t('console.audit.caller'), code(caller)],
              [t('console.audit.action'), code(action)],
              [t('console.audit.outcome'), code(outcome)],
              [t('console.audit.token'), code(token)],
              [t('console.audit.credential'), code(credential)],
              ...Object.entries(detail).map(([name, value]) => [name, code(String(value))] as const),
              [t('console.audit.chain'), code(chain)],
            ]}
          />
        </details>
      </div>
      <Badge tone={toneOf(outcome)}>{outcomeWords(outcome)}</Badge>
    </li>
  );
}
