/** The languages that there are catalogues for. */
export const LANGUAGES = ['en', 'fr', 'es'] as const;
export type Language = (typeof LANGUAGES)[number];

/** What a language can be picked by, strongest first. */
export interface LanguageWishes {
  /** Flag, variable or configuration: `fr`, `fr-CA`, `fr_FR.UTF-8`. */
  configured?: string | undefined;
  /** The header of a request (RFC 9110, 12.5.4). */
  acceptLanguage?: string | undefined;
  /** The process environment; the first of LC_ALL, LC_MESSAGES and LANG that is set decides (POSIX, 8.2). */
  env?: NodeJS.ProcessEnv | undefined;
}

/** The language of an answer: the reader's own wish comes before what this machine is set to. */
export function answerLanguage(acceptLanguage: string | undefined, configured: string | undefined): Language {
  return accepted(acceptLanguage) ?? pickLanguage({ configured });
}

/** The first wish that there is a catalogue for; English when there is none. */
export function pickLanguage({ configured, acceptLanguage, env }: LanguageWishes = {}): Language {
  return supported(configured) ?? accepted(acceptLanguage) ?? (env === undefined ? undefined : ofSystem(env)) ?? 'en';
}

/** The catalogue for a language tag or POSIX locale name, if there is one. */
export function supported(tag: string | undefined): Language | undefined {
  const primary = tag
    ?.trim()
    .split(/[-_.@]/, 1)[0]
    ?.toLowerCase();
  return LANGUAGES.find((language) => language === primary);
}

function accepted(header: string | undefined): Language | undefined {
  // A header has no business being longer, and sorting is not for strangers to make expensive.
  const ranges = (header ?? '')
    .slice(0, 1000)
    .split(',')
    .map((range) => {
      const [tag = '', ...parameters] = range.split(';').map((part) => part.trim());
      const weight = Number(parameters.find((parameter) => parameter.startsWith('q='))?.slice(2) ?? 1);
      return { tag, weight: Number.isFinite(weight) ? weight : 0 };
    });
  const wanted = ranges.filter(({ weight }) => weight > 0).sort((a, b) => b.weight - a.weight);
  for (const { tag } of wanted) {
    const language = supported(tag);
    if (language !== undefined) return language;
  }
  return undefined;
}

function ofSystem(env: NodeJS.ProcessEnv): Language | undefined {
  const locale = env.LC_ALL || env.LC_MESSAGES || env.LANG;
  if (locale) return supported(locale);
  // Neither sets the variables by itself.
  const speaks = process.platform === 'darwin' || process.platform === 'win32';
  return speaks ? supported(Intl.DateTimeFormat().resolvedOptions().locale) : undefined;
}
