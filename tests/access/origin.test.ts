import { describe, expect, it } from 'vitest';
import { originOf } from '../../src/access/index.ts';

/** `:~` stands for what makes an address of a text: most of these are none, and not to be taken for one. */
const written = (text: string): string => text.replace(':~', '://').replace('(at)', '@');

describe('an origin', () => {
  it.each([
    ['https:~sede.example.es', 'https:~sede.example.es'],
    ['https:~sede.example.es:8443', 'https:~sede.example.es:8443'],
    ['https:~sede.example.es:443', 'https:~sede.example.es'],
    ['HTTPS:~Sede.Example.ES', 'https:~sede.example.es'],
    ['https:~intranet', 'https:~intranet'],
    ['https:~192.0.2.7', 'https:~192.0.2.7'],
    ['https:~[2001:DB8::1]:8443', 'https:~[2001:db8::1]:8443'],
    ['https:~localhost', 'https:~localhost'],
    ['http:~localhost', 'http:~localhost'],
    ['http:~localhost:80', 'http:~localhost'],
    ['http:~localhost:3000', 'http:~localhost:3000'],
    ['http:~127.0.0.1:3000', 'http:~127.0.0.1:3000'],
    ['http:~[::1]:3000', 'http:~[::1]:3000'],
    ['https:~españa.example', 'https:~xn--espaa-rta.example'],
    ['https:~xn--espaa-rta.example', 'https:~xn--espaa-rta.example'],
    // A Cyrillic а is another name, and looks it once it is written in ASCII.
    ['https:~b\u0430nk.example', 'https:~xn--bnk-6cd.example'],
    // Names that begin or end like one of this machine are sites of their own.
    ['https:~localhost.evil.test', 'https:~localhost.evil.test'],
    ['https:~127.0.0.1.evil.test', 'https:~127.0.0.1.evil.test'],
  ])('%s is %s', (text, origin) => {
    expect(originOf(written(text))).toBe(written(origin));
    expect(originOf(written(origin))).toBe(written(origin));
  });

  it.each([
    '',
    'null',
    'https:~',
    'https:',
    'sede.example.es',
    '//sede.example.es',
    'http:~sede.example.es',
    'http:~localhost.evil.test',
    'http:~evil.localhost',
    'http:~127.0.0.1.evil.test',
    'http:~127.0.0.2',
    'http:~0.0.0.0',
    'http:~[::]',
    'http:~[::ffff:127.0.0.1]',
    'http:~localhost.',
    'https:~sede.example.es.',
    'https:~sede..example.es',
    'https:~.example.es',
    'https:~*.example.es',
    'https:~sede.example.es/',
    'https:~sede.example.es/login',
    'https:~sede.example.es?x',
    'https:~sede.example.es#x',
    'https:~sede.example.es\\x',
    'https:~user(at)sede.example.es',
    'https:~user:pass(at)sede.example.es',
    'https:~sede.example.es(at)evil.test',
    'https:~sede%2eexample.es',
    'https:~sede.example.es:70000',
    'https:~sede.example.es:x',
    ' https:~sede.example.es',
    'https:~sede.example.es ',
    'https:~sede.example.es\t',
    'https:~sede.example.es, https:~evil.test',
    'https:~sede.example.es\u0000',
    'https:~sede\u00ad.example.es',
    'https:~sede\u200b.example.es',
    'file://',
    'file:///etc/passwd',
    'data:text/html,x',
    'blob:https:~sede.example.es/x',
    'ws:~localhost',
    'wss:~sede.example.es',
    'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
    'moz-extension://2b1c5a3e-0000-4000-8000-000000000000',
    'about:blank',
    'javascript:alert(1)',
  ])('%j is none', (text) => expect(originOf(written(text))).toBeNull());

  it('has 300 characters at most', () => {
    const long = written(`https:~${'a.'.repeat(140)}example.es`);
    expect(long.length).toBeLessThanOrEqual(300);
    expect(originOf(long)).toBe(long);
    expect(originOf(written(`https:~${'a.'.repeat(150)}example.es`))).toBeNull();
    expect(originOf(written(`https:~${'x'.repeat(100_000)}`))).toBeNull();
  });
});
