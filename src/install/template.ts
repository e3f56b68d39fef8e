import { readFileSync } from 'node:fs';

const FOLDER = new URL('../../native-config/', import.meta.url);

/** A file of `native-config/`, with its `{{names}}` filled in. Throws when the template wants a value that is not given. */
export function template(name: string, values: Readonly<Record<string, string>> = {}): string {
  return readFileSync(new URL(name, FOLDER), 'utf8').replace(/\{\{(\w+)\}\}/g, (_whole, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`${name} wants ${key}`);
    return value;
  });
}
