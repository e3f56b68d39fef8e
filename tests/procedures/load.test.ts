import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/messages/index.ts';
import { loadProcedures, type Procedure, PURPOSES, readProcedure, reasonOf } from '../../src/procedures/index.ts';
import { Folder, need, sample, step, texts } from './sample.ts';

/** Refusals of one file with this content, as `[member, code, the text of the line]`. */
function refusals(content: object | string | Buffer, name = 'acme.unblock.json'): [string, string, string | null][] {
  using folder = new Folder();
  const file = folder.write(name, content);
  const read = readProcedure(file);
  const text = typeof content === 'string' ? content : Buffer.isBuffer(content) ? '' : JSON.stringify(content, null, 2);
  return ('refusals' in read ? read.refusals : []).map((refusal) => {
    expect(refusal.file).toBe(file);
    for (const language of LANGUAGES) {
      const reason = reasonOf(refusal, language);
      expect(reason).not.toContain('procedures.refusal');
      expect(reason).not.toContain('{{');
    }
    const line = refusal.line === null ? null : (text.split('\n')[refusal.line - 1] ?? '').trim();
    return [refusal.member, refusal.code, line];
  });
}

/** The sample as JSON with something in it that its type would not take. */
function spoilt(change: (file: Record<string, never> & Record<string, unknown>) => void): object {
  const file = structuredClone(sample()) as unknown as Record<string, never> & Record<string, unknown>;
  change(file);
  return file;
}

describe('the shipped procedures', () => {
  const { procedures, refusals: refused } = loadProcedures({ folders: [] });

  it('can all be used', () => {
    expect(refused).toEqual([]);
    expect(procedures.size).toBeGreaterThan(30);
    for (const purpose of PURPOSES) expect(procedures.get(`generic.${purpose}`)?.procedure.match.generic).toBe(true);
  });

  it('keep high punctuation on the line of its word in French', () => {
    const french = (value: unknown): string[] => {
      if (value === null || typeof value !== 'object') return [];
      return Object.entries(value).flatMap(([key, inner]) => (key === 'fr' ? [String(inner)] : french(inner)));
    };
    for (const { procedure } of procedures.values())
      for (const text of french(procedure)) expect(text, procedure.id).not.toMatch(/ [:;?!»]|« /);
  });
});

describe('a file of the right shape', () => {
  it('loads, with or without a word to the editor', () => {
    expect(refusals(sample())).toEqual([]);
    expect(refusals({ $schema: '../procedure.schema.json', ...sample() })).toEqual([]);
    using folder = new Folder();
    folder.write('acme.unblock.json', `\ufeff${JSON.stringify({ $schema: 'x', ...sample() })}`);
    folder.write('notes.txt', 'not looked at');
    folder.write('.hidden.json', 'not looked at');
    const { procedures, refusals: refused } = loadProcedures({ folders: [folder.path] });
    expect(refused).toEqual([]);
    expect(procedures.get('acme.unblock')?.procedure).toEqual(sample());
  });
});

