import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { signOut } from '../api/calls.ts';
import { leave, session } from '../api/session.ts';
import { Button, HelpIcon, MenuIcon } from '../components/index.ts';
import { Page } from '../components/Page.tsx';
import { PAGES, type PageSpec } from '../page.ts';
import { asked } from '../prompt/asked.ts';
import { notices } from '../state/announce.ts';
import { language, t } from '../state/language.ts';
import { href, route } from '../state/route.ts';
import { LanguageChoice, ThemeChoice } from './Choices.tsx';
import { Mark } from './Mark.tsx';
import { OfflineBanner } from './OfflineBanner.tsx';

/** Navigation, what is said about the connection, and the page. */
export function Shell() {
  const [name = PAGES[0]?.path ?? '', ...rest] = route.value;
  const page = PAGES.find(({ path }) => path === name);
  const address = [name, ...rest].join('/');
  const menu = useSignal(false);
  const first = useRef(true);
  const title = page === undefined ? t('console.lost.title') : t(page.titleKey);
  const mark = asked.value === null ? null : t('console.prompt.mark');
  useEffect(() => {
    // Seen on the tab while another one is looked at.
    document.title = mark === null ? `${title} – Signet` : `${mark} – Signet`;
  }, [title, mark, language.value]);
  useEffect(() => {
    menu.value = false;
    if (first.current) {
      first.current = false;
      return;
    }
    scrollTo({ top: 0 });
    document.getElementById('page-title')?.focus({ preventScroll: true });
  }, [address]);
  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        {t('console.shell.skip')}
      </button>
      <header class="side">
        <div class="side-top">
          <a class="home" href={href(PAGES[0]?.path ?? '')}>
            <Mark />
          </a>
          <button
            type="button"
            class="menu-button"
            aria-expanded={menu.value}
            aria-controls="navigation"
            onClick={() => {
              menu.value = !menu.value;
              // They lie over the menu's foot on a small screen.
              notices.value = [];
            }}
          >
            <MenuIcon />
            <span>{t('console.shell.menu')}</span>
          </button>
        </div>
        <div id="navigation" class={menu.value ? 'side-body open' : 'side-body'}>
          <nav aria-label={t('console.shell.navigation')}>
            <ul>
              {PAGES.map((each) => (
                <NavItem key={each.path} page={each} current={each === page} />
              ))}
            </ul>
          </nav>
          <div class="side-foot">
            <LanguageChoice />
            <ThemeChoice />
            <SignOut />
            <Version />
          </div>
        </div>
      </header>
      <main id="main" tabIndex={-1}>
        <OfflineBanner />
        <div class="page" key={name}>
          {page === undefined ? <Lost /> : <page.Page rest={rest} />}
        </div>
      </main>
    </div>
  );
}

function NavItem({ page, current }: { page: PageSpec; current: boolean }) {
  const { icon: Icon } = page;
  return (
    <li>
      <a href={href(page.path)} aria-current={current ? 'page' : undefined}>
        <Icon />
        <span>{t(page.titleKey)}</span>
      </a>
    </li>
  );
}

function SignOut() {
  const busy = useSignal(false);
  const out = async (): Promise<void> => {
    busy.value = true;
    // Signed out here all the same when the daemon does not answer: its session ends by itself.
    await signOut().catch(() => undefined);
    leave('out');
  };
  return (
    <Button tone="quiet" busy={busy.value} onClick={() => void out()}>
      {t('console.shell.sign_out')}
    </Button>
  );
}

function Version() {
  const open = session.value;
  return typeof open === 'string' || open.version === '' ? null : <p class="version">Signet {open.version}</p>;
}

function Lost() {
  return (
    <Page title={t('console.lost.title')} lead={t('console.lost.detail')}>
      <p>
        <a class="button primary" href={href(PAGES[0]?.path ?? '')}>
          <HelpIcon />
          <span>{t('console.lost.back')}</span>
        </a>
      </p>
    </Page>
  );
}
