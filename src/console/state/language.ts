import { computed, signal } from '@preact/signals';

export const LANGUAGES = ['en', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];
export type Params = Readonly<Record<string, string | number>>;
/** The text of a message. With `count` among the parameters, `key_one` or `key_other` is taken where there is one. */
export type Translate = (key: string, params?: Params) => string;

type Tree = { readonly [key: string]: string | Tree };
type Catalogue = ReadonlyMap<string, string>;

const KEPT = 'signet.language';

const LOADERS: Readonly<Record<Language, () => Promise<{ default: Record<string, unknown> }>>> = {
  en: () => import('../languages/en.ts'),
  fr: () => import('../languages/fr.ts'),
  es: () => import('../languages/es.ts'),
};

const catalogue = signal<{ language: Language; texts: Catalogue }>({ language: 'en', texts: new Map() });

/** The language that is shown. */
export const language = computed(() => catalogue.value.language);

/** Text in the language that is shown; a component that reads it is drawn anew when the language changes. */
export const t: Translate = (key, params = {}) => {
  const { texts, language: shown } = catalogue.value;
  const plural = typeof params.count === 'number' ? `${key}_${new Intl.PluralRules(shown).select(params.count)}` : key;
  const text = texts.get(plural) ?? texts.get(`${key}_other`) ?? texts.get(key) ?? key;
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => String(params[name] ?? whole));
};

/** Whether there is a text for the key. */
export function hasText(key: string): boolean {
  return catalogue.value.texts.has(key);
}

/** The names right below a key, in the catalogue's order: those of the questions for `help`. */
export function namesBelow(key: string): string[] {
  const below = [...catalogue.value.texts.keys()].filter((each) => each.startsWith(`${key}.`));
  return [...new Set(below.map((each) => each.slice(key.length + 1).split('.', 1)[0] ?? ''))];
}

/** The language wished for: chosen here before, the browser's, the daemon's, English. */
export function wishedLanguage(daemon: string | null): Language {
  const wishes = [localStorage.getItem(KEPT), ...navigator.languages, daemon];
  for (const wish of wishes) {
    const primary = wish?.split('-', 1)[0]?.toLowerCase();
    const found = LANGUAGES.find((each) => each === primary);
    if (found !== undefined) return found;
  }
  return 'en';
}

/** Loads a language and shows it; `keep` remembers the choice on this computer. */
export async function showLanguage(wanted: Language, keep = false): Promise<void> {
  const { default: files } = await LOADERS[wanted]();
  const texts = new Map<string, string>();
  for (const [path, tree] of Object.entries(files)) {
    const area = /([a-z]+)\.json$/.exec(path)?.[1] ?? '';
    flatten(area, tree as Tree, texts);
  }
  catalogue.value = { language: wanted, texts };
  document.documentElement.lang = wanted;
  if (keep) localStorage.setItem(KEPT, wanted);
}

function flatten(prefix: string, tree: Tree, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') into.set(`${prefix}.${key}`, value);
    else flatten(`${prefix}.${key}`, value, into);
  }
}
