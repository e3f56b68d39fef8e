import type { Command } from 'commander';

/**
 * What is wrong with a `signet` command line as a document shows it, or undefined; placeholders count as arguments. One that is
 * only `named`, in running text, may leave all of its arguments out.
 */
export function problemWith(line: string, program: Command, named = false): string | undefined {
  const words = split(line.replace(/^npx /, '')).slice(1);
  let command = program;
  while (command.commands.length > 0 && words.length > 0) {
    const [name = ''] = words;
    if (name.startsWith('-')) break;
    // A placeholder for whichever command.
    if (name === 'COMMAND') return undefined;
    const below = command.commands.find((each) => each.name() === name);
    if (below === undefined) return `no command ${name}`;
    command = below;
    words.shift();
  }
  if (command.commands.length > 0 || (named && words.length === 0)) return undefined;
  return problemWithArguments(command, words);
}

function problemWithArguments(command: Command, words: readonly string[]): string | undefined {
  const called = `signet ${command.name()}`;
  const given: string[] = [];
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? '';
    if (!word.startsWith('-')) {
      given.push(word);
      continue;
    }
    const [long = ''] = word.split('=', 1);
    if (long === '--help') continue;
    const option = command.options.find((each) => each.long === long);
    if (option === undefined) return `${called} has no option ${long}`;
    if (!option.required || word.includes('=')) continue;
    at += 1;
    if (words[at] === undefined) return `${called} ${long} needs a value`;
  }
  if (words.includes('--help')) return undefined;
  const endless = command.registeredArguments.some(({ variadic }) => variadic);
  if (!endless && given.length > command.registeredArguments.length) return `${called} takes fewer arguments`;
  const needed = command.registeredArguments.filter(({ required }) => required).length;
  return given.length < needed ? `${called} lacks an argument` : undefined;
}

/** Words of a shell line up to a redirection, pipe or the next command. */
function split(line: string): string[] {
  const [own = ''] = line.split(/\s[<>|;&#]\s/, 1);
  return [...own.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}
