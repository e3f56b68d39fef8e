import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { type Zippable, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { packCase, unpackCase } from '../../../src/procedures/cases/documents/index.ts';
import type { CaseRecord } from '../../../src/procedures/cases/record.ts';
import { attachment, NOTHING_KNOWN, sampleCase, sampleInput } from './sample.ts';

const files = [
  attachment('a.pdf', 'first'),
  attachment(
    'b.png',
    Uint8Array.from({ length: 5000 }, (_, n) => n & 0xff),
    'image/png',
  ),
];
const full = sampleCase('certigna.unblock', { files });
const packed = packCase(full);

/** Why a file is not taken. */
function refusal(bytes: Uint8Array): unknown {
  try {
    unpackCase(Buffer.from(bytes));
  } catch (error) {
    expect(error).toMatchObject({ code: 'case_import_invalid' });
    return (error as { facts: { variant?: string } }).facts.variant;
  }
  return 'taken';
}

interface Written {
  format: string;
  formatVersion: unknown;
  case: Record<string, unknown> & { files: Record<string, unknown>[] };
}

/** A zip of a case that was changed before it was packed; `more` are further entries. */
function changed(change: (written: Written) => unknown, more: Zippable = {}): Buffer {
  const written: Written = {
    format: 'signet-case',
    formatVersion: 1,
    case: { ...full, files: full.files.map(({ bytes: _, ...facts }) => facts) } as unknown as Written['case'],
  };
  const result = change(written) ?? written;
  const head = typeof result === 'string' ? Buffer.from(result) : Buffer.from(JSON.stringify(result));
  return zip({ 'case.json': head, 'files/1': files[0]?.bytes ?? head, 'files/2': files[1]?.bytes ?? head, ...more });
}

const zip = (entries: Zippable): Buffer => Buffer.from(zipSync(entries));

/** The archive with numbers written over, each at an offset from a signature's n-th place. */
function patched(bytes: Buffer, signature: string, offset: number, value: number, size: 2 | 4 = 2): Buffer {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(Buffer.from(signature, 'latin1')) + offset;
  if (size === 2) copy.writeUInt16LE(value, at);
  else copy.writeUInt32LE(value, at);
  return copy;
}

const LOCAL = 'PK\x03\x04';
const CENTRAL = 'PK\x01\x02';
const END = 'PK\x05\x06';

describe('a case in one file', () => {
  it('comes back as it was', () => {
    expect(unpackCase(packed)).toEqual(full);
    const empty = sampleCase('camerfirma-alcorcon.obtain', { ...NOTHING_KNOWN, notes: [], history: [] });
    expect(unpackCase(packCase(empty))).toEqual(empty);
  });

  it('comes back as it was, whatever people write', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.uint8Array({ maxLength: 300 }), (text, bytes) => {
        const record: CaseRecord = {
          ...full,
          holder: { ...full.holder, name: text, address: [text, text] },
          notes: [{ id: 1, at: full.opened.at, who: text, text: `${text}\ud800</script>` }],
          files: [attachment(text, bytes)],
          references: [text],
        };
        expect(unpackCase(packCase(record))).toEqual(record);
      }),
      { numRuns: 60 },
    );
  });

  it('holds nothing that is only worked out from it', () => {
    expect(unpackCase(packCase(sampleInput('certigna.unblock', { files })))).toEqual(full);
  });

  it('is the same each time, and a zip that others can read', () => {
    expect(packCase(full)).toEqual(packed);
    const folder = mkdtempSync(join(tmpdir(), 'signet-case-'));
    const file = join(folder, 'x.signetcase');
    writeFileSync(file, packed);
    const script = 'import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);print(z.testzip(),*z.namelist());print(z.read("files/1"))';
    const { stdout } = spawnSync('python3', ['-c', script, file]);
    rmSync(folder, { recursive: true });
    expect(stdout.toString().trim().split('\n')).toEqual(['None case.json files/1 files/2', "b'first'"]);
  });

  it('may be packed anew by another program', () => {
    const folder = mkdtempSync(join(tmpdir(), 'signet-case-'));
    const [from, to] = [join(folder, 'a'), join(folder, 'b')];
    writeFileSync(from, packed);
    const script = [
      'import sys,zipfile',
      'a=zipfile.ZipFile(sys.argv[1]);b=zipfile.ZipFile(sys.argv[2],"w",zipfile.ZIP_DEFLATED)',
      'b.writestr(zipfile.ZipInfo("files/"),b"")',
      '[b.writestr(n,a.read(n)) for n in reversed(a.namelist())]',
      'b.close();sys.stdout.buffer.write(open(sys.argv[2],"rb").read())',
    ].join('\n');
    const { stdout } = spawnSync('python3', ['-c', script, from, to]);
    rmSync(folder, { recursive: true });
    expect(unpackCase(stdout)).toEqual(full);
  });

  it('comes back when its text packs so well that it would look like a bomb', () => {
    const notes = Array.from({ length: 900 }, (_, n) => ({
      id: n + 1,
      at: full.opened.at,
      who: 'local',
      text: 'a'.repeat(10_000),
    }));
    const long = { ...full, notes };
    expect(unpackCase(packCase(long))).toEqual(long);
  });
});

