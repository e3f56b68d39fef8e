import { existsSync, readFileSync } from 'node:fs';
import { createInstance } from 'i18next';
import { type Language, pickLanguage } from './language.ts';

/** The text of a message; `params` fill its placeholders. A key that no catalogue has is returned as it is. */
export type Translate = (key: string, params?: Readonly<Record<string, string | number>>) => string;

const loaded = new Map<Language, Translate>();

/** The messages in one language (a tag such as `fr` or `fr-CA`; English when there is no catalogue). An area's catalogue is read when its first text is wanted. */
export function translator(language: string): Translate {
  const picked = pickLanguage({ configured: language });
  const known = loaded.get(picked);
  if (known !== undefined) return known;
  const made = make(picked);
  loaded.set(picked, made);
  return made;
}

function make(language: Language): Translate {
  const instance = createInstance();
  void instance.init({
    lng: language,
    initAsync: false,
    resources: { [language]: { translation: {} } },
    // Texts go to terminals and JSON, never into HTML as they are.
    interpolation: { escapeValue: false },
  });
  const read = new Set<string>();
  return (key, params = {}) => {
    const [area = ''] = key.split('.', 1);
    if (!read.has(area)) {
      read.add(area);
      instance.addResourceBundle(language, 'translation', { [area]: catalogue(language, area) }, true);
    }
    return instance.t(key, params);
  };
}

/** What one area's file holds, such as `errors` or `doctor`; empty for a word that is no area. */
function catalogue(language: Language, area: string): object {
  if (!/^[a-z]+$/.test(area)) return {};
  const file = new URL(`./${language}/${area}.json`, import.meta.url);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : {};
}
