const SECTION = '[Default Applications]';

/** What an edit of `mimeapps.list` leaves to be undone: the line that stood there, the section that was added, or a line alone. */
export interface Edit {
  text: string;
  /** What opened the type before, as it stood in the file; null when the file did not say. */
  former: string | null;
  /** The section that was added at the end where there was none. */
  inserted: string | null;
}

/** The default of a type in the text of a `mimeapps.list` (freedesktop.org, MIME applications), or null. */
export function defaultOf(text: string, type: string): string | null {
  const lines = text.split('\n');
  const at = lineOf(lines, type);
  return at === null ? null : (lines[at] ?? '').slice((lines[at] ?? '').indexOf('=') + 1).trim();
}

/** Makes `desktop` the default of a type. Every other byte stays. */
export function setDefault(text: string, type: string, desktop: string): Edit {
  const lines = text.split('\n');
  const line = `${type}=${desktop}`;
  const at = lineOf(lines, type);
  if (at !== null) {
    const former = lines[at] ?? '';
    lines[at] = line;
    return { text: lines.join('\n'), former, inserted: null };
  }
  const head = lines.findIndex((each) => each.trim() === SECTION);
  if (head >= 0) {
    return { text: lines.toSpliced(head + 1, 0, line).join('\n'), former: null, inserted: null };
  }
  const inserted = `${text === '' || text.endsWith('\n') ? '' : '\n'}${SECTION}\n${line}\n`;
  return { text: text + inserted, former: null, inserted };
}

/** Undoes the edit in a text that may have changed since; the text as it is when the default is another's by now. */
export function restoreDefault(text: string, type: string, desktop: string, edit: Omit<Edit, 'text'>): string {
  const lines = text.split('\n');
  const at = lineOf(lines, type);
  if (at === null || defaultOf(text, type) !== desktop) return text;
  if (edit.former !== null) return lines.with(at, edit.former).join('\n');
  const where = edit.inserted === null ? -1 : text.lastIndexOf(edit.inserted);
  if (where >= 0 && edit.inserted !== null) return text.slice(0, where) + text.slice(where + edit.inserted.length);
  return lines.toSpliced(at, 1).join('\n');
}

function lineOf(lines: readonly string[], type: string): number | null {
  let inside = false;
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('[')) inside = line.trim() === SECTION;
    else if (inside && line.split('=', 1)[0]?.trim() === type) return index;
  }
  return null;
}
