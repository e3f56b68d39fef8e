import { readFileSync } from 'node:fs';

/** This package's version. */
export function packageVersion(): string {
  return packageFile().version;
}

/** The SPDX name of this package's licence. */
export function packageLicense(): string {
  return packageFile().license;
}

function packageFile(): { version: string; license: string } {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return JSON.parse(text) as { version: string; license: string };
}
