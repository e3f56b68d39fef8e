import { agoWords, dateWords } from '../../components/index.ts';
import { t } from '../../state/language.ts';
import { now } from '../../state/live.ts';

const DAY = 86_400_000;

/**
 * When a certificate holds, as a line: its time, the part of it in which it can be renewed, and today. Positions are percentages,
 * so that the line is as wide as there is room while its words keep their size. `opens`: days before the end, null when unknown.
 */
export function TimeLine({ from, until, opens, asks }: { from: string; until: string; opens: number | null; asks: boolean }) {
  const [start, end, today] = [Date.parse(from), Date.parse(until), now.value];
  const [first, last] = [Math.min(start, today), Math.max(end, today)];
  const place = (time: number): number => 2 + ((time - first) / Math.max(last - first, 1)) * 96;
  const renewal = opens === null ? null : Math.max(start, end - opens * DAY);
  const dates = { from: dateWords(from), until: dateWords(until), today: dateWords(new Date(today).toISOString()) };
  const at = place(today);
  return (
    <figure class="timeline">
      <svg role="img" aria-label={t('console.certificates.timeline', dates)}>
        <rect class="track" x="0" y="34" width="100%" height="14" rx="7" />
        <rect
          class={today > end ? 'past' : 'valid'}
          x={`${place(start)}%`}
          y="34"
          width={`${place(end) - place(start)}%`}
          height="14"
          rx="7"
        />
        {renewal === null ? null : (
          <rect class="renewal" x={`${place(renewal)}%`} y="34" width={`${place(end) - place(renewal)}%`} height="14" rx="7" />
        )}
        <line class="today" x1={`${at}%`} x2={`${at}%`} y1="26" y2="56" />
        <text x={`${at}%`} y="18" text-anchor={at < 12 ? 'start' : at > 88 ? 'end' : 'middle'}>
          {t('console.certificates.today')}
        </text>
      </svg>
      <figcaption>
        <span>{t('console.certificates.from', { date: dates.from })}</span>
        <span>{t('console.certificates.until', { date: dates.until })}</span>
      </figcaption>
      <p>{sentences({ from, until, renewal, asks, today }).join(' ')}</p>
    </figure>
  );
}

function sentences({
  from,
  until,
  renewal,
  asks,
  today,
}: {
  from: string;
  until: string;
  renewal: number | null;
  asks: boolean;
  today: number;
}): string[] {
  if (today > Date.parse(until)) return [t('console.certificates.ended', { when: agoWords(until, today) })];
  const said = [
    today < Date.parse(from)
      ? t('console.certificates.begins', { when: agoWords(from, today) })
      : t('console.certificates.ends_in', { when: agoWords(until, today) }),
  ];
  if (renewal !== null) {
    const date = dateWords(new Date(renewal).toISOString());
    said.push(t(today >= renewal ? 'console.certificates.renewal_open' : 'console.certificates.renewal_from', { date }));
  } else if (asks) said.push(t('console.certificates.renewal_unknown'));
  return said;
}
