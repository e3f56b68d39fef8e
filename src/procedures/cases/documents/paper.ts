import type { Language } from '../../../messages/index.ts';
import { breakLines, RIGHT_TO_LEFT } from './lines.ts';
import { oneLine } from './plain.ts';
import { type FontName, type Typeface, typeface } from './typeface.ts';

type Element = PDFKit.PDFStructureElement;
/** The types of the library leave `scope` out. */
type ElementOptions = PDFKit.Mixins.StructureElementOptions & { scope?: 'Row' | 'Column' };

export const MARGIN = 56;
export const INK = '#1b1f24';
export const FAINT = '#57606a';
/** Room at the foot of each page for its number and for the line that says that a text was cut. */
const FOOT = 68;
const LEADING = 1.38;

export interface Style {
  bold?: boolean;
  /** Points. */
  size?: number;
  colour?: string;
  /** Left edge and width in points; the page's own when left out. */
  x?: number;
  width?: number;
  /** Free space below, in points. */
  after?: number;
}

/**
 * A flow of tagged text over A4 pages. Every text is wrapped, never clipped; each part has a number of pages that it may take,
 * and what would go beyond is left out and said to be.
 */
export class Paper {
  readonly doc: PDFKit.PDFDocument;
  readonly left = MARGIN;
  readonly width: number;
  y = MARGIN;
  /** Whether the part has used up its pages: nothing more is drawn. */
  full = false;
  #inside: Element;
  #page = 0;
  #foot = FOOT;
  #last = 0;
  readonly #fonts: Record<FontName, Typeface>;
  readonly #root: Element;

  constructor(doc: PDFKit.PDFDocument) {
    this.doc = doc;
    this.#fonts = { sans: typeface(doc, 'sans'), bold: typeface(doc, 'bold') };
    this.#root = doc.struct('Document');
    doc.addStructure(this.#root);
    this.#inside = this.#root;
    this.width = 595.28 - 2 * MARGIN;
  }

  get bottom(): number {
    return this.doc.page.height - this.#foot;
  }

  /** The number of the page that is being written, from 1. */
  get page(): number {
    return this.#page;
  }

  /** A part on pages of its own, at most `pages` of them, with an entry in the list of bookmarks. `cut` says that more was left out. */
  part(title: string, { pages, cut, language }: { pages: number; cut: string; language: Language }, write: () => void): void {
    this.doc.addPage();
    this.#page += 1;
    this.#last = this.#page + pages - 1;
    this.y = MARGIN;
    this.full = false;
    this.doc.outline.addItem(this.#fonts.sans.showable(oneLine(title, 200)));
    this.within('Sect', write, { lang: language });
    if (!this.full) return;
    this.full = false;
    this.y = this.bottom + 8;
    this.#foot = 0;
    this.text('P', cut, { size: 8.5, colour: FAINT });
    this.#foot = FOOT;
  }

  /** Groups what `write` draws under one structure element, such as `L` or `Table`. */
  within(type: string, write: () => void, options: ElementOptions = {}): void {
    const outer = this.#inside;
    const element = this.doc.struct(type, options);
    outer.add(element);
    this.#inside = element;
    write();
    this.#inside = outer;
    element.end();
  }

  /** A line of text or a paragraph as one structure element. Empty text draws nothing. */
  text(type: string, text: string, style: Style = {}, options: ElementOptions = {}): void {
    this.lines(type, this.broken(text, style), style, options);
  }

  /** Lines that are broken already, as one structure element. */
  lines(type: string, lines: readonly string[], style: Style = {}, options: ElementOptions = {}): void {
    if (this.full || lines.length === 0) return;
    const height = lineHeight(style);
    this.ensure(height);
    if (this.full) return;
    const element = this.doc.struct(type, options);
    this.#inside.add(element);
    element.add(() => {
      for (const line of lines) {
        this.ensure(height);
        if (this.full) return;
        this.#draw(line, style);
        this.y += height;
      }
    });
    element.end();
    this.y += style.after ?? 0;
  }

  /** What is drawn for the eye only. */
  artifact(draw: () => void): void {
    this.doc.markContent('Artifact', { type: 'Layout' });
    draw();
    this.doc.endMarkedContent();
  }

  /** The text with what the font lacks made visible, broken into lines. */
  broken(text: string, style: Style = {}): string[] {
    const font = this.#fonts[style.bold === true ? 'bold' : 'sans'];
    const size = style.size ?? 10;
    const shown = font.showable(oneLine(text, 12_000));
    return shown === '' ? [] : breakLines(shown, style.width ?? this.width, (piece) => font.width(piece, size));
  }

  /** The width of a text in the usual font, in points. */
  widthOf(text: string, size: number): number {
    const font = this.#fonts.sans;
    return font.width(font.showable(text), size);
  }

  /** Begins a new page when less than `height` points are free. */
  ensure(height: number): void {
    if (this.full || this.y + Math.min(height, 600) <= this.bottom) return;
    if (this.#page >= this.#last) {
      this.full = true;
      return;
    }
    this.doc.continueOnNewPage();
    this.#page += 1;
    this.y = MARGIN;
  }

  /** Puts number and name on every page; the last thing to do. */
  finish(left: string, number: (page: number, pages: number) => string): void {
    const { start, count } = this.doc.bufferedPageRange();
    const foot = { size: 8, colour: FAINT };
    const font = this.#fonts.sans;
    const name = this.broken(left, { ...foot, width: this.width - 110 })[0] ?? '';
    for (let page = 0; page < count; page += 1) {
      this.doc.switchToPage(start + page);
      const shown = font.showable(number(page + 1, count));
      this.doc.markContent('Artifact', { type: 'Pagination' });
      this.y = this.doc.page.height - 40;
      this.#draw(name, foot);
      this.#draw(shown, { ...foot, x: this.left + this.width - font.width(shown, 8) });
      this.doc.endMarkedContent();
    }
    this.#root.end();
  }

  #draw(line: string, style: Style): void {
    const font = this.#fonts[style.bold === true ? 'bold' : 'sans'];
    const size = style.size ?? 10;
    // The library sets a word together with the blank behind it, which then stands on the wrong side of a word from the right.
    const pieces = RIGHT_TO_LEFT.test(line) ? line.split(' ') : [line];
    let x = style.x ?? this.left;
    for (const piece of pieces) {
      this.doc
        .font(font.name)
        .fontSize(size)
        .fillColor(style.colour ?? INK)
        .text(piece, x, this.y, { lineBreak: false });
      x += font.width(`${piece} `, size);
    }
  }
}

/** From one line to the next, in points. */
export function lineHeight(style: Style): number {
  return (style.size ?? 10) * LEADING;
}
