import { useSignal } from '@preact/signals';
import type { CaseSummary } from '../../../client/types.ts';
import { type ProcedureListed, procedures } from '../../api/cases.ts';
import { Badge, Button, Field, Shown } from '../../components/index.ts';
import { find } from '../../search.ts';
import { language, t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';

interface Choice extends ProcedureListed {
  fits: boolean;
}

/** The issuers' procedures for a purpose, those that fit a token first, to be searched and chosen from. */
export function Issuers({
  purpose,
  tokenId,
  opening,
  onChoose,
}: {
  purpose: CaseSummary['purpose'];
  tokenId: string | null;
  /** Id of the procedure whose case is being opened. */
  opening: string | null;
  onChoose: (procedure: ProcedureListed) => void;
}) {
  const query = useSignal('');
  const load = async (signal: AbortSignal): Promise<Choice[]> => {
    const [all, fitting] = await Promise.all([
      procedures({ purpose }, signal),
      tokenId === null ? Promise.resolve([]) : procedures({ purpose, tokenId }, signal),
    ]);
    const fits = fitting.filter((each) => !isGeneral(each)).map(({ id }) => id);
    const rank = ({ id }: ProcedureListed): number => (fits.includes(id) ? fits.indexOf(id) : isGeneral({ id }) ? 2e3 : 1e3);
    return all
      .toSorted((a, b) => rank(a) - rank(b) || a.issuer.localeCompare(b.issuer, language.value))
      .map((each) => ({ ...each, fits: fits.includes(each.id) }));
  };
  const live = useLive(load, [], [purpose, tokenId ?? '', language.value].join(' '));
  return (
    <section class="issuers" aria-labelledby="issuers-title">
      <h2 id="issuers-title">{t('console.cases.whose')}</h2>
      <div class="narrow">
        <Field label={t('console.cases.search')} hint={t('console.cases.search_hint')}>
          {(ids) => (
            <input
              {...ids}
              type="search"
              autocomplete="off"
              value={query.value}
              onInput={(event) => {
                query.value = event.currentTarget.value;
              }}
            />
          )}
        </Field>
      </div>
      <Shown live={live}>
        {(all) => {
          const found = find(query.value, all.map(searchable));
          const shown = found.length > 0 ? found : all.filter(isGeneral);
          return (
            <>
              <p role="status" class="hint">
                {found.length === 0 ? t('console.cases.found_zero') : t('console.cases.found', { count: found.length })}
              </p>
              <ul class="case-rows">
                {shown.map((each) => (
                  <li key={each.id}>
                    <Row choice={each} busy={opening === each.id} onChoose={onChoose} />
                  </li>
                ))}
              </ul>
            </>
          );
        }}
      </Shown>
    </section>
  );
}

function Row({ choice, busy, onChoose }: { choice: Choice; busy: boolean; onChoose: (procedure: ProcedureListed) => void }) {
  const { title, issuer, programme, countryCode, pathwayText } = choice;
  return (
    <article class="case-row issuer-row">
      <div>
        <h3>{title}</h3>
        <p class="hint">
          {[issuer, programme ?? '', countryName(countryCode), pathwayText].filter((text) => text !== '').join(' · ')}
        </p>
        {choice.fits ? (
          <p>
            <Badge tone="good">{t('console.cases.fits')}</Badge>
          </p>
        ) : null}
      </div>
      <Button busy={busy} aria-label={t('console.cases.choose_named', { title })} onClick={() => onChoose(choice)}>
        {t('console.cases.choose')}
      </Button>
    </article>
  );
}

function searchable(choice: Choice) {
  const { title, issuer, programme, countryCode, id } = choice;
  const texts: [string, number][] = [
    [issuer, 3],
    [programme ?? '', 3],
    [title, 2],
    [countryName(countryCode), 1],
    [id, 1],
  ];
  return { item: choice, texts };
}

function isGeneral({ id }: Pick<ProcedureListed, 'id'>): boolean {
  return id.startsWith('generic.');
}

function countryName(code: string | null): string {
  return code === null ? '' : (new Intl.DisplayNames([language.value], { type: 'region' }).of(code) ?? code);
}
