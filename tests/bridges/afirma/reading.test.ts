import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { AfirmaFailure, type FailureKind } from '../../../src/bridges/afirma/failure.ts';
import { readFormat } from '../../../src/bridges/afirma/formats.ts';
import { isTrue, readProperties } from '../../../src/bridges/afirma/properties.ts';
import { fromBase64, readQuery, toBase64url } from '../../../src/bridges/afirma/query.ts';
import { LARGEST_DATA, LONGEST_PROPERTIES, readData, readRequest, requireServed } from '../../../src/bridges/afirma/request.ts';
import { readSignable } from '../../../src/bridges/afirma/signable.ts';
import { base64url, frameOf } from './driver.ts';

function failureIn(run: () => unknown): FailureKind | 'none' {
  try {
    run();
    return 'none';
  } catch (error) {
    if (!(error instanceof AfirmaFailure)) throw error;
    return error.kind;
  }
}

describe('a query', () => {
  it('is split at the first = and knows no + for a blank', () => {
    expect([...(readQuery('dat=aGk==&title=a%20b+c&flag&e=%C3%A9') ?? [])]).toEqual([
      ['dat', 'aGk=='],
      ['title', 'a b+c'],
      ['flag', ''],
      ['e', 'é'],
    ]);
  });

  it.each(['a=1&a=2', 'a=%', 'a=%zz', 'a=%ff'])('is none: %s', (text) => {
    expect(readQuery(text)).toBeNull();
  });

  it('has base64 in both alphabets, padded or not', () => {
    expect(fromBase64('-_8=')).toEqual(Buffer.from('fbff', 'hex'));
    expect(fromBase64('+/8')).toEqual(Buffer.from('fbff', 'hex'));
    expect(toBase64url(Buffer.from('fbff', 'hex'))).toBe('-_8=');
    for (const text of ['a', 'ab!c', 'a b', 'abc===']) expect(fromBase64(text), text).toBeNull();
  });
});

describe('Java properties', () => {
  it('are read as Java reads them', () => {
    const text =
      'mode=implicit\r\n# a comment\n! another\n  filters.1 = a:b;c:d\nlong=one \\\n   two\nkey:with colon\nblank value\nu=\\u00e9\\tx\\=y\nlast';
    expect([...readProperties(text)]).toEqual([
      ['mode', 'implicit'],
      ['filters.1', 'a:b;c:d'],
      ['long', 'one two'],
      ['key', 'with colon'],
      ['blank', 'value'],
      ['u', 'é\tx=y'],
      ['last', ''],
    ]);
  });

  it('take the later of two lines and survive a loose backslash', () => {
    expect([...readProperties('a=1\na=2\nb=c\\')]).toEqual([
      ['a', '2'],
      ['b', 'c'],
    ]);
    // A regular expression that looks for the backslashes at the end takes hours for what fits in one message.
    expect(readProperties(`a=${'\\'.repeat(400_000)}x`).get('a')).toBe(`${'\\'.repeat(200_000)}x`);
    expect([isTrue('TRUE'), isTrue(' true'), isTrue('yes'), isTrue(undefined)]).toEqual([true, true, false, false]);
  });
});

describe('a request', () => {
  it('with settings longer than any image in them is refused', () => {
    const properties = base64url(`a=${'x'.repeat(LONGEST_PROPERTIES)}`);
    expect(failureIn(() => readRequest(frameOf('sign', 'x', { properties })))).toBe('properties');
  });

  it('is read with its properties', () => {
    const request = readRequest(frameOf('sign', 'x', { algorithm: 'SHA256withRSA', properties: base64url('mode=implicit\n') }));
    expect([request.op, request.parameters.get('algorithm'), request.properties.get('mode')]).toEqual([
      'sign',
      'SHA256withRSA',
      'implicit',
    ]);
  });

  it.each<[string, FailureKind]>([
    ['https://sign?op=sign', 'scheme'],
    ['sign', 'scheme'],
    ['afirma://sign?op=load&idsession=x', 'malformed'],
    ['afirma://sign?op=sign&op=sign', 'malformed'],
    ['afirma://sign?op=%', 'malformed'],
    ['afirma://sign?op=sign&properties=!!', 'properties'],
  ])('is none: %s', (text, kind) => {
    expect(failureIn(() => readRequest(text))).toBe(kind);
  });

  it.each<[Record<string, string>, FailureKind | 'none']>([
    [{}, 'none'],
    [{ mcv: '1.6.5' }, 'none'],
    [{ mcv: '1.10.1' }, 'none'],
    [{ mcv: '1.10.2' }, 'newer_wanted'],
    [{ mcv: '2' }, 'newer_wanted'],
    [{ mcv: 'newest' }, 'malformed'],
    [{ ksb64: base64url('PKCS11') }, 'none'],
    [{ ksb64: base64url('PKCS11:/tmp/evil.so') }, 'none'],
    [{ ksb64: base64url('MOZ_UNI') }, 'none'],
    [{ keystore: 'WINDOWS' }, 'none'],
    [{ ksb64: base64url('PKCS12:/home/me/me.p12') }, 'keystore'],
    [{ keystore: 'JKS' }, 'keystore'],
    [{ ksb64: '%%' }, 'malformed'],
  ])('asks for what is served or not: %j', (parameters, kind) => {
    const raw = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    expect(failureIn(() => requireServed(readRequest(`afirma://sign?op=sign&${raw.join('&')}`)))).toBe(kind);
  });

  it.each<[string | undefined, FailureKind]>([
    [undefined, 'data_missing'],
    ['', 'data_missing'],
    ['http://192.0.2.1/latest', 'data_address'],
    ['https://sede.example/doc.pdf', 'data_address'],
    ['HTTPS://sede.example', 'data_address'],
    ['ftp://sede.example/x', 'data_address'],
    ['gopher:x', 'data_address'],
    ['file:///etc/passwd', 'data_file'],
    ['FILE:C:\\x', 'data_file'],
    ['not base64', 'data_malformed'],
  ])('brings no document: %s', (text, kind) => {
    expect(failureIn(() => readData(text, false))).toBe(kind);
  });

  it('unpacks what is packed, and no bomb', () => {
    expect(readData(base64url(gzipSync('hola')), true).toString()).toBe('hola');
    expect(failureIn(() => readData(base64url('hola'), true))).toBe('data_malformed');
    expect(failureIn(() => readData(base64url(gzipSync(Buffer.alloc(LARGEST_DATA + 1))), true))).toBe('data_malformed');
    expect(failureIn(() => readData('A'.repeat(Math.ceil(LARGEST_DATA * 1.34)), false))).toBe('data_malformed');
  });
});

