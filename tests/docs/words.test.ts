import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, root } from './document.ts';

const TEXT =
  /(?:\.(?:ts|mts|mjs|js|json|md|c|h|sh|toml|template|yml|yaml)|(?:^|\/)(?:Dockerfile|LICENSE|run|\.npmrc|\.gitignore))$/;
const files = filesBelow().filter((path) => TEXT.test(path) && path !== 'package-lock.json');

/** Names of machines that anybody may know: loopback, reserved names (RFC 2606, RFC 6761), standards and public projects. */
const HOSTS = [
  /^(localhost|127(\.\d+){3}|\[::1\]|x|signet)$/,
  /(^|\.)(invalid|example|test|localhost)$/,
  /(^|\.)example\.(com|org|net)$/,
  /^(json-schema\.org|keepachangelog\.com|semver\.org|brew\.sh|wiki\.debian\.org|www\.sqlite\.org|no-color\.org)$/,
];
/** The image's own. */
const IMAGE = /^\/root\/\.npm$/;

interface Finding {
  file: string;
  found: string;
}

function findings(pattern: RegExp, allowed: (found: string) => boolean): Finding[] {
  return files.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(pattern)]
      .map(([whole, part]) => part ?? whole)
      .filter((found) => !allowed(found))
      .map((found) => ({ file, found })),
  );
}

describe('nothing here names the place it was written at', () => {
  it('by an absolute path', () => {
    expect(findings(/(?<![\w.$}/])\/(?:work|root)\/[\w.-]+/g, (path) => IMAGE.test(path))).toEqual([]);
  });

  it('by the address of a machine', () => {
    const allowed = (host: string): boolean => host.includes('$') || HOSTS.some((pattern) => pattern.test(host.toLowerCase()));
    expect(findings(/\b(?:https?|wss?):\/\/(\[[0-9a-f:]+\]|[^/:\s"'`)\]>\\,;]+)/g, allowed)).toEqual([]);
  });

  it('by an e-mail address', () => {
    const allowed = (address: string): boolean => HOSTS.some((pattern) => pattern.test(address.replace(/^.*@/, '')));
    expect(findings(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/g, allowed)).toEqual([]);
  });

  it('and the check sees what it should', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files).toContain('README.md');
  });
});
