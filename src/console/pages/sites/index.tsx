import { useSignal } from '@preact/signals';
import { origins } from '../../api/origins.ts';
import { Empty, Page, Shown, SiteIcon } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { Narrow } from './Narrow.tsx';
import { Revoke } from './Revoke.tsx';
import { Site } from './Site.tsx';
import './sites.css';

type Asked = { origin: string; what: 'narrow' | 'revoke' };

function Sites() {
  const live = useLive(origins, ['origin.changed']);
  const asked = useSignal<Asked | null>(null);
  const found = live.data.value?.find(({ origin }) => origin === asked.value?.origin);
  const close = (): void => {
    asked.value = null;
  };
  const done = (): void => {
    close();
    // The button that led here may go with its site.
    void live.reload().then(() => document.getElementById('page-title')?.focus({ preventScroll: true }));
  };
  return (
    <Page title={t('console.sites.title')} lead={t('console.sites.lead')}>
      <Shown live={live}>
        {(sites) =>
          sites.length === 0 ? (
            <Empty icon={SiteIcon} title={t('console.sites.none')}>
              <p>{t('console.sites.none_detail')}</p>
            </Empty>
          ) : (
            sites.map((site) => (
              <Site
                key={site.origin}
                site={site}
                onNarrow={() => {
                  asked.value = { origin: site.origin, what: 'narrow' };
                }}
                onRevoke={() => {
                  asked.value = { origin: site.origin, what: 'revoke' };
                }}
                onForgotten={() => void live.reload()}
              />
            ))
          )
        }
      </Shown>
      {asked.value === null || found === undefined ? null : asked.value.what === 'narrow' ? (
        <Narrow key={found.origin} site={found} onClose={close} onDone={done} />
      ) : (
        <Revoke key={found.origin} origin={found.origin} onClose={close} onDone={done} />
      )}
    </Page>
  );
}

export default { path: 'sites', titleKey: 'console.sites.title', icon: SiteIcon, order: 35, Page: Sites } satisfies PageSpec;
