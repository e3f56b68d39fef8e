import type { DiagnosticResult } from '../../../client/types.ts';
import { Badge, Facts, RepeatIcon, Spinner } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import type { Checked } from './findings.ts';
import { Shape, TONES } from './Shape.tsx';
import { resultWord } from './text.ts';
import { WayOut } from './WayOut.tsx';

/** One check: what went well in one line to open, everything else in full. */
export function Finding({
  checked,
  busy,
  ready,
  onAlone,
}: {
  checked: Checked;
  /** It is being made by itself. */
  busy: boolean;
  /** It can be made by itself now; not while all are. */
  ready: boolean;
  onAlone: (id: string) => void;
}) {
  const { id, title, result, findings } = checked;
  // Titles say what should be; of what is not so, the sentence of what was seen is the clearer heading.
  const asHeading = result === 'pass' ? null : findings[0];
  const head = (
    <>
      <Shape result={result} />
      <h3>{asHeading?.found ?? title}</h3>
      <Badge tone={TONES[result]}>{resultWord(result)}</Badge>
    </>
  );
  const body = (
    <div class="finding-body">
      {findings.map((finding) => (
        <FindingBody key={`${finding.subject} ${finding.found}`} finding={finding} found={finding !== asHeading} />
      ))}
    </div>
  );
  return (
    <li class={`finding ${result}`}>
      {result === 'pass' ? (
        <details>
          <summary>{head}</summary>
          {body}
        </details>
      ) : (
        <div>
          <div class="finding-head">{head}</div>
          {body}
        </div>
      )}
      <button
        type="button"
        class="icon-button"
        aria-label={t('console.doctor.alone', { title })}
        title={t('console.doctor.alone', { title })}
        aria-busy={busy}
        disabled={!ready}
        onClick={() => {
          if (!busy) onAlone(id);
        }}
      >
        {busy ? <Spinner /> : <RepeatIcon />}
      </button>
    </li>
  );
}

/** What was seen, how to mend it, the way out and the evidence. */
export function FindingBody({
  finding,
  found,
  primary = false,
}: {
  finding: DiagnosticResult;
  /** False where the sentence stands as a heading already. */
  found: boolean;
  primary?: boolean;
}) {
  return (
    <div class="seen">
      {found ? <p>{finding.found}</p> : null}
      {finding.fix === null ? null : <p class="next">{finding.fix}</p>}
      {finding.result === 'pass' ? null : <WayOut finding={finding} primary={primary} />}
      <Evidence finding={finding} />
    </div>
  );
}

function Evidence({ finding: { id, title, subject, evidence, durationMs, result } }: { finding: DiagnosticResult }) {
  const facts = (
    <Facts
      rows={[
        [t('console.doctor.check'), title],
        [t('console.doctor.id'), <code key="id">{id}</code>],
        [t('console.doctor.subject'), subject === undefined ? '' : <code>{subject}</code>],
        ...Object.entries(evidence).map(([key, value]) => [key, <code key={key}>{valueWords(value)}</code>] as const),
        [t('console.doctor.took'), t('console.doctor.milliseconds', { count: durationMs })],
      ]}
    />
  );
  if (result === 'pass') return <div class="evidence">{facts}</div>;
  return (
    <details class="evidence">
      <summary>{t('console.doctor.evidence')}</summary>
      {facts}
    </details>
  );
}

function valueWords(value: DiagnosticResult['evidence'][string]): string {
  return value === null ? '–' : String(value);
}
