import type { Finding } from '../check.ts';
import type { TokenView, View } from '../view.ts';

/** A path as a person may show it to others: their home folder is `~`. */
export function shownPath(view: View, path: string): string {
  const { home } = view.machine;
  return home !== '' && (path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`))
    ? `~${path.slice(home.length)}`
    : path;
}

/** What a person calls a token: its label, or what else it has of its own. */
export function nameOf(token: TokenView): string {
  return token.label || token.serial || token.model || token.id;
}

/** Rights as they are written for chmod, such as `644`. */
export function shownMode(mode: number): string {
  return (mode & 0o777).toString(8).padStart(3, '0');
}

/**
 * What is found about each of several, or about none: nothing of a kind is a pass without a subject, and no token at all leaves
 * open what is asked (a whole run skips the check then; one that was asked for alone is made).
 */
export function ofAll(tokens: readonly unknown[], findings: readonly Finding[]): readonly Finding[] {
  if (tokens.length === 0) return [{ result: 'unknown', variant: 'no_token' }];
  return findings.length === 0 ? [{ result: 'pass', variant: 'nothing' }] : findings;
}
