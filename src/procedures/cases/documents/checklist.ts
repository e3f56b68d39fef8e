import { type Language, translator } from '../../../messages/index.ts';
import type { Channel } from '../../procedure.ts';
import type { ProcedureView } from '../../view.ts';
import type { CaseDocumentInput } from '../record.ts';
import { writeHeading, writeList, writeWarning } from './blocks.ts';
import { postStep } from './facts.ts';
import type { Paper } from './paper.ts';

const BOX = '☐';
/** Ways by which something is sent or carried; what the others need is to be at hand. */
const GROUPS: readonly Channel[] = ['post', 'email', 'in_person'];

/** Everything to have for the steps, by the way it goes, with boxes to tick. */
export function writeChecklist(paper: Paper, input: CaseDocumentInput, view: ProcedureView, language: Language): void {
  const t = translator(language);
  writeHeading(paper, 1, t('dossier.check.heading'));
  paper.text('P', t('dossier.check.intro'), { after: 4 });
  const posted = postStep(input);
  const groups = new Map<string, Set<string>>();
  for (const { channel, needs } of view.steps) {
    const name = GROUPS.includes(channel) ? channel : 'other';
    const group = groups.get(name) ?? new Set();
    groups.set(name, group);
    for (const { text } of needs) group.add(text);
  }
  for (const [group, texts] of groups) {
    const letter = group === 'post' && posted !== null ? [t('dossier.check.letter')] : [];
    const items = [...letter, ...texts];
    if (items.length === 0) continue;
    writeHeading(paper, 2, t(`dossier.check.${group}`));
    if (group === 'post' && posted?.step.notBefore != null)
      writeWarning(paper, t('dossier.before', { text: posted.step.notBefore[language] }));
    writeList(paper, items, BOX, { size: 11, after: 7 });
    if (paper.full) return;
  }
  if (posted === null && [...groups.values()].every((texts) => texts.size === 0)) paper.text('P', t('dossier.check.nothing'));
}
