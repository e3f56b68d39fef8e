import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../fixture/index.ts';
import type { TestBrowser } from './browser.ts';

/** Waits for a download whose name ends so and whose last bytes are these; resolves to its path. */
export function downloaded({ downloads }: TestBrowser, ending: string, last = ''): Promise<string> {
  return until(`a file ${ending} is downloaded`, () => {
    const found = readdirSync(downloads).find((file) => file.endsWith(ending));
    if (found === undefined) return undefined;
    const path = join(downloads, found);
    const bytes = readFileSync(path);
    return bytes.length > 0 &&
      bytes
        .subarray(-last.length - 1)
        .toString('latin1')
        .includes(last)
      ? path
      : undefined;
  });
}
