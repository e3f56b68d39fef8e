import { describe, expect, it } from 'vitest';
import { encodedForms } from '../../../src/diagnostics/bundle/forms.ts';
import { shortPath } from '../../../src/diagnostics/bundle/paths.ts';
import { Pseudonyms } from '../../../src/diagnostics/bundle/pseudonyms.ts';
import { readerModel, readerSerials } from '../../../src/diagnostics/bundle/reader.ts';
import { Redactor } from '../../../src/diagnostics/bundle/redact.ts';
import { attributesOf } from '../../../src/diagnostics/bundle/subject.ts';
import { encodings } from '../../e2e/encodings.ts';

const NAME = 'JÕEORG,JAAK-KRISTJAN';

function redactor(): { pseudonyms: Pseudonyms; redactor: Redactor; name: string } {
  const pseudonyms = new Pseudonyms(Buffer.alloc(32, 1));
  const name = pseudonyms.know('name', NAME);
  return { pseudonyms, redactor: new Redactor(pseudonyms, '/home/ana ruiz', ['/srv/Ana Ruiz/state']), name };
}

describe('an address of a machine', () => {
  const { redactor: own } = redactor();

  it('in a network goes, and this computer and versions stay', () => {
    expect(own.text('no route to 10.20.30.40:8080 or fe80::1ff:fe23:4567:890a')).toMatch(
      /^no route to site-\w{4}:8080 or site-\w{4}$/,
    );
    const kept = 'Chromium 156.0.8078.79 at 127.0.0.1:4000, ::1, libx.so.1.2.3.4, 12:30:45';
    expect(own.text(kept)).toBe(kept);
  });

  it('in a Windows path goes with the folders below it', () => {
    expect(own.text('open \\\\srv-toledo\\Divorce\\x.txt failed')).toBe('open /… failed');
  });
});

describe('a known name', () => {
  it.each([
    NAME,
    'jõeorg,jaak-kristjan',
    'JOEORG JAAK KRISTJAN',
    'Jõeorg;  Jaak_Kristjan',
    NAME.normalize('NFD'),
    'Jo\u0303eorg\u00a0Jaak\u2011Kristjan',
  ])('is found however it is written: %s', (written) => {
    const { redactor: own, name } = redactor();
    expect(own.text(`of ${written}: no answer`)).toBe(`of ${name}: no answer`);
  });

  it.each([...encodings(NAME).keys()].filter((how) => !/BCD|digit/.test(how)))('is found %s', (how) => {
    const { redactor: own, name } = redactor();
    // The search's own table is for digits; text goes through UTF-8.
    const value = 'JAAKKRISTJAN';
    const { pseudonyms } = redactor();
    pseudonyms.know('name', value);
    const bytes = encodings(value).get(how) ?? Buffer.alloc(0);
    const cleaned = new Redactor(pseudonyms, '').text(`got <${bytes.toString('latin1')}> there`);
    expect(cleaned).toMatch(/^got <.?name-[2-9A-Z]{4}.?.?> there$/);
    expect(own.text(`got ${encodeURIComponent(NAME)}`)).toBe(`got ${name}`);
  });

  it('is found with letters beyond ASCII in hex, base64 and UTF-16', () => {
    const { redactor: own, name } = redactor();
    for (const spelling of [NAME, NAME.toLowerCase(), NAME.normalize('NFD')]) {
      for (const encoding of ['hex', 'base64'] as const) {
        expect(own.text(`x ${Buffer.from(spelling).toString(encoding)}`)).toContain(name);
        expect(own.text(`x ${Buffer.from(spelling, 'utf16le').toString(encoding)}`)).toContain(name);
      }
    }
  });

  it.each([
    'Mu\u200bñoz',
    'Mu\u00adñoz',
    'Mu\u2060\ufe0fñoz',
    'Mu\\u00f1oz',
    'Mu\\xf1oz',
    'Mu\\303\\261oz',
    'Mu%C3%B1oz',
    'Mu%F1oz',
    'Mu%25C3%25B1oz',
    'Mu=C3=B1oz',
    'Mu&#241;oz',
    'Mu&#xf1;oz',
    'Mu&ntilde;oz',
    'MuÃ±oz',
    '4d75f16f7a',
    '4D 55 D1 4F 5A',
  ])('is found when only some of its letters are escaped, or none can be seen between them: %s', (written) => {
    const pseudonyms = new Pseudonyms(Buffer.alloc(32, 3));
    const name = pseudonyms.know('name', 'Muñoz');
    const own = new Redactor(pseudonyms, '');
    expect(own.finds(`card of ${written} gone`)).toBe(true);
    const told = own.text(`card of ${written} gone`);
    expect(told).toContain(name);
    expect(own.finds(told)).toBe(false);
  });

  it('in an address takes the rest of the address along', () => {
    const pseudonyms = new Pseudonyms(Buffer.alloc(32, 3));
    pseudonyms.know('name', 'Muñoz');
    pseudonyms.know('user', 'jmunoz');
    const own = new Redactor(pseudonyms, '');
    expect(own.text('to jm.munoz@ayto.example, jmunoz@pc')).toMatch(/^to email-\w{4}, email-\w{4}$/);
  });

  it('is taken whole where two known values overlap', () => {
    const pseudonyms = new Pseudonyms(Buffer.alloc(32, 2));
    pseudonyms.know('name', 'Maria Lopez');
    pseudonyms.know('name', 'Ana Maria');
    expect(new Redactor(pseudonyms, '').text('for Ana Maria Lopez.')).toMatch(/^for name-\w{4}\.$/);
  });

  it('is no part of another word when it is short', () => {
    const pseudonyms = new Pseudonyms(Buffer.alloc(32, 3));
    const name = pseudonyms.know('name', 'Ana');
    const own = new Redactor(pseudonyms, '');
    expect(own.text('Ana and banana')).toBe(`${name} and banana`);
    expect(own.finds('banana')).toBe(false);
    expect(own.finds('x-ANA-y')).toBe(true);
  });

  it('takes its brackets along', () => {
    const pseudonyms = new Pseudonyms(Buffer.alloc(32, 4));
    const name = pseudonyms.know('token', `${NAME} (PIN1)`);
    expect(new Redactor(pseudonyms, '').text(`(${NAME} (PIN1))`)).toBe(`(${name})`);
  });
});

