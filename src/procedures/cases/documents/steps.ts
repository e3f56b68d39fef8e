import { type Language, type Translate, translator } from '../../../messages/index.ts';
import type { ProcedureView, StepView } from '../../view.ts';
import type { CaseDocumentInput } from '../record.ts';
import { writeHeading, writeList, writeRows, writeWarning } from './blocks.ts';
import { showDate, showDay } from './language.ts';
import { label } from './letter.ts';
import { FAINT, type Paper, type Style } from './paper.ts';
import { plainLines, sentence } from './plain.ts';

const SIGNS = { todo: '○', ready: '▶', waiting: '◔', done: '✔', not_needed: '–' } as const;
const INSET = 26;

/** What it costs, and the issuer's steps in order, each with where it stands. */
export function writeSteps(paper: Paper, input: CaseDocumentInput, view: ProcedureView, language: Language): void {
  const t = translator(language);
  writeHeading(paper, 1, t('dossier.steps.heading'));
  paper.text('P', t('dossier.steps.intro', { title: view.title, date: showDay(input.now, language) }), { after: 10 });
  const fee = view.facts.find(({ key }) => key === 'fee');
  if (fee !== undefined) writeRows(paper, [{ label: t('dossier.steps.fee'), value: sentence(fee.text) }]);
  paper.y += 6;
  if (view.noSteps !== null) paper.text('P', sentence(view.noSteps));
  paper.within('L', () => {
    for (const step of view.steps) if (!paper.full) paper.within('LI', () => writeStep(paper, input, step, language));
  });
}

function writeStep(paper: Paper, input: CaseDocumentInput, step: StepView, language: Language): void {
  const t = translator(language);
  const x = paper.left + INSET;
  const style = { x, width: paper.width - INSET };
  const small = { ...style, size: 9.5, after: 2 };
  const said = (key: string, value: string): string => t('dossier.row', { label: t(`dossier.steps.${key}`), value });
  paper.ensure(heightOf(paper, step, style));
  const top = paper.y;
  paper.text('Lbl', `${step.number}.`, { bold: true, size: 11 });
  if (paper.full) return;
  paper.y = top;
  paper.within('LBody', () => {
    paper.text('P', step.action, { ...style, bold: true, size: 11, after: 3 });
    paper.text('P', standing(input, step.id, t, language), { ...small, bold: true });
    const ways = [step.whoText, step.channel === 'none' ? '' : step.channelText, step.contact?.name ?? ''];
    paper.text('P', sentence(ways.filter((way) => way !== '').join(' · ')), { ...small, colour: FAINT, after: 4 });
    for (const detail of step.details) paper.text('P', detail, small);
    if (step.onlyIf !== null) paper.text('P', said('only', step.onlyIf), small);
    if (step.needs.length > 0) paper.ensure(34);
    if (step.needs.length > 0) paper.text('P', label(t('dossier.steps.needs'), t), { ...small, colour: FAINT });
    writeList(
      paper,
      step.needs.map(({ text }) => text),
      '•',
      { ...style, size: 9.5, after: 1 },
    );
    if (step.waitsFor !== null) paper.text('P', step.waitsFor.sentence, { ...small, after: 5 });
    if (step.notBefore !== null) writeWarning(paper, t('dossier.before', { text: step.notBefore }), style);
    const record = input.steps.find(({ id }) => id === step.id);
    if (record?.reference) paper.text('P', said('reference', record.reference), small);
    const [first, ...more] = plainLines(record?.note ?? '');
    if (first !== undefined) paper.text('P', said('note', first), small);
    for (const line of more) paper.text('P', line, small);
  });
  paper.y += 10;
}

/** About how high a step is, in points, so that one which fits on a page is not torn apart. */
function heightOf(paper: Paper, { action, details, needs, waitsFor, notBefore, onlyIf }: StepView, style: Style): number {
  const small = { ...style, size: 9.5 };
  const texts = [...details, ...needs.map(({ text }) => text), waitsFor?.sentence, notBefore, onlyIf];
  const lines = texts.flatMap((text) => (text == null ? [] : paper.broken(text, small)));
  return (
    60 + paper.broken(action, { ...style, size: 11, bold: true }).length * 15 + lines.length * 15 + (notBefore === null ? 0 : 24)
  );
}

/** Where the step stands, and since when. */
function standing(input: CaseDocumentInput, id: string, t: Translate, language: Language): string {
  const state = input.states[id] ?? 'todo';
  const record = input.steps.find((each) => each.id === id);
  const done = state === 'done' ? (record?.doneAt ?? null) : null;
  const since = state === 'waiting' ? (record?.waitingSince ?? null) : null;
  if (done !== null) return `${SIGNS.done} ${t('dossier.steps.done', { date: showDate(done, language) })}`;
  if (since !== null) return `${SIGNS.waiting} ${t('dossier.steps.since', { date: showDate(since, language) })}`;
  return `${SIGNS[state]} ${t(`dossier.state.${state}`)}`;
}
