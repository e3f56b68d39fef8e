import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { Credentials, Gate, LOCAL, requireScope } from '../../src/access/index.ts';
import { Clients, Database } from '../../src/store/index.ts';

const database = Database.open(':memory:');
const credentials = new Credentials(new Clients(database));
const gate = new Gate(credentials);
gate.listensOn(9711);

function code(run: () => unknown): string {
  try {
    run();
    return 'passed';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
const place = (headers: IncomingHttpHeaders, overSocket = false) => code(() => gate.requirePlace({ headers, overSocket }));
const who = (authorization: string | undefined, overSocket = false) =>
  code(() => gate.identify({ headers: authorization === undefined ? {} : { authorization }, overSocket }));

describe('Host', () => {
  it.each(['127.0.0.1:9711', 'localhost:9711', 'LOCALHOST:9711', '[::1]:9711'])('is ours: %s', (host) => {
    expect(place({ host })).toBe('passed');
  });

  it.each([
    undefined,
    '',
    'evil.example',
    'evil.example:9711',
    '127.0.0.1',
    '127.0.0.1:80',
    '127.0.0.1:97110',
    '127.0.0.2:9711',
    '0.0.0.0:9711',
    '[::]:9711',
    'localhost.evil.example:9711',
    'localhost:9711.evil.example',
    'localhost.:9711',
    '127.0.0.1:9711, evil.example',
    'signet',
    '2130706433:9711',
  ])('is not ours: %s', (host) => {
    expect(place(host === undefined ? {} : { host })).toBe('host_not_allowed');
  });

  it('is a loopback name or the program over the socket, at any port', () => {
    for (const host of ['signet', 'localhost', '127.0.0.1:1', '[::1]']) expect(place({ host }, true)).toBe('passed');
    for (const host of ['evil.example', 'localhost.evil.example', 'signet.evil.example']) {
      expect(place({ host }, true)).toBe('host_not_allowed');
    }
  });

  it('may leave the port out on port 80 only', () => {
    const other = new Gate(credentials);
    other.listensOn(80);
    expect(code(() => other.requirePlace({ headers: { host: 'localhost' }, overSocket: false }))).toBe('passed');
  });

  it('is nobody before the port is known', () => {
    const early = new Gate(credentials);
    expect(code(() => early.requirePlace({ headers: { host: '127.0.0.1:9711' }, overSocket: false }))).toBe('host_not_allowed');
  });
});

describe('Origin', () => {
  const host = '127.0.0.1:9711';

  it.each(['http://127.0.0.1:9711', 'http://localhost:9711', 'http://[::1]:9711'])('our own page: %s', (origin) => {
    expect(place({ host, origin })).toBe('passed');
  });

  it.each([
    'null',
    '',
    'https://evil.example',
    'https://127.0.0.1:9711',
    'http://127.0.0.1:8080',
    'file://',
    'http://localhost',
    'moz-extension://x',
  ])('foreign: %j', (origin) => {
    expect(place({ host, origin })).toBe('origin_not_paired');
    expect(place({ host: 'signet', origin }, true)).toBe('origin_not_paired');
  });

  it('is missing and the browser says that the page is foreign', () => {
    expect(place({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })).toBe('origin_not_paired');
    expect(place({ host, 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' })).toBe('origin_not_paired');
    expect(place({ host, 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' })).toBe('passed');
    expect(place({ host, 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' })).toBe('passed');
    expect(place({ host, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' })).toBe('passed');
  });

  it('counts after Host', () => {
    expect(place({ host: 'evil.example', origin: 'https://evil.example' })).toBe('host_not_allowed');
  });
});

describe('a credential', () => {
  it('is the bearer token of this start', () => {
    for (const scheme of ['Bearer', 'bearer', 'BEARER']) expect(who(`${scheme} ${credentials.localToken}`)).toBe('passed');
    expect(gate.identify({ headers: { authorization: `Bearer ${credentials.localToken}` }, overSocket: false })).toBe(LOCAL);
  });

  it.each([
    '',
    'Bearer',
    'Bearer ',
    'Basic Zm9vOmJhcg==',
    'Bearer a b',
    'Bearer nobody',
    'Bearer é',
    `Bearer ${'A'.repeat(10_000)}`,
  ])('is not %j', (text) => {
    expect(who(text)).toBe('unauthenticated');
    // A bad credential over the socket is not overlooked: whoever sends one means to be somebody else.
    expect(who(text, true)).toBe('unauthenticated');
  });

  it('is not needed over the socket', () => {
    expect(who(undefined, true)).toBe('passed');
    expect(who(undefined)).toBe('unauthenticated');
  });

  it('is neither a part of the token nor the token with something more', () => {
    const { localToken } = credentials;
    for (const near of [localToken.slice(0, -1), `${localToken}A`, localToken.toLowerCase(), `${localToken}=`]) {
      expect(who(`Bearer ${near}`)).toBe('unauthenticated');
    }
  });
});

describe('scopes', () => {
  const { token } = credentials.add('editor', ['status', 'sign']);

  it('are those of the named client, and no more', () => {
    const principal = gate.identify({ headers: { authorization: `Bearer ${token}` }, overSocket: false });
    expect(principal).toMatchObject({ id: 'client:editor', local: false });
    expect(['status', 'sign', 'pin', 'admin'].map((scope) => code(() => requireScope(principal, scope as 'pin')))).toEqual([
      'passed',
      'passed',
      'scope_missing',
      'scope_missing',
    ]);
  });

  it('are kept with a hash of the token alone', () => {
    const stored = JSON.stringify(database.all('SELECT * FROM clients'));
    expect(stored).not.toContain(token);
    expect(stored).not.toContain(token.slice(7));
  });

  it('end with the client, at once', () => {
    const made = credentials.add('gone', ['status']);
    expect(who(`Bearer ${made.token}`)).toBe('passed');
    credentials.remove('gone');
    expect(who(`Bearer ${made.token}`)).toBe('unauthenticated');
  });

  it('belong to one name only', () => {
    expect(code(() => credentials.add('editor', ['admin']))).toBe('client_exists');
    expect(code(() => credentials.remove('nobody'))).toBe('client_not_found');
    expect(credentials.list()).toMatchObject([{ name: 'editor', scopes: ['status', 'sign'] }]);
  });

  it('stay usable when "last used" cannot be written', () => {
    const other = Database.open(':memory:');
    const fragile = new Credentials(new Clients(other));
    const made = fragile.add('writer', ['status']);
    other.run('DROP TABLE clients');
    expect(fragile.whose(made.token)).toMatchObject({ id: 'client:writer' });
  });
});

describe('a new start', () => {
  it('has a new token of its own', () => {
    const next = new Credentials(new Clients(database));
    expect(next.localToken).not.toBe(credentials.localToken);
    expect(next.localToken).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(next.whose(credentials.localToken)).toBeNull();
  });
});
