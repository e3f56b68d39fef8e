import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFilters } from '../../../src/bridges/afirma/filters.ts';
import { readNameFilter } from '../../../src/bridges/afirma/name-filter.ts';
import { attributesOf } from '../../../src/bridges/afirma/names.ts';
import { readProperties } from '../../../src/bridges/afirma/properties.ts';
import type { Credential } from '../../../src/tokens/index.ts';
import { credentialWith } from './certificates.ts';

const DNIE = 'CN=AC DNIE 004,OU=DNIE,O=DIRECCION GENERAL DE LA POLICIA,C=ES';
const ANA = '2.5.4.5=IDCES-00000000T,2.5.4.4=GARCIA,2.5.4.42=ANA';
const all = new Map<string, Credential>();

beforeAll(async () => {
  const add = async (name: string, wish: Parameters<typeof credentialWith>[0]) => all.set(name, await credentialWith(wish));
  await add('camerfirma', {
    subject: 'CN=Luis Perez,OU=Ventas,C=ES',
    issuer: 'CN=AC CAMERFIRMA FOR NATURAL PERSONS - 2016,C=ES',
    serial: '4a02',
    policy: '1.3.6.1.4.1.17326.10.16.1.2',
  });
  await add('dnie sign', {
    subject: `CN=GARCIA ANA (FIRMA),${ANA}`,
    issuer: DNIE,
    serial: '4a03',
    usage: ['nonRepudiation'],
    device: true,
  });
  await add('dnie login', {
    subject: `CN=GARCIA ANA (AUTENTICACIÓN),${ANA}`,
    issuer: DNIE,
    serial: '00b4',
    usage: ['digitalSignature'],
  });
  await add('expired', { subject: 'CN=Expired,O=Signet tests', valid: [-30, -1] });
  await add('pseudonym', { subject: 'CN=Agente 7,2.5.4.65=agente7', issuer: 'CN=Police CA', serial: '4a06', valid: [-1, 40] });
  await add('real name', { subject: 'CN=Juan Real', issuer: 'CN=Police CA', serial: '4a07', valid: [-1, 40] });
  await add('bare', { subject: 'CN=Bare\\, Inc.,O=Ñandú + Co', usage: null, serial: '4a08' });
});

const CURRENT = ['bare', 'camerfirma', 'dnie login', 'dnie sign', 'pseudonym', 'real name'];
const EVERY = [...CURRENT, 'expired'].sort();

function pass(text: string): string[] {
  const picked = readFilters(readProperties(text))([...all.values()], Date.now());
  return [...all]
    .filter(([, credential]) => picked.includes(credential))
    .map(([name]) => name)
    .sort();
}

function without(...names: string[]): string[] {
  return EVERY.filter((name) => !names.includes(name));
}