describe('a file is refused with line and reason when', () => {
  const waits = (...order: [string, string[]][]) => ({ steps: order.map(([id, after]) => step(id, { after })) });

  it.each<[string, object, [string, string, string | null][]]>([
    ['a member is missing', spoilt((file) => delete file.tries), [['', 'missing', '{']]],
    ['a member is unknown', spoilt((file) => (file.trys = 3 as never)), [['trys', 'unknown_member', '"trys": 3']]],
    [
      'one below is',
      spoilt((file) => (file.match = { ...sample().match, issuerDN: [] } as never)),
      [['match.issuerDN', 'unknown_member', '"issuerDN": []']],
    ],
    ['a kind is wrong', spoilt((file) => (file.tries = '3' as never)), [['tries', 'type', '"tries": "3",']]],
    [
      'a word is not one of ours',
      spoilt((file) => (file.pathway = 'teleport' as never)),
      [['pathway', 'one_of', '"pathway": "teleport",']],
    ],
    [
      'a language is missing',
      spoilt((file) => (file.title = { en: 'x', fr: 'x' } as never)),
      [['title', 'missing', '"title": {']],
    ],
    ['a number is out of range', sample({ tries: 0 }), [['tries', 'range', '"tries": 0,']]],
    [
      'a text is empty',
      sample({ summary: [texts('ok'), { en: '', fr: 'x', es: 'x' }] }),
      [['summary.1.en', 'blank', '"en": "",']],
    ],
    [
      'a text is too long',
      sample({ title: { ...texts('x'), es: 'x'.repeat(2_001) } }),
      [['title.es', 'too_long', `"es": "${'x'.repeat(2_001)}"`]],
    ],
    [
      'an address is no web address',
      sample({ sources: [{ ...sampleSource(), url: 'javascript:alert(1)' }] }),
      [['sources.0.url', 'form', '"url": "javascript:alert(1)",']],
    ],
    [
      'a text carries a control character',
      sample({ issuer: 'Ac\u202eme' }),
      [['issuer', 'control_character', '"issuer": "Ac\u202eme",']],
    ],
    ['two steps share an id', sample({ steps: [step('a'), step('a')] }), [['steps.1.id', 'same_id', '"id": "a",']]],
    [
      'two needs share an id',
      sample({ steps: [step('a', { needs: [need('n'), need('n')] })] }),
      [['steps.0.needs.1.id', 'same_id', '"id": "n",']],
    ],
    ['a step waits for one that is not there', sample(waits(['a', ['b']])), [['steps.0.after.0', 'no_such_step', '"b"']]],
    ['steps wait in a circle', sample(waits(['a', []], ['b', ['c']], ['c', ['b']])), [['steps.1.after', 'circle', '"after": [']]],
    [
      'a contact is not there',
      sample({ steps: [step('a', { contact: 'desk' })] }),
      [['steps.0.contact', 'no_such_contact', '"contact": "desk",']],
    ],
    ['there are no steps', sample({ steps: [] }), [['steps', 'no_steps', '"steps": [],']]],
    ['a pattern does not compile', matching('issuerDn', '(a'), [['match.issuerDn.0', 'pattern_unfinished', '"(a"']]],
    ['a pattern is not taken', matching('tokenModel', '(?=a)b'), [['match.tokenModel.0', 'pattern_unsupported', '"(?=a)b"']]],
    ['a pattern fits anything', matching('tokenManufacturer', '.*'), [['match.tokenManufacturer.0', 'pattern_anything', '".*"']]],
    ['an ATR is none', matching('atr', '3B8'), [['match.atr.0', 'form', '"3B8"']]],
    [
      'a generic one has rules',
      sample({ match: { ...sample().match, generic: true } }),
      [['match.generic', 'generic_matches', '"generic": true']],
    ],
    [
      'a fact has no source',
      sample({ sources: [], confidence: 'unknown', tries: 3 }),
      [['tries', 'fact_without_source', '"tries": 3,']],
    ],
    ['nothing has a source', sample({ sources: [] }), [['sources', 'no_source', '"sources": [],']]],
    ['it costs something and is free', sample({ fee: sampleFee(), free: true }), [['free', 'fee_and_free', '"free": true,']]],
    ['a date is none', sample({ verified: '2026-02-30' }), [['verified', 'no_such_date', '"verified": "2026-02-30",']]],
    [
      'a month is none',
      sample({ fee: { ...sampleFee(), asOf: '2024-13' } }),
      [['fee.asOf', 'no_such_date', '"asOf": "2024-13"']],
    ],
    ['its purpose is another', sample({ purpose: 'renew' }), [['purpose', 'purpose', '"purpose": "renew",']]],
  ])('%s', (_, content, expected) => {
    expect(refusals(content)).toEqual(expected);
  });

  it('its name is not its id', () => {
    expect(refusals(sample(), 'other.unblock.json')).toEqual([['id', 'file_name', '"id": "acme.unblock",']]);
  });

  it('it is no JSON', () => {
    expect(refusals('{\n  "id": "acme.unblock",\n  "issuer": "Acme"\n  "tries": 3\n}')).toEqual([['', 'syntax', '"tries": 3']]);
    expect(refusals('{\n  "id": "acme.unblock",\n  "__proto__": {}\n}')).toEqual([['', 'forbidden_key', '"__proto__": {}']]);
    expect(refusals('')).toEqual([['', 'ends_early', '']]);
    expect(refusals('[]')).toEqual([['', 'type', '[]']]);
    expect(refusals('null')).toEqual([['', 'type', 'null']]);
  });

  it('it is not UTF-8, too large, or too deep', () => {
    expect(refusals(Buffer.from('{"id": "caf\xe9"}', 'latin1'))).toEqual([['', 'not_utf8', null]]);
    expect(refusals(Buffer.alloc(256 * 1024 + 1, 0x20))).toEqual([['', 'too_large', null]]);
    expect(refusals(`{"a": ${'['.repeat(1_000)}`)).toEqual([['', 'nesting', `{"a": ${'['.repeat(1_000)}`]]);
  });

  it('it has more mistakes than anybody wants to read at once', () => {
    const wrong = sample({ steps: Array.from({ length: 25 }, (_, n) => step(`s${n}`, { contact: 'nobody' })) });
    expect(refusals(wrong)).toHaveLength(10);
  });
});

