/** Folders that every machine has: their names tell nothing about anybody. */
const USUAL = new Set([
  '.config',
  '.local',
  'share',
  'state',
  'signet',
  'run',
  'practice',
  'lib',
  'lib64',
  'Library',
  'Application Support',
  'AppData',
  'Local',
  'Roaming',
  'Data',
  'Log',
  'Cache',
  '.cache',
  '.mozilla',
  'native-messaging-hosts',
  'NativeMessagingHosts',
  'config.toml',
  'signet.db',
  'signet.sock',
  'token',
  'softhsm2.conf',
  'pcscd',
  'pcscd.comm',
]);

/** Below these lie programs, the same for everybody. */
const SYSTEM =
  /^(?:\/(?:usr|lib|lib64|opt|etc|bin|sbin|snap|nix\/store|System|Library|Applications)(?=\/|$)|[A-Za-z]:[\\/](?:Windows|Program Files(?: \(x86\))?)(?=[\\/]|$))/i;
const HOMES = /^(?:\/home\/[^/]+|\/Users\/[^/]+|\/root|[A-Za-z]:[\\/]Users[\\/][^\\/]+)(?=[\\/]|$)/i;
const LIBRARY = /^[\w.+-]{1,80}\.(?:so(?:\.\d+)*|dylib|dll)$/;

/**
 * A path without what is private in it: `~` for a home, `…` for a folder that its owner named. A program's own folder stays, and so does
 * the file name of a library, which says which driver it is.
 */
export function shortPath(path: string, home: string): string {
  if (SYSTEM.test(path)) return path;
  const own = home !== '' && home !== '/' && (path === home || path.startsWith(`${home}/`) || path.startsWith(`${home}\\`));
  const root = own ? home : (/^~(?=[\\/]|$)/.exec(path)?.[0] ?? HOMES.exec(path)?.[0] ?? '');
  const segments = path
    .slice(root.length)
    .split(/[\\/]/)
    .filter((segment) => segment !== '');
  const runtime = /^\/run\/user\/\d+(?=\/|$)/.exec(path)?.[0];
  if (runtime !== undefined) return ['/run/user/…', ...shortened(segments.slice(3))].join('/');
  return [root === '' ? '' : '~', ...shortened(segments)].join('/') || '/';
}

/** A path in a text. A blank belongs to it when another separator comes a few words later: `~/Letters of Ana/card.so`. */
const PATH =
  /(?<![\w~:/.])(?:file:\/\/)?(?:~[\\/]|[A-Za-z]:[\\/]|\\\\(?=[^\s\\]+\\)|\/)[^\s"'`<>|;,*?()[\]{}]+(?:(?: [^\s/\\"'`<>|;,:]+){1,4}[\\/][^\s"'`<>|;,]*)*/g;

/** Cleans every path in a text. */
export function shortPaths(text: string, home: string): string {
  return text.replace(PATH, (found) => {
    const path = found.replace(/^file:\/\//, '');
    // A route of the API, as the log has it.
    if (/^\/(?:v1|health|docs|openapi\.json)(?:[/?]|$)/.test(path)) return found;
    // A position in a file, or the punctuation of the sentence.
    const [end = ''] = /(?:(?::\d+){1,2}|[.:;,!]*)$/.exec(path) ?? [];
    return `${shortPath(path.slice(0, path.length - end.length), home)}${end}`;
  });
}

function shortened(segments: readonly string[]): string[] {
  const told: string[] = [];
  for (const [index, segment] of segments.entries()) {
    const last = index === segments.length - 1;
    const kept = USUAL.has(segment) || (last && LIBRARY.test(segment));
    if (kept) told.push(segment);
    else if (told.at(-1) !== '…') told.push('…');
  }
  return told;
}