describe('what is wanted signed', () => {
  const wanted = { algorithm: 'SHA256withRSA', format: 'NONE', data: Buffer.from('hola'), properties: new Map<string, string>() };

  it.each([
    ['SHA256withRSA', 'sha256'],
    ['SHA-384withECDSA', 'sha384'],
    ['SHA512', 'sha512'],
    ['sha256withrsa', 'sha256'],
  ])('has the hash of %s', (algorithm, hash) => {
    expect(readSignable('sign', { ...wanted, algorithm }).hash).toBe(hash);
  });

  it.each<[string | undefined, FailureKind]>([
    [undefined, 'algorithm_missing'],
    ['', 'algorithm_missing'],
    ['SHA1withRSA', 'algorithm'],
    ['MD5withRSA', 'algorithm'],
    ['SHA256withDSA', 'algorithm'],
  ])('has no algorithm of ours: %s', (algorithm, kind) => {
    expect(failureIn(() => readSignable('sign', { ...wanted, algorithm }))).toBe(kind);
  });

  const PDF = '%PDF-1.7 …';
  const XML = '\ufeff<?xml version="1.0"?><Facturae/>';
  const CMS = Buffer.from('302306092a864886f70d010702a016', 'hex');
  it.each<[string | undefined, 'sign' | 'cosign' | 'countersign', string | Buffer, string]>([
    ['NONE', 'sign', 'x', 'none'],
    ['PKCS#1', 'sign', 'x', 'none'],
    ['CAdES', 'sign', PDF, 'cades'],
    ['cades', 'countersign', 'x', 'cades'],
    ['AUTO', 'sign', 'plain', 'cades'],
    ['AUTO', 'cosign', CMS, 'cades'],
    ['AUTO', 'cosign', 'plain', 'data_unknown'],
    ['AUTO', 'sign', PDF, 'format'],
    ['AUTO', 'sign', XML, 'format'],
    ['AUTO', 'sign', '<a>1</a>', 'format'],
    ['AUTO', 'sign', 'PK\u0003\u0004 [Content_Types].xml', 'format'],
    [undefined, 'sign', 'x', 'format_missing'],
    ['PAdES', 'sign', PDF, 'format'],
    ['Adobe PDF', 'sign', PDF, 'format'],
    ['XAdES', 'sign', XML, 'format'],
    ['XAdES Enveloped', 'sign', XML, 'format'],
    ['FacturaE', 'sign', XML, 'format'],
    ['ODF', 'sign', 'x', 'format'],
    ['OOXML', 'sign', 'x', 'format'],
    ['CAdES-ASiC-S', 'sign', 'x', 'format'],
    ['CMS/PKCS#7', 'sign', 'x', 'format'],
    ['XMLdSig', 'sign', XML, 'format'],
    ['CAdEStri', 'sign', 'x', 'format_server'],
    ['PAdEStri', 'sign', PDF, 'format_server'],
    ['NONE', 'cosign', 'x', 'operation'],
  ])('has the format of %s, %s', (name, operation, data, format) => {
    let found: string;
    try {
      found = readFormat(name, operation, Buffer.from(data));
    } catch (error) {
      if (!(error instanceof AfirmaFailure)) throw error;
      found = error.kind;
    }
    expect(found).toBe(format);
  });
});
