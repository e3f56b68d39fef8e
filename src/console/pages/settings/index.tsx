import { settings } from '../../api/settings.ts';
import { Page, SettingsIcon, Shown } from '../../components/index.ts';
import type { PageSpec } from '../../page.ts';
import { t } from '../../state/language.ts';
import { useLive } from '../../state/live.ts';
import { About } from './About.tsx';
import { Browser } from './Browser.tsx';
import { Clients } from './Clients.tsx';
import { Drivers } from './Drivers.tsx';
import { Effective } from './Effective.tsx';
import { Session } from './Session.tsx';
import './settings.css';

function Settings() {
  const live = useLive(settings);
  return (
    <Page title={t('console.settings.title')} lead={t('console.settings.lead')}>
      <Browser />
      <Session />
      <Clients />
      <Drivers />
      <Shown live={live}>
        {(found) => (
          <>
            <Effective settings={found} />
            <About settings={found} />
          </>
        )}
      </Shown>
    </Page>
  );
}

export default {
  path: 'settings',
  titleKey: 'console.settings.title',
  icon: SettingsIcon,
  order: 80,
  Page: Settings,
} satisfies PageSpec;
