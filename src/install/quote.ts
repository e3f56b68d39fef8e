/** A word of a POSIX shell. */
export function forShell(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** A word of a Windows batch file, where a percent sign starts a variable even between quotes. */
export function forBatch(word: string): string {
  return `"${word.replaceAll('%', '%%')}"`;
}

/** A word of a Windows command line, as programs take it apart: backslashes count only before a quote. */
export function forWindows(word: string): string {
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, '$1$1')}"`;
}

/** A word of `ExecStart=` (systemd.service): no specifiers, no variables. */
export function forUnit(word: string): string {
  return `"${word.replace(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`;
}

/** A setting of `Environment=`, where variables are not replaced but specifiers are. */
export function forUnitEnvironment(setting: string): string {
  return `"${setting.replace(/["\\]/g, '\\$&').replaceAll('%', '%%')}"`;
}

/** A word of `Exec=` in a desktop file: quoted for its own shell rules, then as a string of the file, which doubles backslashes. */
export function forDesktop(word: string): string {
  return `"${word
    .replace(/["`$\\]/g, '\\$&')
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')}"`;
}

/** Text of an XML element. */
export function forXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
