/**
 * Breaks text into lines of at most `width` characters at spaces; a longer word keeps its line, so that paths and commands stay
 * whole. Line breaks in the text are kept.
 */
export function wrap(text: string, width: number): string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line = '';
    for (const word of paragraph.split(' ')) {
      if (line !== '' && [...line].length + 1 + [...word].length > width) {
        lines.push(line);
        line = word;
      } else {
        line = line === '' ? word : `${line} ${word}`;
      }
    }
    return [...lines, line];
  });
}

/**
 * Text from a token, a certificate or another program, made fit for a terminal: no control characters, which could move its
 * cursor, and none that turn the direction of reading.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
