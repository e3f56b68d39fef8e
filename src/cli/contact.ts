/** Whom to turn to, on one line: name, then all that is known, and how old that is right behind it. */
export function contactText({ name, lines }: { name: string; lines: readonly string[] }): string {
  return [name, ...lines].reduce((told, line) => `${told}${line.startsWith('(') ? ' ' : ' · '}${line}`);
}
