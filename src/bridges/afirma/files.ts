import type { PickedFile } from '../../prompt/index.ts';
import { isTrue } from './properties.ts';
import { dataOf } from './request.ts';
import type { Work } from './work.ts';

/** `load`: `name:base64` of each file that the person picks, joined by `|`, neither of which a name of theirs has. */
export async function load(work: Work): Promise<string> {
  const files = await picked(work, isTrue(work.request.parameters.get('multiload')));
  return files.map(({ name, data }) => `${name}:${data.toString('base64')}`).join('|');
}

/** `save`: the person saves the page's file where they choose. */
export async function save({ request, sites, site, call }: Work): Promise<string> {
  const content = dataOf(request);
  await sites.save(site, { name: proposed(request.parameters, 'file'), content }, call);
  return 'OK';
}

/** The one file that the person picks to have it signed. */
export async function pickedOne(work: Work): Promise<PickedFile> {
  const [file] = await picked(work, false);
  if (file === undefined) throw new Error('an answer without a file');
  return file;
}

/** The name that the page proposes for a file; `otherwise` where it proposes none. A folder in it goes nowhere: see `bareName`. */
export function proposed(parameters: ReadonlyMap<string, string>, otherwise: string): string {
  const name = parameters.get('filename') ?? '';
  if (name.trim() !== '') return name;
  const [extension = ''] = listed(parameters.get('exts'));
  return extension === '' ? otherwise : `${otherwise}.${extension}`;
}

/** `filePath` is not looked at: a page has no say in which file of this machine is opened. */
function picked({ request: { parameters }, sites, site, call }: Work, multiple: boolean): Promise<readonly PickedFile[]> {
  const wish = {
    title: parameters.get('title') ?? '',
    description: parameters.get('desc') ?? '',
    extensions: listed(parameters.get('exts')),
    multiple,
  };
  return sites.load(site, wish, call);
}

function listed(text = ''): string[] {
  const words = text.slice(0, 1_000).split(',');
  return words.map((word) => word.trim().replace(/^\*?\./, '')).filter((word) => word !== '');
}
