import { LANGUAGES, type Language } from '../messages/index.ts';
import type { Name } from './procedure.ts';

/** A name as it is said in a language. */
export function nameIn(name: Name, language: Language): string {
  return typeof name === 'string' ? name : name[language];
}

/** A name in every language it is said in: to find it by, whichever a person knows. */
export function namesOf(name: Name): string[] {
  return typeof name === 'string' ? [name] : LANGUAGES.map((language) => name[language]);
}