describe('the shape of a personal value', () => {
  it.each([
    ['DNI', '12345678Z'],
    ['DNI with dots', '12.345.678-Z'],
    ['NIE', 'X1234567L'],
    ['a Spanish identifier', 'IDCES-00000014Z'],
    ['an Estonian identifier', 'PNOEE-38001085718'],
    ['a passport', 'PASFR-12AB34567'],
    ['an Estonian code', '38001085718'],
    ['a Latvian code', '161175-19997'],
    ['NIR', '1 85 05 78 006 084 91'],
    ['NIR in one', '185057800608491'],
    ['a Belgian number', '93.05.18-223.61'],
    ['an Italian code', 'RSSMRA85T10A562S'],
    ['a Finnish code', '131052-308T'],
    ['an e-mail address', 'somebody.else+x@mail.example'],
    ['an IBAN', 'ES91 2100 0418 4502 0005 1332'],
    ['a telephone number', '+34 912 345 678'],
    ['a French number', '06 12 34 56 78'],
    ['bytes in hex', '0011223344556677'],
    ['an APDU', '00 20 00 01 08 31 32 33 34'],
    ['a UUID', '123e4567-e89b-12d3-a456-426614174000'],
    ['a bearer token', 'signet_Ab3dEf6hIj9kLmN0pQrStUvWxYz12345'],
    ["a reader's serial number", '(5BB1A2C3)'],
  ])('is taken out: %s', (_what, value) => {
    const told = new Redactor(new Pseudonyms(Buffer.alloc(32, 5)), '').text(`got ${value} there`);
    expect(told).toMatch(/^got \(?(?:signet_)?(?:id|email|iban|phone|hex|number|opaque|serial)-[2-9A-Z]{4,}\)? there$/);
  });

  it.each([
    'CKR_PIN_INCORRECT at 2026-03-04T05:06:07.000Z',
    'opensc 0.23.0-0.3+deb12u2, rv 0x000000A0, port 9711',
    'PKCS#11 2.40, RS256, 2048 bits, 1.3.6.1.4.1.51361.1.1.1',
    'GET /v1/tokens/:tokenId answered 403 in 12 ms',
    'at run (src/api/server.ts:10:3)',
    'http://127.0.0.1:9711/health',
    '/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so',
  ])('is not seen where there is none: %s', (text) => {
    expect(new Redactor(new Pseudonyms(Buffer.alloc(32, 6)), '/home/ana').text(text)).toBe(text);
  });

  it('leaves of an address on the web only that there was one', () => {
    const own = new Redactor(new Pseudonyms(Buffer.alloc(32, 7)), '');
    expect(own.text('from https://ana:secret@bank.example/a?b=c#d now')).toMatch(/^from https:\/\/site-\w{4} now$/);
    expect(own.text('http://127.0.0.1:9711/v1/tokens?pin=1')).toBe('http://127.0.0.1:9711/v1/tokens');
  });
});

