import { type Language, translator } from '../../../messages/index.ts';
import type { CaseDocumentInput } from '../record.ts';
import { writeBlank, writeHeading, writeWarning } from './blocks.ts';
import { holderRows, postStep } from './facts.ts';
import { issuerLanguage } from './language.ts';
import { addressOf, label } from './letter.ts';
import { FAINT, type Paper } from './paper.ts';

const WIDTH = 400;
const PADDING = 18;
const SIZES = [19, 15, 12, 10, 8];
const TALLEST = 560;
const LEADING = 1.38;
/** Between sender and address. */
const GAP = 26;
/** Lines to write the sender on where nobody has said who it is. */
const BLANKS = 3;

/** A label to cut out: the address large, the sender small, marks at the corners, and how to pack what is sent. */
export function writeLabel(paper: Paper, input: CaseDocumentInput, language: Language): void {
  const t = translator(language);
  writeHeading(paper, 1, t('dossier.stick.heading'));
  paper.text('P', t('dossier.stick.intro'), { after: 6 });
  const packing = postStep(input)?.step.needs.filter(({ kind }) => kind === 'packaging') ?? [];
  for (const { text } of packing) writeWarning(paper, text[language]);
  paper.y += 22;
  const x = paper.left + (paper.width - WIDTH) / 2;
  const inner = { x: x + PADDING, width: WIDTH - 2 * PADDING };
  const large = { ...inner, x: inner.x + 70, width: inner.width - 70, bold: true };
  const address = addressOf(input, issuerLanguage(input.procedure.country, language));
  const small = { ...inner, size: 8, colour: FAINT };
  const from = senderLines(input, language).flatMap((line) => paper.broken(line, small));
  const blanks = address.whole ? 0 : 3;
  const height = (size: number): number =>
    2 * PADDING +
    Math.max(from.length, BLANKS) * 8 * LEADING +
    GAP +
    (linesAt(paper, address.lines, { ...large, size }).length + blanks) * size * LEADING;
  const size = SIZES.find((each) => height(each) <= TALLEST) ?? SIZES.at(-1) ?? 8;
  const tall = height(size);
  const whole = tall <= TALLEST;
  if (whole) paper.ensure(tall + 20);
  const top = paper.y;
  if (whole) paper.artifact(() => marks(paper, x, top, tall));
  paper.y = top + PADDING;
  if (from.length > 0) paper.lines('P', from, small);
  else
    for (let line = 0; line < BLANKS; line += 1)
      writeBlank(paper, line === 0 ? label(t('dossier.stick.from'), t) : '', { ...small, width: 180 });
  paper.y += GAP;
  paper.lines('P', linesAt(paper, address.lines, { ...large, size }), { ...large, size });
  for (let line = 0; line < blanks; line += 1) writeBlank(paper, '', { ...large, size });
}

function linesAt(
  paper: Paper,
  address: readonly string[],
  style: { x: number; width: number; size: number; bold: boolean },
): string[] {
  return address.flatMap((line) => paper.broken(line, style));
}

function senderLines(input: CaseDocumentInput, language: Language): string[] {
  const t = translator(language);
  const [name, organisation, address] = holderRows(input, t);
  const known = [name?.value ?? '', organisation?.value ?? '', ...(address?.lines ?? [])].filter((line) => line !== '');
  return known.length > 0 ? [t('dossier.row', { label: t('dossier.stick.from'), value: known[0] ?? '' }), ...known.slice(1)] : [];
}

/** Hair lines outside the four corners, as printers set them, and a faint frame between. */
function marks({ doc }: Paper, x: number, y: number, height: number): void {
  doc.lineWidth(0.5).dash(2, { space: 3 }).rect(x, y, WIDTH, height).stroke('#d0d7de').undash();
  for (const [cx, dx] of [
    [x, -1],
    [x + WIDTH, 1],
  ] as const)
    for (const [cy, dy] of [
      [y, -1],
      [y + height, 1],
    ] as const) {
      doc.moveTo(cx + dx * 4, cy).lineTo(cx + dx * 18, cy);
      doc.moveTo(cx, cy + dy * 4).lineTo(cx, cy + dy * 18);
    }
  doc.stroke('#1b1f24');
}
