import { bareName, type Dialog, LARGEST_FILES, MOST_FILES, type PickedFile, type QuestionOf } from '../prompt/index.ts';
import { type Acts, outcomeOf } from './acts.ts';
import { documentCard } from './cards.ts';
import { askerOf, type Site } from './site.ts';

/** What a site says about the files that it wants; its words are shown as its own. */
export interface FileWish {
  title: string;
  description: string;
  /** Without a dot. */
  extensions: readonly string[];
  multiple: boolean;
}

/** Kinds of file that a question names, and how one is written. */
const MOST_EXTENSIONS = 20;
const EXTENSION = /^[A-Za-z0-9]{1,16}$/;
/** Characters of a site's words: more are not shown anyway. */
const LONGEST_WORDS = 500;

/** Has the person pick files. The audit keeps how many, not their names. Throws what the prompt ends with. */
export async function pickFiles(dialog: Dialog, acts: Acts, site: Site, wish: FileWish): Promise<readonly PickedFile[]> {
  const question: QuestionOf<'load'> = {
    kind: 'load',
    asker: askerOf(site),
    title: wish.title.slice(0, LONGEST_WORDS),
    description: wish.description.slice(0, LONGEST_WORDS),
    extensions: wish.extensions.filter((each) => EXTENSION.test(each)).slice(0, MOST_EXTENSIONS),
    multiple: wish.multiple,
    limits: { files: wish.multiple ? MOST_FILES : 1, bytes: LARGEST_FILES },
  };
  return recorded(acts, site, 'site.load', async () => {
    const { files } = await dialog.ask(question);
    await acts.requireStill(dialog, site, 'sign');
    return { done: files, detail: { files: files.length } };
  });
}

/** Has the person save a file. Throws what the prompt ends with. */
export async function saveFile(dialog: Dialog, acts: Acts, site: Site, name: string, content: Buffer): Promise<void> {
  const { digest } = documentCard(null, 'sha256', content, true);
  const bare = bareName(name, 'file');
  const size = content.length;
  await recorded(acts, site, 'site.save', async () => {
    await dialog.ask({ kind: 'save', asker: askerOf(site), name: bare, size, digest, content });
    return { done: undefined, detail: { bytes: size } };
  });
}

async function recorded<T>(
  acts: Acts,
  site: Site,
  action: string,
  work: () => Promise<{ done: T; detail: Record<string, number> }>,
): Promise<T> {
  try {
    const { done, detail } = await work();
    acts.record(site, action, 'ok', null, detail);
    return done;
  } catch (error) {
    acts.record(site, action, outcomeOf(error), null);
    throw error;
  }
}
