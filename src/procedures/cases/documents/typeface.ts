import { createRequire } from 'node:module';

type Document = PDFKit.PDFDocument;

/** Shown for a letter that the font does not have. */
const UNKNOWN = '\ufffd';
const FILES = { sans: 'DejaVuSans.ttf', bold: 'DejaVuSans-Bold.ttf' } as const;

export type FontName = keyof typeof FILES;

/** One embedded font of a document: what it can show and how wide that is. */
export interface Typeface {
  name: FontName;
  /** The text with every letter that the font lacks made visible as such. */
  showable: (text: string) => string;
  /** Width in points. */
  width: (text: string, size: number) => number;
}

/** Puts a font into the document. */
export function typeface(doc: Document, name: FontName): Typeface {
  const file = createRequire(import.meta.url).resolve(`dejavu-fonts-ttf/ttf/${FILES[name]}`);
  doc.registerFont(name, file);
  doc.font(name);
  // The library shows an empty box without any meaning for a letter that is missing and has no way to ask beforehand.
  const { font } = (doc as unknown as { _font: { font: { hasGlyphForCodePoint: (code: number) => boolean } } })._font;
  const known = new Map<string, boolean>();
  const widths = new Map<string, number>();
  const has = (sign: string): boolean => {
    const found = known.get(sign) ?? font.hasGlyphForCodePoint(sign.codePointAt(0) ?? 0);
    known.set(sign, found);
    return found;
  };
  return {
    name,
    showable: (text) => [...text].map((sign) => (has(sign) ? sign : UNKNOWN)).join(''),
    width: (text, size) => {
      const one = widths.get(text) ?? doc.font(name).fontSize(1000).widthOfString(text) / 1000;
      widths.set(text, one);
      return one * size;
    },
  };
}
