import type { Palette } from './palette.ts';
import { plain, wrap } from './wrap.ts';

type Line =
  | { kind: 'blank' }
  | { kind: 'text' | 'title' | 'good' | 'bad' | 'unsure' | 'command'; text: string }
  | { kind: 'item'; mark: string; style: 'text' | 'good' | 'bad' | 'unsure'; text: string }
  | { kind: 'field'; label: string; text: string }
  | { kind: 'raw'; text: string; style: 'text' | 'title' };

/** What a command prints: built line by line, wrapped and coloured when it is rendered. */
export class Page {
  readonly #lines: Line[] = [];

  title(text: string): this {
    return this.#add({ kind: 'title', text });
  }

  text(text: string): this {
    return this.#add({ kind: 'text', text });
  }

  /** A verdict. */
  verdict(kind: 'good' | 'bad' | 'unsure', text: string): this {
    return this.#add({ kind, text });
  }

  /** One of several things: further lines of it are indented like the first word after its mark. */
  item(mark: string, text: string, style: 'text' | 'good' | 'bad' | 'unsure' = 'text'): this {
    return this.#add({ kind: 'item', mark, style, text });
  }

  /** A line that can be pasted into a shell: never wrapped. */
  command(text: string): this {
    return this.#add({ kind: 'command', text });
  }

  /** A line that is neither wrapped nor changed. */
  raw(text: string, style: 'text' | 'title' = 'text'): this {
    return this.#add({ kind: 'raw', text, style });
  }

  /** A name and its value; left out when there is no value. */
  field(label: string, text: string | null | undefined): this {
    return text === null || text === undefined || text === '' ? this : this.#add({ kind: 'field', label, text });
  }

  blank(): this {
    return this.#add({ kind: 'blank' });
  }

  /** The page for a terminal so many characters wide. */
  render(width: number, palette: Palette): string {
    const labels = this.#lines.flatMap((line) => (line.kind === 'field' ? [line.label.length] : []));
    const column = Math.min(Math.max(0, ...labels), Math.floor(width / 2) - 4) + 2;
    return this.#lines
      .flatMap((line) => renderLine(line, width, column, palette))
      .map((line) => `${line}\n`)
      .join('');
  }

  #add(line: Line): this {
    this.#lines.push(line);
    return this;
  }
}

function renderLine(line: Line, width: number, column: number, palette: Palette): string[] {
  if (line.kind === 'blank') return [''];
  if (line.kind === 'command') return [`  ${palette.dim(line.text)}`];
  if (line.kind === 'raw') return line.text.split('\n').map((text) => (line.style === 'title' ? palette.bold(text) : text));
  if (line.kind === 'item') return renderItem(line.mark, plain(line.text), width).map(painted(line.style, palette));
  if (line.kind === 'field') return renderField(line.label, plain(line.text), width, column, palette);
  const lines = line.text.split('\n').flatMap((text) => wrap(plain(text), width));
  return lines.map(painted(line.kind, palette));
}

function painted(style: 'text' | 'title' | 'good' | 'bad' | 'unsure', palette: Palette): (text: string) => string {
  if (style === 'text') return (text) => text;
  return { title: palette.bold, good: palette.green, bad: palette.red, unsure: palette.yellow }[style];
}

function renderItem(mark: string, text: string, width: number): string[] {
  const margin = ' '.repeat(mark.length + 1);
  return wrap(text, width - margin.length).map((line, index) => `${index === 0 ? `${mark} ` : margin}${line}`);
}

function renderField(label: string, text: string, width: number, column: number, palette: Palette): string[] {
  // Too narrow for two columns: the value goes below its name.
  if (width < 44) return [`  ${palette.dim(label)}`, ...wrap(text, width - 4).map((line) => `    ${line}`)];
  const [first = '', ...others] = wrap(text, width - column - 3);
  const name = label.length > column ? [`  ${palette.dim(label)}`] : [];
  const start = name.length > 0 ? ' '.repeat(column + 3) : `  ${palette.dim(label.padEnd(column))} `;
  return [...name, `${start}${first}`, ...others.map((line) => `${' '.repeat(column + 3)}${line}`)];
}