describe('certificate filters', () => {
  it.each<[string, () => string[]]>([
    ['', () => CURRENT],
    ['filters=nonexpired:', () => CURRENT],
    ['filters=NonExpired:', () => CURRENT],
    ['filter=dnie:', () => ['dnie sign']],
    ['filters=signingcert:', () => without('dnie login')],
    ['filters=signingCert:;nonexpired:', () => without('dnie login', 'expired')],
    ['filters=authcert:', () => without('dnie sign')],
    ['filters=sscd:', () => ['dnie sign']],
    ['filters=ssl:4a02', () => ['camerfirma']],
    ['filters=ssl:b4', () => ['dnie login']],
    ['filters=qualified:b4', () => ['dnie sign']],
    ['filters=qualified: # 00 B4', () => ['dnie sign']],
    ['filters=qualified:4a03', () => ['dnie sign']],
    ['filters=qualified:4a08', () => ['bare']],
    ['filters=qualified:ffff', () => []],
    ['filters=subject.contains:garcia', () => ['dnie login', 'dnie sign']],
    ['filters=subject.contains:Bare, Inc.', () => ['bare']],
    ['filters=issuer.contains:AC CAMERFIRMA', () => ['camerfirma']],
    ['filters=subject.rfc2254:(CN=luis perez)', () => ['camerfirma']],
    ['filters=subject.rfc2254:(&(serialNumber=IDCES-*)(!(CN=*AUTEN*)))', () => ['dnie sign']],
    ['filters=subject.rfc2254:(OID.2.5.4.5=IDCES-00000000T)', () => ['dnie login', 'dnie sign']],
    ['filters=subject.rfc2254:cn=*real*', () => ['real name']],
    ['filters=subject.rfc2254:(CN=', () => []],
    ['filters=issuer.rfc2254:(|(CN=Police CA)(CN=AC CAMERFIRMA*))', () => ['camerfirma', 'pseudonym', 'real name']],
    ['filters=issuer.rfc2254.recurse:(CN=Police CA)', () => ['pseudonym', 'real name']],
    ['filters=policyid:1.2.3,1.3.6.1.4.1.17326.10.16.1.2', () => ['camerfirma']],
    ['filters=policyid:1.2.3', () => []],
    ['filters=pseudonym:only', () => ['pseudonym']],
    ['filters=pseudonym:andothers', () => without('real name')],
    ['filters=pseudonym:', () => without('real name')],
    ['filters=keyusage.nonrepudiation:true;keyusage.digitalsignature:false', () => ['dnie sign']],
    ['filters=keyUsage.digitalSignature:true;keyusage.nonRepudiation:false', () => ['dnie login']],
    ['filters=keyusage.keycertsign:true', () => []],
    ['filters=keyusage.keyencipherment:null', () => EVERY],
    ['filters=disableopeningexternalstores;nonexpired:', () => CURRENT],
    ['filters=disableopeningexternalstores', () => EVERY],
    ['filters=made.up:x', () => EVERY],
    ['filters.1=ssl:4a02\nfilters.2=dnie:;nonexpired:\nfilters.4=ssl:4a08', () => ['camerfirma', 'dnie sign']],
    ['filter=ssl:4a02\nfilters=dnie:', () => ['camerfirma']],
  ])('let through by %j', (text, expected) => {
    expect(pass(text)).toEqual(expected());
  });

  it('know a certificate by its print and its bytes', () => {
    const der = all.get('camerfirma')?.certificate.der ?? Buffer.alloc(0);
    const print = (hash: string) => createHash(hash).update(der).digest('hex');
    expect(pass(`filters=thumbprint:SHA1:${print('sha1').toUpperCase()}`)).toEqual(['camerfirma']);
    expect(pass(`filters=thumbprint:SHA-256:${print('sha256')}`)).toEqual(['camerfirma']);
    expect(pass(`filters=thumbprint:SHA-512:${print('sha512').replace(/../g, '$& ')}`)).toEqual(['camerfirma']);
    expect(pass(`filters=thumbprint:MD5:${print('md5')}`)).toEqual([]);
    expect(pass(`filters=encodedcert:${der.toString('base64')}`)).toEqual(['camerfirma']);
    expect(pass('filters=encodedcert:AAAA')).toEqual([]);
  });
});

describe('a search filter', () => {
  const name = attributesOf('CN=Ana \\(I\\)\\2C García,OU=a+OU=b,2.5.4.5=ID*1,O=\\C3\\91andú\\, S.A.');

  it('reads the parts of a name', () => {
    expect(name).toEqual([
      { type: 'cn', value: 'Ana (I), García' },
      { type: 'ou', value: 'a' },
      { type: 'ou', value: 'b' },
      { type: 'serialnumber', value: 'ID*1' },
      { type: 'o', value: 'Ñandú, S.A.' },
    ]);
  });

  it.each([
    ['(cn=*)', true],
    ['(cn=ana*garcía)', true],
    ['(cn=ana \\28i\\29*)', true],
    ['(cn=*garcía*garcía)', false],
    ['(cn=ana)', false],
    ['(ou=b)', true],
    ['( & (ou=a) (ou=b) )', true],
    ['(&)', true],
    ['(|)', false],
    ['(!(ou=c))', true],
    ['(serialNumber=ID\\2a1)', true],
    ['(serialNumber=ID\\2a2)', false],
    ['(o~=ñandú, s.a.)', true],
    ['(o>=n)', true],
    ['(ou<=a)', true],
    ['(ou>=c)', false],
    ['o=\\c3\\91*', true],
    ['(x=*)', false],
  ])('%s is %s', (text, expected) => {
    expect(readNameFilter(text)?.(name)).toBe(expected);
  });

  it.each([
    '',
    '(',
    '(cn=a',
    '(cn=a))',
    '(cn)',
    '(!(cn=a)',
    '(&(cn=a)',
    '(:dn:=x)',
    `${'(!'.repeat(30)}(cn=a)${')'.repeat(30)}`,
    `(cn=${'a'.repeat(5_000)})`,
  ])('is none: %s', (text) => {
    expect(readNameFilter(text)).toBeNull();
  });

  it('takes no time that grows with its stars', () => {
    const hostile = readNameFilter(`(cn=${'*a'.repeat(1_500)}*b)`);
    const started = performance.now();
    expect(hostile?.([{ type: 'cn', value: 'a'.repeat(20_000) }])).toBe(false);
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
