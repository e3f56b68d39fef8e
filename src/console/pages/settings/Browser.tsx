import { Select } from '../../components/index.ts';
import { LANGUAGE_NAMES, THEMES } from '../../shell/Choices.tsx';
import { LANGUAGES, language, showLanguage, t } from '../../state/language.ts';
import { motion } from '../../state/motion.ts';
import { theme } from '../../state/theme.ts';

/** What this browser remembers: language, appearance, movement. */
export function Browser() {
  return (
    <section class="sheet" aria-labelledby="browser">
      <h2 id="browser">{t('console.settings.browser')}</h2>
      <p class="hint">{t('console.settings.browser_detail')}</p>
      <div class="choices">
        <Select
          label={t('console.shell.language')}
          value={language.value}
          options={LANGUAGES.map((each) => [each, LANGUAGE_NAMES[each]] as const)}
          onChange={(next) => void showLanguage(next, true)}
        />
        <Select
          label={t('console.shell.theme')}
          value={theme.value}
          options={THEMES.map((each) => [each, t(`console.shell.theme_${each}`)] as const)}
          onChange={(next) => {
            theme.value = next;
          }}
        />
        <Select
          label={t('console.settings.motion')}
          value={motion.value}
          options={[
            ['auto', t('console.shell.theme_auto')],
            ['less', t('console.settings.motion_less')],
          ]}
          onChange={(next) => {
            motion.value = next;
          }}
        />
      </div>
    </section>
  );
}
