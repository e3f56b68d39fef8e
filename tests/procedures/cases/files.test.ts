import { execFileSync } from 'node:child_process';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { cleanName, freeName } from '../../../src/procedures/cases/file-name.ts';
import { fileKind } from '../../../src/procedures/cases/file-type.ts';
import { ANN, refusalOf, world } from './world.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==',
  'base64',
);
const text = (content: string): Buffer => Buffer.from(content);

describe('the name of a file', () => {
  it.each([
    ['form.pdf', 'form.pdf'],
    ['Formulaire signé.PDF', 'Formulaire signé.PDF'],
    ['../../etc/passwd', 'passwd.pdf'],
    ['..\\..\\windows\\system32\\evil.pdf', 'evil.pdf'],
    ['/absolute/path/form.pdf', 'form.pdf'],
    ['form.pdf/', 'form.pdf'],
    ['..', 'file.pdf'],
    ['.', 'file.pdf'],
    ['', 'file.pdf'],
    ['   ', 'file.pdf'],
    ['.pdf', 'pdf.pdf'],
    ['~/.ssh/id_rsa', 'id_rsa.pdf'],
    ['-rf.pdf', 'rf.pdf'],
    ['a\u0000b\u001b[2J\r\n.pdf', 'ab[2J.pdf'],
    ['invoice\u202efdp.exe', 'invoicefdp.exe.pdf'],
    ['zero\u200bwidth\ufeff.pdf', 'zerowidth.pdf'],
    ['CON', '_CON.pdf'],
    ['con.pdf', '_con.pdf'],
    ['aux.tar.pdf', '_aux.tar.pdf'],
    ['LPT1.pdf', '_LPT1.pdf'],
    ['COM¹.pdf', '_COM¹.pdf'],
    ['invoice.pdf.exe', 'invoice.pdf.exe.pdf'],
    ['report.pdf                                                    .exe', 'report.pdf .exe.pdf'],
    ['a<b>c:"d"|e?f*.pdf', 'a_b_c__d__e_f_.pdf'],
    ['<script>alert(1)</script>.pdf', 'script_.pdf'],
    ['file.pdf:stream', 'file.pdf_stream.pdf'],
    ['trailing. . .pdf', 'trailing.pdf'],
    [`Z${'\u0335'.repeat(500)}.pdf`, `Z${'\u0335'.repeat(3)}.pdf`],
    ['\ud800.pdf', 'pdf.pdf'],
  ])('%j becomes %j', (given, name) => {
    expect(cleanName(given, ['pdf'])).toBe(name);
  });

  it.each(['a'.repeat(10_000), `${'ñ'.repeat(5_000)}.pdf`, `${'😀'.repeat(300)}.pdf`, `${'x.'.repeat(4_000)}pdf`])(
    'is cut to what every file system takes, in whole letters, and keeps its ending',
    (given) => {
      const name = cleanName(given, ['pdf']);
      expect(Buffer.byteLength(name)).toBeLessThanOrEqual(200);
      expect(name).toMatch(/\.pdf$/);
      expect(name.isWellFormed()).toBe(true);
    },
  );

  it('gets a number when there is one already, whatever its case', () => {
    expect(freeName('form.pdf', [])).toBe('form.pdf');
    expect(freeName('form.pdf', ['Form.pdf', 'form (2).pdf'])).toBe('form (3).pdf');
  });
});

