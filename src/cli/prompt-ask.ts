import type { OpenPrompt, PromptAnswer } from '../client/index.ts';
import { askLine } from './ask-line.ts';
import type { Page } from './page.ts';
import { askSecret } from './secret-terminal.ts';
import { page, type Shell } from './shell.ts';

/** What a question is asked with. */
export interface AskContext {
  shell: Shell;
  /** Shows something on standard error. */
  say(page: Page): void;
  /** Aborted when the question is closed. */
  signal: AbortSignal;
}

type Question = OpenPrompt['question'];
type QuestionOf<K extends Question['kind']> = Extract<Question, { kind: K }>;

/** The question as the person reads it. */
export function questionPage({ words, choices, waiting }: OpenPrompt, { t }: Shell): Page {
  const told = page().blank().title(words.title);
  if (waiting > 0) told.text(t('cli.prompt.more', { count: waiting }));
  told.blank();
  lines(told, words.lines);
  if (choices.length > 1) {
    for (const [index, choice] of choices.entries()) {
      told.blank().verdict('good', `${index + 1}`);
      lines(told, choice);
    }
  }
  if (words.warning !== null) told.blank().verdict('unsure', words.warning);
  return told.blank();
}

/**
 * Has the person answer; null is no. Throws `prompt_cancelled` when it is called off at the keyboard, and the signal's reason when
 * the question is closed.
 */
export async function askQuestion(prompt: OpenPrompt, context: AskContext): Promise<PromptAnswer | null> {
  const { question } = prompt;
  switch (question.kind) {
    case 'pair':
      return pair(question, context);
    case 'certificate':
      return certificate(question, context);
    case 'pin':
      return pin(question, prompt, context);
    case 'confirm':
      return (await agrees(context)) ? { kind: 'confirm' } : null;
    case 'load':
      return (await import('./prompt-files.ts')).load(question, context, (typed) => isNo(typed, context));
    case 'save':
      return (await import('./prompt-files.ts')).save({ id: prompt.id, question }, context, same);
    case 'final_try':
      return finalTry(context);
    case 'blocked':
      await askLine(context.shell.terminal, `${context.shell.t('cli.prompt.read')} `, context.signal);
      return { kind: 'blocked' };
  }
}

/** Milliseconds before a question can be answered: no PIN is sent sooner after several wrong ones. */
export function waitOf({ question, openedAt }: OpenPrompt): number {
  return question.kind === 'pin' ? Math.max(0, Date.parse(openedAt) + question.waitSeconds * 1_000 - Date.now()) : 0;
}

async function pair({ wants, days }: QuestionOf<'pair'>, context: AskContext): Promise<PromptAnswer | null> {
  const { t, terminal } = context.shell;
  if (!(await agrees(context))) return null;
  let chosen = days[0] ?? 0;
  if (days.length > 1) {
    const told = page().blank().text(t('cli.prompt.how_long'));
    for (const [index, count] of days.entries()) told.text(`${index + 1}  ${t('prompt.ok.pair', { count })}`);
    context.say(told);
    const line = `${t('cli.prompt.number_or_first', { count: days.length })} `;
    for (let found: number | undefined; found === undefined; chosen = found ?? chosen) {
      const typed = await askLine(terminal, line, context.signal);
      found = typed === '' ? days[0] : days[Number(typed) - 1];
    }
  }
  return { kind: 'pair', rights: wants, days: chosen };
}

async function certificate(question: QuestionOf<'certificate'>, context: AskContext): Promise<PromptAnswer | null> {
  const { t, terminal } = context.shell;
  const { candidates, rememberDays } = question;
  let chosen = candidates[0];
  if (candidates.length > 1) {
    for (chosen = undefined; chosen === undefined; ) {
      const typed = await askLine(terminal, `${t('cli.prompt.number', wordsFor(context, candidates.length))} `, context.signal);
      if (isNo(typed, context)) return null;
      chosen = /^\d+$/.test(typed) ? candidates[Number(typed) - 1] : undefined;
    }
  } else if (!(await agrees(context))) return null;
  if (chosen === undefined) return null;
  let remember = false;
  if (rememberDays !== null) {
    context.say(
      page()
        .blank()
        .text(t('prompt.remember', { days: rememberDays })),
    );
    remember = await agrees(context);
  }
  return { kind: 'certificate', credentialId: chosen.credentialId, remember };
}

async function pin(question: QuestionOf<'pin'>, { words }: OpenPrompt, context: AskContext): Promise<PromptAnswer | null> {
  const { t, terminal } = context.shell;
  const { signal } = context;
  if (question.token.pinPad) return (await agrees(context)) ? { kind: 'pin' } : null;
  context.say(page().text(t('cli.prompt.unseen')));
  return { kind: 'pin', pin: await askSecret(terminal, `${words.prompt ?? ''} `, signal) };
}

async function finalTry(context: AskContext): Promise<PromptAnswer | null> {
  const { t, terminal } = context.shell;
  const word = t('cli.prompt.final_word');
  const line = `${t('cli.prompt.final', { ...wordsFor(context), word })} `;
  for (;;) {
    const typed = await askLine(terminal, line, context.signal);
    if (same(typed, word)) return { kind: 'final_try' };
    if (isNo(typed, context)) return null;
  }
}

/** A word has to be typed: neither Enter alone nor a stray key agrees to anything. */
async function agrees(context: AskContext): Promise<boolean> {
  const { t, terminal } = context.shell;
  const { yes, no } = wordsFor(context);
  for (;;) {
    const typed = await askLine(terminal, `${t('cli.prompt.agree', { yes, no })} `, context.signal);
    if (same(typed, yes)) return true;
    if (isNo(typed, context)) return false;
  }
}

function isNo(typed: string, context: AskContext): boolean {
  return same(typed, wordsFor(context).no);
}

function wordsFor({ shell: { t } }: AskContext, count = 0): { yes: string; no: string; count: number } {
  return { yes: t('cli.prompt.yes'), no: t('cli.prompt.no'), count };
}

/** The same word, whatever its case and accents. */
function same(typed: string, word: string): boolean {
  return folded(typed) === folded(word);
}

function folded(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').replace(/\s+/gu, ' ').trim().toLowerCase();
}

function lines(told: Page, texts: readonly string[]): void {
  for (const text of texts)
    if (text === '') told.blank();
    else told.text(text);
}
