import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, root } from './document.ts';

const TEXT =
  /(?:\.(?:ts|mts|mjs|js|json|md|c|h|sh|toml|template|yml|yaml)|(?:^|\/)(?:Dockerfile|LICENSE|run|\.npmrc|\.gitignore))$/;
const files = filesBelow().filter((path) => TEXT.test(path) && path !== 'package-lock.json');

/** Names of machines that anybody may know: loopback, reserved names (RFC 2606, RFC 6761, RFC 5737), standards and public projects. */
const HOSTS = [
  /^(localhost|127(\.\d+){3}|\[::1\]|x|signet)$/,
  /(^|\.)(invalid|example|test|localhost)$/,
  /(^|\.)example\.(com|org|net)$/,
  // Sites of several countries, as texts and tests imagine them.
  /(^|\.)example\.(es|eu|fi|fr)$/,
  /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/,
  /^(json-schema\.org|keepachangelog\.com|semver\.org|brew\.sh|wiki\.debian\.org|www\.sqlite\.org|no-color\.org|www\.w3\.org)$/,
  // Patterns of addresses, and an AutoFirma operation where a host would be.
  /^(\*|<host|\[\*\.|sign\?op=sign)$/,
  // The Spanish administration's signature policy is known by its address.
  /^sede\.administracion\.gob\.es$/,
];
/** The image's own. */
const IMAGE = /^\/root\/\.npm$/;

/** Issuers' public addresses are what procedures are made of, and so are in their data and in what holds it to its sources. */
const ISSUERS = /^(?:src\/procedures\/data|tests\/procedures)\//;

interface Finding {
  file: string;
  found: string;
}

function findings(pattern: RegExp, allowed: (found: string) => boolean, among = files): Finding[] {
  return among.flatMap((file) =>
    [...readFileSync(join(root, file), 'utf8').matchAll(pattern)]
      .map(([whole, part]) => part ?? whole)
      .filter((found) => !allowed(found))
      .map((found) => ({ file, found })),
  );
}

const ownWords = files.filter((file) => !ISSUERS.test(file));

describe('nothing here names the place it was written at', () => {
  it('by an absolute path', () => {
    expect(findings(/(?<![\w.$}/])\/(?:work|root)\/[\w.-]+/g, (path) => IMAGE.test(path))).toEqual([]);
  });

  it('by the address of a machine', () => {
    const allowed = (host: string): boolean => host.includes('$') || HOSTS.some((pattern) => pattern.test(host.toLowerCase()));
    expect(findings(/\b(?:https?|wss?):\/\/(?:[^/@\s"'`]*@)?(\[[0-9a-f:]+\]|[^/:\s"'`)\]>\\,;]+)/g, allowed, ownWords)).toEqual(
      [],
    );
  });

  it('by an e-mail address', () => {
    const allowed = (address: string): boolean => HOSTS.some((pattern) => pattern.test(address.replace(/^.*@/, '')));
    expect(findings(/[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}\b/g, allowed, ownWords)).toEqual([]);
  });

  it('and the check sees what it should', () => {
    expect(files.length).toBeGreaterThan(100);
    expect(files).toContain('README.md');
  });
});
