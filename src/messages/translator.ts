import { readFileSync } from 'node:fs';
import { createInstance } from 'i18next';
import { type Language, pickLanguage } from './language.ts';

/** The text of a message; `params` fill its placeholders. A key that no catalogue has is returned as it is. */
export type Translate = (key: string, params?: Readonly<Record<string, string | number>>) => string;

const loaded = new Map<Language, Translate>();

/** The messages in one language (a tag such as `fr` or `fr-CA`; English when there is no catalogue). Its catalogue is read on first use. */
export function translator(language: string): Translate {
  const picked = pickLanguage({ configured: language });
  const known = loaded.get(picked);
  if (known !== undefined) return known;
  const made = make(picked);
  loaded.set(picked, made);
  return made;
}

function make(language: Language): Translate {
  const catalogue = JSON.parse(readFileSync(new URL(`./${language}.json`, import.meta.url), 'utf8')) as Record<string, object>;
  const instance = createInstance();
  void instance.init({
    lng: language,
    initAsync: false,
    resources: { [language]: { translation: catalogue } },
    // Texts go to terminals and JSON, never into HTML as they are.
    interpolation: { escapeValue: false },
  });
  return (key, params = {}) => instance.t(key, params);
}
