import { stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, isAbsolute, join, resolve } from 'node:path';
import type { OpenPrompt, PromptAnswer, PromptFile } from '../client/index.ts';
import { askLine } from './ask-line.ts';
import { CliFailure } from './failure.ts';
import type { AskContext } from './prompt-ask.ts';
import { chosenFile, FileProblem } from './read-file.ts';
import { tellError } from './report.ts';
import { page } from './shell.ts';
import { writeWhole } from './write-file.ts';

type Question = OpenPrompt['question'];
type QuestionOf<K extends Question['kind']> = Extract<Question, { kind: K }>;

/** Reads files whose paths the person types; null is no. What cannot be read is told and asked for again. */
export async function load(
  { limits }: QuestionOf<'load'>,
  context: AskContext,
  isNo: (typed: string) => boolean,
): Promise<PromptAnswer | null> {
  const { t } = context.shell;
  const files: PromptFile[] = [];
  let left = limits.bytes;
  while (files.length < limits.files) {
    const typed = await line(context, files.length === 0 ? 'load_path' : 'load_more');
    if (isNo(typed)) return null;
    if (typed === '') {
      if (files.length > 0) break;
      continue;
    }
    const path = pathOf(typed);
    try {
      const data = await chosenFile(path, left);
      left -= data.length;
      files.push({ name: basename(path), data });
      context.say(page().verdict('good', t('cli.prompt.chosen', { name: basename(path) })));
    } catch (error) {
      if (!(error instanceof FileProblem)) throw error;
      const params = { path, reason: error.reason, mebibytes: limits.bytes / 1024 ** 2 };
      context.say(page().verdict('unsure', t(`cli.prompt.${error.kind}`, params)));
    }
  }
  return { kind: 'load', files };
}

/** Saves the file of the question where the person says; null is no. A file that is there is written over only at a word. */
export async function save(
  { id, question: { name } }: { id: string; question: QuestionOf<'save'> },
  context: AskContext,
  isWord: (typed: string, word: string) => boolean,
): Promise<PromptAnswer | null> {
  const { shell, signal } = context;
  const { t, client } = shell;
  const no = t('cli.prompt.no');
  const content = await client.promptContent(id, { signal });
  for (;;) {
    const typed = await line(context, 'save_path');
    if (isWord(typed, no)) return null;
    if (typed === '') continue;
    const path = await placeOf(typed, name);
    try {
      if (!(await written(path, content, context, isWord))) continue;
      context.say(page().verdict('good', t('cli.prompt.saved', { path })));
      return { kind: 'save' };
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error;
      const { title, detail } = tellError(error, shell.language).problem;
      context.say(page().verdict('unsure', title).text(detail));
    }
  }
}

async function written(
  path: string,
  content: Buffer,
  context: AskContext,
  isWord: (typed: string, word: string) => boolean,
): Promise<boolean> {
  try {
    await writeWhole(path, content, false, 0o600);
    return true;
  } catch (error) {
    if (!(error instanceof CliFailure) || error.code !== 'output_exists') throw error;
  }
  const { t } = context.shell;
  const word = t('cli.prompt.save_word');
  for (;;) {
    const typed = await line(context, 'save_over', { path, word });
    if (isWord(typed, t('cli.prompt.no'))) return false;
    if (!isWord(typed, word)) continue;
    await writeWhole(path, content, true, 0o600);
    return true;
  }
}

function line({ shell: { t, terminal }, signal }: AskContext, key: string, params: Record<string, string> = {}): Promise<string> {
  return askLine(terminal, `${t(`cli.prompt.${key}`, { no: t('cli.prompt.no'), ...params })} `, signal);
}

/** A folder takes the file under the name that was proposed. */
async function placeOf(typed: string, name: string): Promise<string> {
  const path = pathOf(typed);
  const there = await stat(path).catch(() => null);
  return there?.isDirectory() === true ? join(path, name) : path;
}

/** What was typed as a path: quotes that a terminal puts around a dragged file, and `~`, mean what they mean in a shell. */
function pathOf(typed: string): string {
  const [, quoted] = /^(?:'([^']*)'|"([^"]*)")$/.exec(typed)?.filter((part) => part !== undefined) ?? [];
  const bare = quoted ?? typed.replace(/^~(?=$|\/)/, homedir());
  return isAbsolute(bare) ? bare : resolve(bare);
}