describe('a path', () => {
  it.each([
    ['/home/ana/.local/state/signet/signet.db', '~/.local/state/signet/signet.db'],
    ['/home/ana/Documents/Divorce/x.pdf', '~/…'],
    ['/home/other/Documents', '~/…'],
    ['C:\\Users\\Ana\\AppData\\Local\\signet', '~/AppData/Local/signet'],
    ['C:\\Windows\\System32\\idprime.dll', 'C:\\Windows\\System32\\idprime.dll'],
    ['/mnt/Secret Project/libcard.so', '/…/libcard.so'],
    ['/run/user/1000/signet/token', '/run/user/…/signet/token'],
    ['/usr/lib/softhsm/libsofthsm2.so', '/usr/lib/softhsm/libsofthsm2.so'],
    ['/', '/'],
  ])('%s is told as %s', (path, told) => {
    expect(shortPath(path, '/home/ana')).toBe(told);
  });

  it('is shortened inside a text, blanks and all', () => {
    const { redactor: own } = redactor();
    expect(own.text('cannot open /srv/Ana Ruiz/state: EACCES')).toBe('cannot open /…/state: EACCES');
    expect(own.text('see /home/ana ruiz/Letters of Ana/lib.so.')).not.toMatch(/ana|letters/i);
    expect(own.text("'/mnt/My Secret/a b/libx.so' and /etc/pcsc")).toBe("'/…/libx.so' and /etc/pcsc");
  });
});

describe("a reader's name", () => {
  it('keeps the model and loses the serial number', () => {
    expect(readerModel('REINER SCT cyberJack RFID standard (0142305577) 00 00')).toBe('REINER SCT cyberJack RFID standard 00 00');
    expect(readerSerials('REINER SCT cyberJack RFID standard (0142305577) 00 00')).toEqual(['0142305577']);
    expect(readerModel('SoftHSM slot ID 0x5d3c1b2a')).toBe('SoftHSM slot ID');
    expect(readerModel('Gemalto PC Twin Reader 00 00')).toBe('Gemalto PC Twin Reader 00 00');
    expect(readerModel('Yubico YubiKey OTP+FIDO+CCID 00 00')).toBe('Yubico YubiKey OTP+FIDO+CCID 00 00');
  });
});

describe('a subject', () => {
  it('is read attribute by attribute', () => {
    expect(attributesOf('CN=JÕEORG\\,JAAK,SN=A\\+B+GN=\\C3\\95,C=EE')).toEqual([
      { type: 'CN', value: 'JÕEORG,JAAK' },
      { type: 'SN', value: 'A+B' },
      { type: 'GN', value: 'Õ' },
      { type: 'C', value: 'EE' },
    ]);
    expect(attributesOf('')).toEqual([]);
    expect(attributesOf('no name\\')).toEqual([{ type: '', value: 'no name\\' }]);
  });
});

it('gives short values no encoded forms, which would stand anywhere by chance', () => {
  expect(encodedForms('ab').size).toBe(0);
  expect(encodedForms('Ruiz').size).toBeGreaterThan(10);
});
