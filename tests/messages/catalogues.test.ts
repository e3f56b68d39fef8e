import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors/index.ts';
import { LANGUAGES } from '../../src/messages/index.ts';

type Tree = { [key: string]: string | Tree };

const source = join(import.meta.dirname, '../../src');

function flat(tree: Tree, prefix = ''): [string, string][] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === 'string' ? [[`${prefix}${key}`, value]] : flat(value, `${prefix}${key}.`),
  );
}

function catalogue(language: string): Map<string, string> {
  const folder = join(source, 'messages', language);
  const areas = readdirSync(folder).sort();
  return new Map(
    areas.flatMap((file) => flat(JSON.parse(readFileSync(join(folder, file), 'utf8')) as Tree, `${basename(file, '.json')}.`)),
  );
}

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1] ?? '').sort();
}

describe('Spanish', () => {
  it('has one word for a file', () => {
    for (const [key, text] of catalogue('es')) expect(text, key).not.toMatch(/fichero/i);
  });
});

const english = catalogue('en');

describe.each(LANGUAGES)('the catalogue %s', (language) => {
  const texts = catalogue(language);

  it('has the keys of the English one, in the same order', () => {
    expect([...texts.keys()]).toEqual([...english.keys()]);
  });

  it('has the same placeholders in every text', () => {
    for (const [key, text] of texts) expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
  });

  it('has no empty text, no double blank, and none at an end that is not a prompt', () => {
    for (const [key, text] of texts) {
      expect(text, key).not.toMatch(/ {2}|^\s|^$/);
      if (!key.startsWith('cli.ask.')) expect(text, key).not.toMatch(/\s$/);
    }
  });

  it('has title, detail and next step for every error code, and for no other', () => {
    const codes = new Set([...texts.keys()].filter((key) => key.startsWith('errors.')).map((key) => key.split('.')[1]));
    expect([...codes].sort()).toEqual([...ERROR_CODES].sort());
    for (const code of ERROR_CODES)
      for (const part of ['title', 'detail', 'next']) expect(texts.has(`errors.${code}.${part}`), `${code}.${part}`).toBe(true);
  });
});

describe('the French catalogue', () => {
  it('keeps high punctuation on the line of its word', () => {
    for (const [key, text] of catalogue('fr')) expect(text, key).not.toMatch(/ [:;?!»]/);
  });
});

describe('keys in the code', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const text = files.map((file) => readFileSync(join(source, file), 'utf8')).join('\n');

  it('are in the catalogue', () => {
    const used = [...text.matchAll(/\bt\(\s*'([a-z]+\.[\w.]+)'/g)].map((match) => match[1] ?? '');
    expect(used.length).toBeGreaterThan(60);
    for (const key of new Set(used)) expect(english.has(key) || english.has(`${key}_one`), key).toBe(true);
  });

  it('of failures are in the catalogue', () => {
    const codes = [...text.matchAll(/new CliFailure\(\s*'(\w+)'/g)].map((match) => match[1] ?? '');
    expect(codes.length).toBeGreaterThan(10);
    for (const code of new Set(codes)) expect(english.has(`cli.failure.${code}.title`), code).toBe(true);
    const daemon = [...text.matchAll(/'(daemon\.failure\.\w+)'/g)].map((match) => match[1] ?? '');
    for (const key of new Set(daemon)) expect(english.has(key), key).toBe(true);
  });

  it('of variants are in the catalogue', () => {
    const variants: Record<string, string[]> = {
      pin_required: ['every_time', 'session_lost'],
      pin_state_unknown: ['not_initialised', 'unreadable', 'already_logged_in'],
      rate_limited: ['console', 'prompt'],
      no_certificate: ['filter', 'usage', 'expired'],
      origin_not_paired: ['insecure', 'right', 'revoked', 'login_content'],
      origin_not_found: ['certificate'],
      local_only: ['prompt', 'site'],
      prompt_cancelled: ['gone', 'more', 'declined', 'stopped'],
      prompt_timeout: ['unanswered'],
      queue_full: ['prompt', 'sessions'],
      launch_refused: ['session', 'ports', 'version', 'service', 'server'],
      local_tls_missing: ['unusable'],
      algorithm_unsupported: ['key', 'token', 'digest'],
      case_step_state: ['over', 'nothing_to_undo', 'required', 'no_reason', 'nothing_awaited', 'answer_first'],
      case_date: ['no_day', 'future', 'before_opening', 'before_waiting'],
      case_full: ['files', 'notes'],
      case_import_invalid: ['content', 'not_a_case', 'newer', 'damaged', 'too_large'],
    };
    for (const [code, names] of Object.entries(variants))
      for (const name of names) expect(english.has(`errors.${code}.detail_${name}`), `${code}/${name}`).toBe(true);
    const known = new Set(Object.values(variants).flat());
    // Variants of the doctor's findings have texts of their own, which its tests hold.
    const others = files
      .filter((file) => !file.startsWith('diagnostics'))
      .map((file) => readFileSync(join(source, file), 'utf8'));
    for (const match of others.join('\n').matchAll(/variant: '(\w+)'/g)) expect(known).toContain(match[1]);
  });
});
