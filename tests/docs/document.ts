import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';

/** The root of the checkout. */
export const root = join(import.meta.dirname, '..', '..');

const APART = new Set(['node_modules', 'dist', 'coverage', '.git']);

/** Every file of the checkout that is not made or installed, relative to its root, with `/` between names. */
export function filesBelow(folder = root): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !APART.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesBelow(path) : [relative(root, path).split(sep).join('/')];
    })
    .sort();
}

/** A fenced block: its language (empty without one) and its text. */
export interface Block {
  language: string;
  text: string;
}

/** A Markdown file, taken apart as far as the checks need it. */
export class Document {
  /** Relative to the root of the checkout. */
  readonly path: string;
  readonly text: string;
  readonly blocks: Block[] = [];
  /** Lines outside fenced blocks. */
  readonly lines: string[] = [];

  constructor(path: string) {
    this.path = path;
    this.text = readFileSync(join(root, path), 'utf8');
    let block: (Block & { fence: string }) | undefined;
    for (const line of this.text.split('\n')) {
      const [, fence = '', language = ''] = /^\s*(`{3,})(\S*)\s*$/.exec(line) ?? [];
      if (block === undefined && fence !== '') block = { fence, language, text: '' };
      else if (block === undefined) this.lines.push(line);
      else if (fence === block.fence && language === '') {
        this.blocks.push({ language: block.language, text: block.text });
        block = undefined;
      } else block.text += `${line}\n`;
    }
    if (block !== undefined) throw new Error(`${path}: a fenced block is not closed`);
  }

  /** Anchors of the headings, as GitHub makes them. */
  get anchors(): Set<string> {
    const seen = new Map<string, number>();
    const anchors = this.headings.map(({ title }) => {
      const slug = slugOf(title);
      const before = seen.get(slug) ?? 0;
      seen.set(slug, before + 1);
      return before === 0 ? slug : `${slug}-${before}`;
    });
    return new Set(anchors);
  }

  get headings(): { level: number; title: string }[] {
    return this.lines.flatMap((line) => {
      const [, marks = '', title = ''] = /^(#{1,6}) +(.+?) *$/.exec(line) ?? [];
      return marks === '' ? [] : [{ level: marks.length, title }];
    });
  }

  /** Targets of inline links and images. */
  get links(): string[] {
    const prose = this.lines.join('\n').replace(/`[^`\n]*`/g, '');
    return [...prose.matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target);
  }

  /** Inline code. */
  get code(): string[] {
    return this.lines.flatMap((line) => [...line.matchAll(/`([^`]+)`/g)].map(([, text = '']) => text));
  }

  /** The text below a heading, up to the next of its level or above. Throws when there is no such heading. */
  section(title: string): string[] {
    const start = this.lines.findIndex((line) => line.replace(/^#+ +/, '') === title && line.startsWith('#'));
    if (start < 0) throw new Error(`${this.path} has no heading "${title}"`);
    const level = /^#+/.exec(this.lines[start] ?? '')?.[0].length ?? 1;
    const rest = this.lines.slice(start + 1);
    const end = rest.findIndex((line) => new RegExp(`^#{1,${level}} `).test(line));
    return end < 0 ? rest : rest.slice(0, end);
  }
}

/** Every Markdown file of the checkout. */
export function documents(): Document[] {
  return filesBelow()
    .filter((path) => path.endsWith('.md'))
    .map((path) => new Document(path));
}

/** Rows of the tables in these lines, without heads, as trimmed cells. */
export function tableRows(lines: readonly string[]): string[][] {
  const rows: string[][] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.startsWith('|') || isRule(line) || isRule(lines[index + 1] ?? '')) continue;
    const cells = line
      .replace(/^\|/, '')
      .replace(/\|\s*$/, '')
      .split(/(?<!\\)\|/);
    rows.push(cells.map((cell) => cell.trim()));
  }
  return rows;
}

/** The text of a cell that is nothing but inline code; undefined for any other. */
export function codeOf(cell: string | undefined): string | undefined {
  return /^`([^`]+)`$/.exec(cell ?? '')?.[1];
}

/** Whether a path relative to the root exists. */
export function exists(path: string): boolean {
  return existsSync(join(root, path));
}

function isRule(line: string): boolean {
  return /^\|(\s*:?-+:?\s*\|)+\s*$/.test(line);
}

function slugOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');
}
