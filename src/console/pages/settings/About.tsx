import type { Settings } from '../../../client/types.ts';
import { Facts, timeWords } from '../../components/index.ts';
import { language, t } from '../../state/language.ts';

/** What runs here, since when, and where its files are. */
export function About({ settings: { version, license, startedAt, uptimeSeconds, address, places } }: { settings: Settings }) {
  const code = (text: string) => <code>{text}</code>;
  return (
    <section class="sheet" aria-labelledby="about">
      <h2 id="about">{t('console.settings.about')}</h2>
      <Facts
        rows={[
          [t('console.settings.version'), `Signet ${version}`],
          [t('console.settings.license'), license],
          [
            t('console.settings.started'),
            <time
              key="started"
              dateTime={startedAt}
              title={startedAt}
            >{`${timeWords(startedAt)} (${spanWords(uptimeSeconds)})`}</time>,
          ],
          [t('console.settings.address'), code(address)],
          [t('console.settings.database'), code(places.database)],
          [t('console.settings.state_dir'), code(places.stateDir)],
          [t('console.settings.runtime_dir'), code(places.runtimeDir)],
          [t('console.settings.socket'), code(places.socket)],
          [t('console.settings.token_file'), code(places.tokenFile)],
        ]}
      />
    </section>
  );
}

/** "2 days 4 hr", the two largest units. */
function spanWords(seconds: number): string {
  const sizes = [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
    ['second', 1],
  ] as const;
  let rest = seconds;
  const parts = sizes.map(([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { unit, count };
  });
  const from = Math.max(
    0,
    parts.findIndex(({ count }) => count > 0),
  );
  const shown = parts.slice(from === 0 && seconds === 0 ? 3 : from).slice(0, 2);
  return shown
    .filter(({ count }, n) => n === 0 || count > 0)
    .map(({ unit, count }) => new Intl.NumberFormat(language.value, { style: 'unit', unit, unitDisplay: 'long' }).format(count))
    .join(' ');
}
