import { Unreachable } from '../../api/request.ts';
import { ErrorBox, Note, timeWords, WarningIcon } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { FindingBody } from './Finding.tsx';
import { countsOf, heldUpBy, isHint, startOf } from './findings.ts';
import type { Doctor, Run } from './run.ts';
import { Shape } from './Shape.tsx';

/** The answer, big and calm: where to start, or that all is fine; while it is being found out, how far that is. */
export function Verdict({ doctor: { run, start } }: { doctor: Doctor }) {
  const { state, error, alone, endedAt } = run.value;
  // One check made anew changes little: the answer stays in its place meanwhile.
  const whole = state === 'done' || (state === 'running' && alone !== null && endedAt !== null);
  const answer = whole ? <Answer run={run.value} /> : null;
  return (
    <>
      {state === 'running' && alone === null ? <Progress run={run.value} /> : null}
      {/* The region is always there: one that comes with its text is not read out. */}
      <div role="status" class="verdict-region">
        {answer}
      </div>
      {state !== 'broken' ? null : error instanceof Unreachable ? (
        <Note tone="warn" icon={WarningIcon}>
          <p class="box-title">{t('console.doctor.cut_title')}</p>
          <p>{t('console.doctor.cut_detail')}</p>
        </Note>
      ) : (
        <ErrorBox error={error} onRetry={() => void start()} />
      )}
    </>
  );
}

function Progress({ run: { made, of } }: { run: Run }) {
  return (
    <div class="sheet looking" aria-busy="true">
      <p id="doctor-progress">{t('console.doctor.looking')}</p>
      {of > 0 ? (
        <>
          <progress aria-labelledby="doctor-progress" value={made} max={of} />
          <p class="hint">{t('console.doctor.made', { made, of })}</p>
        </>
      ) : null}
    </div>
  );
}

function Answer({ run: { results, startHere, endedAt } }: { run: Run }) {
  const start = startOf(results, startHere);
  const counts = countsOf(results);
  const hints = results.filter(isHint).length;
  const when = endedAt === null ? '' : t('console.doctor.ended', { time: timeWords(endedAt) });
  if (start === null) {
    return (
      <section class="verdict-card pass" aria-labelledby="verdict">
        <Shape result={counts.unknown > 0 ? 'unknown' : 'pass'} large />
        <div>
          <h2 id="verdict">{t(counts.unknown > 0 ? 'console.doctor.unsure_title' : 'console.doctor.fine_title')}</h2>
          <p>{t('console.doctor.counts_fine', { pass: counts.pass })}</p>
          {hints === 0 ? null : <p>{t('console.doctor.hints', { count: hints })}</p>}
          <p class="hint">{when}</p>
        </div>
      </section>
    );
  }
  const [first, ...others] = start.findings;
  const held = heldUpBy(start.id, results);
  const more = counts.fail + counts.warn - start.findings.length;
  return (
    <section class={`verdict-card ${start.result}`} aria-labelledby="verdict">
      <Shape result={start.result} large />
      <div>
        <p class="kicker">{t(start.result === 'fail' ? 'console.doctor.start' : 'console.doctor.start_mild')}</p>
        <h2 id="verdict">{first?.found}</h2>
        {first === undefined ? null : <FindingBody finding={first} found={false} primary />}
        {others.map((finding) => (
          <FindingBody key={`${finding.subject} ${finding.found}`} finding={finding} found />
        ))}
        {held === 0 ? null : <p>{t('console.doctor.held', { count: held })}</p>}
        {more === 0 ? null : <p>{t('console.doctor.more', { count: more })}</p>}
        <p class="hint">{when}</p>
      </div>
    </section>
  );
}
