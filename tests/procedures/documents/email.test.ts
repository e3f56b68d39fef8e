import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../src/messages/index.ts';
import { makeEmail } from '../../../src/procedures/cases/documents/index.ts';
import { attachment, NOTHING_KNOWN, sampleInput } from './sample.ts';

interface Read {
  headers: [string, string][];
  addresses: Record<string, [string, string][] | null>;
  parts: { type: string; disposition: string | null; name: string | null; encoding: string; bytes: string }[];
  defects: string[];
}

/** The message as Python's parser sees it. */
function read(message: Buffer): Read {
  const { stdout, stderr, status } = spawnSync('python3', [join(import.meta.dirname, 'read-mail.py')], { input: message });
  expect(stderr.toString()).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout.toString()) as Read;
}

const header = ({ headers }: Read, name: string): string[] =>
  headers.filter(([each]) => each.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
const content = (part: Read['parts'][number] | undefined): Buffer => Buffer.from(part?.bytes ?? '', 'base64');
const EMAIL_STEP = sampleInput('certigna.unblock').procedure.steps.find(({ channel }) => channel === 'email')?.id ?? '';

/** What holds for every message, whatever is in the case. */
function expectSound(message: Buffer): Read {
  const text = message.toString('latin1');
  expect(text).not.toMatch(/[^\r]\n|\r[^\n]|[^\r\n\t\x20-\x7e]/);
  expect(Math.max(...text.split('\r\n').map((line) => line.length))).toBeLessThanOrEqual(78);
  const seen = read(message);
  expect(seen.defects).toEqual([]);
  for (const name of ['To', 'Subject', 'Date', 'Message-ID', 'X-Unsent', 'MIME-Version'])
    expect(header(seen, name)).toHaveLength(1);
  for (const name of ['Cc', 'Bcc']) expect(header(seen, name)).toEqual([]);
  expect(header(seen, 'X-Unsent')).toEqual(['1']);
  return seen;
}

describe('the e-mail of a step', () => {
  it('goes to the contact of the step, from the holder', async () => {
    const seen = expectSound(await makeEmail(sampleInput('certigna.unblock'), EMAIL_STEP, 'fr'));
    expect(seen.addresses.To).toEqual([['Certigna', 'partenaires@certigna.fr']]);
    expect(seen.addresses.From).toEqual([['Jeanne Müller-Dvořáková', 'jeanne@example.org']]);
    expect(seen.addresses['Reply-To']).toEqual(seen.addresses.From);
    expect(header(seen, 'Subject')).toEqual([
      'Demande de déblocage d’une carte ou d’une clé – 2504001A7F33 – Jeanne Müller-Dvořáková – 7KM-4QXB',
    ]);
    expect(header(seen, 'Date')).toEqual(['Sun, 22 Nov 2026 12:00:00 +0000']);
  });

  it('takes along the files of its step and those of none, and no others', async () => {
    const files = [
      attachment('form.pdf', 'a', 'application/pdf', EMAIL_STEP),
      attachment('receipt.pdf', 'b', 'application/pdf', 'post'),
      attachment('identity.pdf', 'c'),
    ];
    const seen = expectSound(await makeEmail(sampleInput('certigna.unblock', { files }), EMAIL_STEP, 'fr'));
    expect(seen.parts.flatMap(({ name }) => name ?? [])).toEqual(['form.pdf', 'identity.pdf']);
    expect(content(seen.parts[0]).toString()).not.toContain('receipt');
  });

  it('says what the issuer needs to know, and waits for the answer', async () => {
    const body = content(expectSound(await makeEmail(sampleInput('certigna.unblock'), EMAIL_STEP, 'fr')).parts[0]).toString();
    for (const fact of [
      'Jeanne Müller-Dvořáková',
      'Mairie d’Orléans',
      '1 place de l’Étape, 45000 Orléans',
      '+33 2 38 00 00 00',
      'RGS Jeanne',
      '2504001A7F33',
      'Gemalto IDPrime MD 840',
      '5f3a9100c4',
      '31 mars 2027',
      '7KM-4QXB',
      'CMD-1188',
      'J’attends votre réponse avant de passer à l’étape suivante.',
    ])
      expect(body).toContain(fact);
    for (const { text } of sampleInput('certigna.unblock').procedure.steps[0]?.needs ?? []) expect(body).toContain(text.fr);
    expect(body).not.toContain('le même message');
  });

  it.each(LANGUAGES)('is in the language of the issuer first, and below it in %s', async (language) => {
    const message = await makeEmail(sampleInput('certigna.unblock'), EMAIL_STEP, language);
    const body = content(expectSound(message).parts[0]).toString();
    const greetings = { fr: 'Madame, Monsieur,', en: 'Dear Sir or Madam,', es: 'Estimados señores:' };
    expect(body.indexOf(greetings.fr)).toBe(0);
    for (const other of LANGUAGES) expect(body.includes(greetings[other]), other).toBe(other === 'fr' || other === language);
    expect(header(read(message), 'Content-Language')).toEqual([language === 'fr' ? 'fr' : `fr, ${language}`]);
  });

  it('carries the files of the case byte for byte, under safe names', async () => {
    const every = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7 + (index >> 8)) & 0xff);
    const files = [
      attachment('Formulaire signé – n°1.pdf', every),
      attachment('passe"port; x=y\\.png', 'PNG\r\n.\r\n--\r\n', 'image/png'),
      attachment('../../etc/passwd', 'root', 'text/plain'),
      attachment('a\r\nBcc: x\r\n\r\n.txt', 'text\nwith\r\nall\rends', 'text/plain'),
      attachment('same.pdf', 'one'),
      attachment('SAME.PDF', 'two'),
      attachment(`${'ü'.repeat(300)}.pdf`, ''),
      attachment('mail.eml', 'From: a@b\r\n\r\n8 bit: é', 'message/rfc822'),
      attachment('odd.bin', 'x', 'text/html\r\nX-Evil: 1'),
      attachment('日本語.pdf', 'nihongo'),
    ];
    const seen = expectSound(await makeEmail(sampleInput('certigna.unblock', { files }), EMAIL_STEP, 'en'));
    const attached = seen.parts.slice(1);
    expect(attached).toHaveLength(files.length);
    for (const [index, { bytes }] of files.entries()) {
      expect(content(attached[index]).equals(Buffer.from(bytes)), String(index)).toBe(true);
      expect(attached[index]).toMatchObject({ disposition: 'attachment', encoding: 'base64' });
      expect(attached[index]?.name).not.toMatch(/[/\\"\r\n]/);
    }
    expect(attached.map(({ name }) => name).slice(0, 6)).toEqual([
      'Formulaire signé – n°1.pdf',
      'png.png',
      'passwd.bin',
      'aBcc_ x.txt',
      'same.pdf',
      'SAME (2).PDF',
    ]);
    expect(attached[9]?.name).toBe('日本語.pdf');
    expect(attached[7]?.type).toBe('application/octet-stream');
    expect(attached[8]?.type).toBe('application/octet-stream');
    expect(header(seen, 'X-Evil')).toEqual([]);
    expect(content(seen.parts[0]).toString()).toContain('Formulaire signé – n°1.pdf');
  });

  it('lets no name or address add a header or a recipient', async () => {
    const injected = 'Eve\r\nBcc: eve@example.org\r\n\r\nbody <eve@example.org>, other@example.org';
    const token = { id: 't', label: injected, serial: injected, manufacturer: injected, model: injected };
    for (const email of [
      injected,
      'a@b.c\nBcc: x@example.org',
      'a@b.c, d@e.f',
      '"x\r\ny"@example.org',
      '<a@b.c>',
      'é@example.org',
    ]) {
      const holder = { name: injected, organisation: injected, address: [injected], email, phone: injected };
      const input = sampleInput('certigna.unblock', { holder, token, references: [injected], id: injected });
      const seen = expectSound(await makeEmail(input, EMAIL_STEP, 'en'));
      expect(seen.addresses.To).toEqual([['Certigna', 'partenaires@certigna.fr']]);
      expect(seen.addresses.From).toBeNull();
    }
    const holder = { name: injected, organisation: '', address: [], email: 'eve@bücher.example', phone: '' };
    const seen = expectSound(await makeEmail(sampleInput('certigna.unblock', { holder }), EMAIL_STEP, 'en'));
    expect(seen.addresses.From).toEqual([[expect.stringContaining('Eve Bcc: eve@example.org'), 'eve@xn--bcher-kva.example']]);
  });

  it('has no sender and no empty lines of facts where nobody has said who it is', async () => {
    const seen = expectSound(await makeEmail(sampleInput('certigna.unblock', NOTHING_KNOWN), EMAIL_STEP, 'en'));
    expect(seen.addresses.From).toBeNull();
    const body = content(seen.parts[0]).toString();
    expect(body).not.toMatch(/[:：]\s*\r\n(?!-)[^\r\n-]*:\s*\r\n/);
    expect(body).not.toContain('undefined');
    expect(body).toContain('7KM-4QXB');
  });

  it('names no machine and is the same each time', async () => {
    const input = sampleInput('certigna.unblock', { files: [attachment('a.pdf', 'a')] });
    const message = await makeEmail(input, EMAIL_STEP, 'es');
    expect(header(read(message), 'Message-ID')[0]).toMatch(/^<[0-9a-f]{32}@signet\.invalid>$/);
    expect(message.toString()).not.toContain(`@${hostname()}`);
    expect(await makeEmail(input, EMAIL_STEP, 'es')).toEqual(message);
  });

  it('is refused for a step that is not done by e-mail, or to nobody', async () => {
    const input = sampleInput('certigna.unblock');
    const posted = input.procedure.steps.find(({ channel }) => channel === 'post')?.id ?? '';
    for (const step of [posted, 'no-such-step', '__proto__', ''])
      await expect(makeEmail(input, step, 'en')).rejects.toMatchObject({ code: 'case_no_email' });
    const contacts = input.procedure.contacts.map((contact) => ({ ...contact, email: null }));
    const nobody = sampleInput('certigna.unblock', { procedure: { ...input.procedure, contacts } });
    await expect(makeEmail(nobody, EMAIL_STEP, 'en')).rejects.toMatchObject({ code: 'case_no_email' });
  });
});