describe('a file that is no case', () => {
  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a PDF', Buffer.from('%PDF-1.7\n')],
    ['a zip of something else', zip({ '[Content_Types].xml': Buffer.from('<a/>') })],
    ['an empty zip', zip({})],
    ['JSON of another format', changed(() => ({ format: 'other', formatVersion: 1 }))],
    ['JSON without a format', changed(() => [])],
    ['null', changed(() => 'null')],
    ['bytes of zero', Buffer.alloc(1000)],
  ])('is called that: %s', (_, bytes) => {
    expect(refusal(bytes)).toBe('not_a_case');
  });
});

describe('a case of a newer Signet', () => {
  it('is called that, whatever is in it', () => {
    expect(refusal(changed((written) => ({ ...written, formatVersion: 2 })))).toBe('newer');
    expect(refusal(changed(() => ({ format: 'signet-case', formatVersion: 17, body: {} })))).toBe('newer');
  });
});

describe('a damaged case', () => {
  it('is noticed wherever it is cut', () => {
    for (let length = 4; length < packed.length; length += Math.ceil(packed.length / 200))
      expect(refusal(packed.subarray(0, length)), String(length)).toBe('damaged');
    expect(refusal(Buffer.concat([packed, Buffer.from('x')]))).toBe('damaged');
  });

  it('is noticed whichever byte is another, or the case is the same', () => {
    for (let at = 4; at < packed.length; at += 7) {
      const copy = Buffer.from(packed);
      copy.writeUInt8((copy[at] ?? 0) ^ 0x41, at);
      let record: CaseRecord | undefined;
      try {
        record = unpackCase(copy);
      } catch (error) {
        expect(error).toMatchObject({ code: 'case_import_invalid' });
      }
      if (record !== undefined) expect(record).toEqual(full);
    }
  });

  it.each<[string, (written: Written) => unknown]>([
    ['no version', (written) => ({ ...written, formatVersion: undefined })],
    ['a version that is no number', (written) => ({ ...written, formatVersion: '1' })],
    ['no JSON', () => '{"format": "signet-case"'],
    ['no case', (written) => ({ ...written, case: null })],
    ['a missing member', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, holder: undefined } })],
    ['a member too many', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, admin: true } })],
    ['a state there is not', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, state: 'half' } })],
    ['a procedure that is none', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, procedure: { id: 'x' } } })],
    [
      'a procedure with a day there is not',
      ({ case: one, ...rest }) => ({ ...rest, case: { ...one, procedure: { ...full.procedure, verified: '2026-02-31' } } }),
    ],
    [
      'a procedure whose steps wait for each other',
      ({ case: one, ...rest }) => ({
        ...rest,
        case: {
          ...one,
          procedure: { ...full.procedure, steps: full.procedure.steps.map((step) => ({ ...step, after: [step.id] })) },
        },
      }),
    ],
    ['a file too few', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, files: one.files.slice(0, 1) } })],
    ['files in another order', ({ case: one, ...rest }) => ({ ...rest, case: { ...one, files: [...one.files].reverse() } })],
    [
      'another digest',
      ({ case: one, ...rest }) => ({
        ...rest,
        case: { ...one, files: one.files.map((file) => ({ ...file, sha256: '0'.repeat(64) })) },
      }),
    ],
    [
      'another size',
      ({ case: one, ...rest }) => ({ ...rest, case: { ...one, files: one.files.map((file) => ({ ...file, size: 1 })) } }),
    ],
    ['__proto__ in the case', (written) => JSON.stringify(written).replace('"id"', '"__proto__":{"polluted":true},"id"')],
    ['__proto__ in a detail', (written) => JSON.stringify(written).replace('"detail":{', '"detail":{"__proto__":"x",')],
    ['__proto__ in a text', (written) => JSON.stringify(written).replace('"title":{', '"title":{"__proto__":{},')],
    ['deep nesting', () => `{"format":"signet-case","formatVersion":1,"case":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
    [
      'deep nesting in a place that is open',
      (written) =>
        JSON.stringify(written).replace('"detail":{', `"detail":{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)},`),
    ],
  ])('is noticed by %s', (_, change) => {
    expect(refusal(changed(change))).toBe('damaged');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('is noticed by bytes that are no UTF-8', () => {
    const head = Buffer.concat([Buffer.from('{"format":"signet-case","x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(refusal(zip({ 'case.json': head }))).toBe('damaged');
  });

  it.each(['../../evil', '/etc/passwd', 'files/../1', 'files/3', 'C:\\x', 'files/01', 'case.json/', 'files/1\0'])(
    'is noticed by an entry called %j',
    (name) => {
      expect(refusal(changed(() => undefined, { [name]: Buffer.from('x') }))).toBe('damaged');
    },
  );

  it('is noticed by an entry that is there twice', () => {
    const twice = changed(() => undefined, { 'files/3': Buffer.from('x') });
    for (let at = twice.indexOf('files/3'); at >= 0; at = twice.indexOf('files/3')) twice.write('files/2', at);
    expect(refusal(twice)).toBe('damaged');
  });

  it('is noticed by numbers that contradict each other', () => {
    for (const [name, bytes] of Object.entries({
      encrypted: patched(packed, LOCAL, 6, 1),
      'encrypted by the directory': patched(packed, CENTRAL, 8, 1),
      'another method': patched(packed, CENTRAL, 10, 12),
      'two methods': patched(packed, LOCAL, 8, 0),
      'another checksum': patched(packed, CENTRAL, 16, 1, 4),
      'an offset outside': patched(packed, CENTRAL, 42, 0x7fffffff, 4),
      'an offset onto itself': patched(packed, CENTRAL, 42, 1, 4),
      'more entries than there are': patched(patched(packed, END, 8, 4), END, 10, 4),
      'fewer entries': patched(patched(packed, END, 8, 2), END, 10, 2),
      'two disks': patched(packed, END, 4, 1),
      'a directory elsewhere': patched(packed, END, 16, 5, 4),
      'a comment that is not there': patched(packed, END, 20, 9),
    }))
      expect(refusal(bytes), name).toBe('damaged');
  });
});

describe('a case that is too large', () => {
  it('is refused before it is unpacked: by what it declares', () => {
    expect(refusal(patched(packed, CENTRAL, 24, 200 * 1024 * 1024, 4))).toBe('too_large');
    const bomb = zip({ 'case.json': [Buffer.alloc(30 * 1024 * 1024), { level: 9 }] });
    expect(bomb.length).toBeLessThan(100_000);
    expect(refusal(bomb)).toBe('too_large');
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, n) => [`files/${n + 1}`, Buffer.from('x')]));
    expect(refusal(changed(() => undefined, many))).toBe('too_large');
  });

  it('is refused while it is unpacked: by what it is', () => {
    const small = zip({ 'case.json': [Buffer.alloc(50 * 1024 * 1024), { level: 9 }] });
    expect(refusal(patched(patched(small, CENTRAL, 24, 1000, 4), LOCAL, 22, 1000, 4))).toBe('too_large');
    expect(deflateRawSync(Buffer.alloc(1000)).length).toBeLessThan(50);
  });

  it('is refused by its mere length', () => {
    expect(refusal(Buffer.alloc(81 * 1024 * 1024))).toBe('too_large');
  });
});
