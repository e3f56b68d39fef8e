/** Stands for a blank inside of something that is not to be broken; U+FDD0 is no character, and in no text. */
const HELD = '\ufdd0';

/** Text that `wrap` leaves on one line, such as a path with a blank in it. */
export function whole(text: string): string {
  return text.replaceAll(' ', HELD);
}

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
    return [...lines, line].map((each) => each.replaceAll(HELD, ' '));
  });
}

/** Words that are longer than a line, cut into lines of their own. */
export function fold(text: string, width: number): string {
  return text
    .split(' ')
    .map((word) => (word.match(new RegExp(`.{1,${width}}`, 'gu')) ?? []).join('\n'))
    .join(' ');
}

/**
 * Text from a token, a certificate or another program, made fit for a terminal: no control characters, which could move its
 * cursor, and none that turn the direction of reading.
 */
export function plain(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
