import { useId } from 'preact/hooks';
import { LANGUAGES, type Language, language, showLanguage, t } from '../state/language.ts';
import { type Theme, theme } from '../state/theme.ts';

/** Each in its own language: whoever looks for theirs cannot read another. */
export const LANGUAGE_NAMES: Readonly<Record<Language, string>> = { en: 'English', fr: 'Français', es: 'Español' };
export const THEMES: readonly Theme[] = ['auto', 'light', 'dark'];

export function LanguageChoice() {
  const id = useId();
  return (
    <div class="choice">
      <label for={id}>{t('console.shell.language')}</label>
      <select id={id} value={language.value} onChange={(event) => void showLanguage(event.currentTarget.value as Language, true)}>
        {LANGUAGES.map((each) => (
          <option key={each} value={each} lang={each}>
            {LANGUAGE_NAMES[each]}
          </option>
        ))}
      </select>
    </div>
  );
}

export function ThemeChoice() {
  const id = useId();
  return (
    <div class="choice">
      <label for={id}>{t('console.shell.theme')}</label>
      <select
        id={id}
        value={theme.value}
        onChange={(event) => {
          theme.value = event.currentTarget.value as Theme;
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {t(`console.shell.theme_${each}`)}
          </option>
        ))}
      </select>
    </div>
  );
}