describe('a folder', () => {
  it('keeps its good files when others are bad, and no device or pipe holds it up', () => {
    using folder = new Folder();
    folder.write('acme.unblock.json', sample());
    folder.write('acme.renew.json', '{');
    symlinkSync('/dev/zero', join(folder.path, 'zero.unblock.json'));
    symlinkSync(join(folder.path, 'nowhere'), join(folder.path, 'dangling.unblock.json'));
    mkdirSync(join(folder.path, 'folder.unblock.json'));
    execFileSync('mkfifo', [join(folder.path, 'pipe.unblock.json')]);
    const { procedures, refusals: refused } = loadProcedures({ folders: [folder.path] });
    expect(procedures.get('acme.unblock')?.origin).toBe('organisation');
    expect(refused.map(({ file, line, code }) => [basename(file), line, code]).sort()).toEqual([
      ['acme.renew.json', 1, 'ends_early'],
      ['dangling.unblock.json', null, 'unreadable'],
      ['folder.unblock.json', null, 'not_a_file'],
      ['pipe.unblock.json', null, 'not_a_file'],
      ['zero.unblock.json', null, 'not_a_file'],
    ]);
  });

  it('that is not there is told, and nothing else suffers', () => {
    const { procedures, refusals: refused } = loadProcedures({ folders: ['/nowhere/procedures'] });
    expect(refused).toEqual([expect.objectContaining({ file: '/nowhere/procedures', line: null, code: 'folder_unreadable' })]);
    expect(procedures.has('certigna.unblock')).toBe(true);
  });

  it('replaces a shipped procedure by its own, and says so; of two folders the first counts', () => {
    using first = new Folder();
    using second = new Folder();
    const own = (title: string): Procedure => sample({ id: 'certigna.unblock', title: texts(title) });
    const counted = first.write('certigna.unblock.json', own('First'));
    second.write('certigna.unblock.json', own('Second'));
    const { procedures, refusals: refused } = loadProcedures({ folders: [first.path, second.path] });
    expect(procedures.get('certigna.unblock')).toMatchObject({ file: counted, origin: 'organisation', replaces: true });
    expect(procedures.get('certigna.unblock')?.procedure.title.en).toBe('First');
    expect(refused).toEqual([expect.objectContaining({ code: 'same_file', params: { name: counted } })]);
    expect(procedures.get('generic.unblock')).toMatchObject({ origin: 'shipped', replaces: false });
  });
});

function matching(list: 'issuerDn' | 'tokenManufacturer' | 'tokenModel' | 'atr', pattern: string): Procedure {
  const none = { issuerDn: [], tokenManufacturer: [], tokenModel: [], atr: [], generic: false };
  return sample({ match: { ...none, [list]: [pattern] } });
}

function sampleSource() {
  return { id: 's', title: 'S', url: null, published: null, updated: null, note: null };
}

function sampleFee() {
  return { amount: '5.00', currency: 'EUR', taxIncluded: null, payableTo: null, note: null, asOf: '2026-01' };
}
