import type { DiagnosticReport, DiagnosticResult } from '../client/index.ts';
import type { Page } from './page.ts';
import { type Palette, paletteFor } from './palette.ts';
import { page, type Shell } from './shell.ts';
import { widthOf } from './terminal.ts';
import { plain, wrap } from './wrap.ts';

const MARK = { pass: '✓', warn: '!', fail: '✗', skip: '–', unknown: '?' } as const;
/** Checks that are told with those of another area, whose matter they are. */
const TOLD_WITH: Readonly<Record<string, string>> = { 'os.arch': 'driver', 'os.polkit': 'pcsc' };

/** A notice tells of something that is as it should be for many, such as a browser without a connection. */
export function isWrong({ result, severity }: DiagnosticResult): boolean {
  return result === 'fail' || (result === 'warn' && severity !== 'notice');
}

/** What the doctor finds, written line by line as it comes; nothing with --json. */
export class DoctorPage {
  readonly #shell: Shell;
  readonly #palette: Palette;
  #area = '';
  #last: DiagnosticResult | undefined;
  begun = false;

  constructor(shell: Shell) {
    this.#shell = shell;
    this.#palette = paletteFor(shell.terminal.stdout, shell.terminal.env);
  }

  /** Says that no daemon answered. */
  fromBeside(): void {
    this.#write(0, this.#shell.t('doctor.beside'), this.#palette.yellow);
    this.#write(0, '');
  }

  /** Writes one result. What went well, or was left out, for some subjects of a check that is told already needs no line. */
  add(result: DiagnosticResult): void {
    const { t } = this.#shell;
    const { dim } = this.#palette;
    this.begun = true;
    this.#heading(result.id);
    const last = this.#last;
    this.#last = result;
    const quiet = result.result === 'pass' || result.result === 'skip';
    if (quiet && last?.id === result.id) return;
    // A title names what should be so; beside a cross it would read as if it were.
    const wrong = result.result === 'warn' || result.result === 'fail';
    this.#write(2, `${MARK[result.result]} ${plain(wrong ? result.found : result.title)}`, this.#paint(result.result), 2);
    if (quiet) return;
    if (!wrong) this.#write(4, plain(result.found));
    const evidence = Object.entries(result.evidence).flatMap(([name, value]) => (value === null ? [] : [`${name}: ${value}`]));
    if (evidence.length > 0) this.#write(4, plain(evidence.join(', ')), dim);
    if (result.fix !== null) this.#write(4, `→ ${plain(result.fix)}`, undefined, 2);
    if (result.procedureId !== undefined) this.#write(6, t('doctor.procedure', { id: plain(result.procedureId) }), dim);
  }

  /** The end of the page: where to start, how much of what, and the line without which the report was cut off. */
  closing({ checks, summary }: DiagnosticReport): Page {
    const { t } = this.#shell;
    const { startHere, ...counts } = summary;
    const told = page().blank();
    const start = checks.find((check) => check.id === startHere && isWrong(check));
    if (start === undefined) {
      const verdict = counts.unknown > 0 ? 'none_found' : counts.warn > 0 ? 'only_notices' : 'all_fine';
      told.verdict(counts.unknown === 0 ? 'good' : 'unsure', t(`doctor.${verdict}`));
    } else {
      told.verdict(start.result === 'fail' ? 'bad' : 'unsure', t('doctor.start_here', { title: start.found }));
      if (start.fix !== null) told.item('→', start.fix);
    }
    return told.blank().text(t('doctor.counts', counts)).text(t('doctor.end'));
  }

  #heading(id: string): void {
    const area = TOLD_WITH[id] ?? id.split('.')[0] ?? '';
    if (area === this.#area) return;
    if (this.#area !== '') this.#write(0, '');
    this.#area = area;
    this.#write(0, this.#shell.t(`doctor.area.${area}`), this.#palette.bold);
  }

  #paint(result: DiagnosticResult['result']): (text: string) => string {
    const { red, green, yellow, dim } = this.#palette;
    return { pass: green, warn: yellow, fail: red, skip: dim, unknown: yellow }[result];
  }

  /** Writes text so many columns in; further lines of it `hang` columns more. */
  #write(indent: number, text: string, paint: (text: string) => string = (same) => same, hang = 0): void {
    const { json, terminal } = this.#shell;
    if (json) return;
    const width = widthOf(terminal.stdout, terminal.env);
    wrap(text, width - indent - hang).forEach((line, index) => {
      const margin = ' '.repeat(line === '' ? 0 : indent + (index === 0 ? 0 : hang));
      terminal.stdout.write(`${margin}${line === '' ? '' : paint(line)}\n`);
    });
  }
}