describe('the kind of a file', () => {
  const certificate = execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-nodes',
      '-keyout',
      '/dev/null',
      '-subj',
      '/CN=x',
      '-outform',
      'DER',
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const pem = `-----BEGIN CERTIFICATE-----\n${certificate.toString('base64')}\n-----END CERTIFICATE-----\n`;
  const word =
    '<Types xmlns="urn:types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
  const docx = (types = word) => Buffer.from(zipSync({ '[Content_Types].xml': text(types), 'word/document.xml': text('<w/>') }));
  const odt = Buffer.from(
    zipSync({ mimetype: [text('application/vnd.oasis.opendocument.text'), { level: 0 }], 'content.xml': text('<o/>') }),
  );
  const mail = 'From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n\r\nHello\r\n';

  it.each<[string, Buffer, string]>([
    ['form.pdf', PDF, 'application/pdf'],
    ['anything at all', PNG, 'image/png'],
    ['photo.jpg', Buffer.from('ffd8ffe000104a46494600010100000100010000ffd9', 'hex'), 'image/jpeg'],
    ['scan.tif', Buffer.from('49492a00080000000000', 'hex'), 'image/tiff'],
    ['letter.docx', docx(), 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'],
    ['letter.odt', odt, 'application/vnd.oasis.opendocument.text'],
    ['note.txt', text('Être ou ne pas être\n'), 'text/plain'],
    ['answer.eml', text(mail), 'message/rfc822'],
    ['mine.cer', certificate, 'application/pkix-cert'],
    ['mine.pem', text(pem), 'application/x-pem-file'],
    ['signed.p7m', Buffer.from('308006092a864886f70d010702a0800000', 'hex'), 'application/pkcs7-mime'],
  ])('%s is told by its bytes', async (name, bytes, type) => {
    expect((await fileKind(bytes, name)).type).toBe(type);
  });

  it.each<[string, Buffer]>([
    ['empty.pdf', Buffer.alloc(0)],
    ['page.txt', text('<html><script>alert(1)</script></html>')],
    ['page.pdf', text('  \n<!DOCTYPE html>')],
    ['bom.txt', text('\ufeff<svg onload="alert(1)"/>')],
    ['drawing.svg', text('<?xml version="1.0"?><svg xmlns="urn:svg"/>')],
    ['tool.exe', Buffer.from('4d5a90000300000004000000ffff0000', 'hex')],
    ['tool.pdf', Buffer.from('7f454c4602010100000000000000000002003e00', 'hex')],
    ['run.txt', text('#!/bin/sh\nrm -rf /\n')],
    ['run.bat', text('echo hello')],
    ['run.vbs', text('MsgBox 1')],
    ['page.html', text('plain words')],
    ['things.zip', Buffer.from(zipSync({ 'a.exe': text('x') }))],
    [
      'macro.docm',
      docx(word.replace('openxmlformats-officedocument.wordprocessingml.document', 'ms-word.document.macroEnabled')),
    ],
    ['cut.docx', docx().subarray(0, 40)],
    ['noise.pdf', Buffer.from('00010203040506070809', 'hex')],
    ['noise.der', Buffer.from('308201000000', 'hex')],
    ['bell.txt', text('ding \u0007 dong')],
    ['latin.txt', Buffer.from('e9e9e9', 'hex')],
  ])('%s is refused', async (name, bytes) => {
    expect(await refusalOf(fileKind(bytes, name))).toBe('case_file_type');
  });
});

describe('files of a case', () => {
  it('are kept with their fingerprint, under names of their own, and leave when they are removed', async () => {
    const { cases } = world();
    const { id } = await cases.open({ procedureId: 'certigna.unblock' }, ANN);
    const first = await cases.attach(id, 1, { name: '../form.pdf', bytes: PDF }, ANN);
    const second = await cases.attach(id, 2, { name: 'FORM.pdf', bytes: PDF }, ANN);
    expect([first.name, second.name]).toEqual(['form.pdf', 'FORM (2).pdf']);
    expect(Buffer.from(cases.file(id, first.id).bytes)).toEqual(PDF);
    expect(first.sha256).toMatch(/^[0-9a-f]{64}$/);
    cases.detach(id, 3, first.id, ANN);
    const after = cases.get(id);
    expect(after.files.map(({ name }) => name)).toEqual(['FORM (2).pdf']);
    expect(after.history.at(-1)).toMatchObject({ what: 'file_removed', detail: { name: 'form.pdf' } });
    expect(await refusalOf(Promise.resolve().then(() => cases.file(id, first.id)))).toBe('case_file_not_found');
  });

  it('belong to a step where they name one that the case has', async () => {
    const { cases } = world();
    const { id } = await cases.open({ procedureId: 'certigna.unblock' }, ANN);
    const form = await cases.attach(id, 1, { name: 'form.pdf', bytes: PDF, stepId: 'request' }, ANN);
    await cases.attach(id, 2, { name: 'photo.pdf', bytes: PDF }, ANN);
    expect(form.stepId).toBe('request');
    expect(cases.get(id).files.map(({ stepId }) => stepId)).toEqual(['request', null]);
    expect(cases.get(id).history.at(1)).toMatchObject({ what: 'file_added', detail: { step: 'request' } });
    const unknown = cases.attach(id, 3, { name: 'x.pdf', bytes: PDF, stepId: 'nope' }, ANN);
    expect(await refusalOf(unknown)).toBe('case_step_not_found');
    expect(cases.get(id)).toMatchObject({ version: 3, files: { length: 2 } });
  });

  it('are refused when the case is full, too large or changed meanwhile, and nothing is kept of them', async () => {
    const { cases } = world();
    const { id } = await cases.open({ procedureId: 'certigna.unblock' }, ANN);
    const large = Buffer.concat([PDF, Buffer.alloc(10 * 1024 * 1024 - PDF.length)]);
    expect(await refusalOf(cases.attach(id, 1, { name: 'x.pdf', bytes: Buffer.concat([large, PDF]) }, ANN))).toBe(
      'payload_too_large',
    );
    for (let version = 1; version <= 5; version += 1) await cases.attach(id, version, { name: 'x.pdf', bytes: large }, ANN);
    expect(await refusalOf(cases.attach(id, 6, { name: 'x.pdf', bytes: PDF }, ANN))).toBe('case_full/files');
    expect(await refusalOf(cases.attach(id, 5, { name: 'x.pdf', bytes: PDF }, ANN))).toBe('case_changed');
    expect(cases.get(id)).toMatchObject({ version: 6, files: { length: 5 } });
  });

  it('are fifty at most', async () => {
    const { cases } = world();
    const { id } = await cases.open({ procedureId: 'certigna.unblock' }, ANN);
    for (let version = 1; version <= 50; version += 1) await cases.attach(id, version, { name: 'x.pdf', bytes: PDF }, ANN);
    expect(await refusalOf(cases.attach(id, 51, { name: 'x.pdf', bytes: PDF }, ANN))).toBe('case_full/files');
    expect(new Set(cases.get(id).files.map(({ name }) => name)).size).toBe(50);
  });
});
