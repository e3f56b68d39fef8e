/** A text of the extension's own catalogue in the browser's language; `params` fill its places in the order of the English text. */
export function t(key: string, ...params: readonly (string | number)[]): string {
  return chrome.i18n.getMessage(key, params.map(String));
}

/** As `t`, in the form that a count wants: `key_one` or `key_other`. */
export function plural(key: string, count: number, ...params: readonly (string | number)[]): string {
  const form = new Intl.PluralRules(chrome.i18n.getUILanguage()).select(count) === 'one' ? 'one' : 'other';
  return t(`${key}_${form}`, ...params);
}
