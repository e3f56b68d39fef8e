import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { type Arrival, Credentials, Gate, Origins, type Principal, type WebAccess } from '../../src/access/index.ts';
import { Clients, Database, OriginStore } from '../../src/store/index.ts';

const PAIRED = 'https://sede.example.es';
const STRANGE = 'https://shop.example';
const database = Database.open(':memory:');
const credentials = new Credentials(new Clients(database));
const origins = new Origins(new OriginStore(database));
origins.pair(PAIRED, ['sign'], 1, 'page');
const gate = new Gate(credentials, origins);
gate.listensOn(9711);

const host = '127.0.0.1:9711';
/** What browsers send along with a script's own fetch to another site. */
const FETCH = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors', 'sec-fetch-dest': 'empty' };
const local = { authorization: `Bearer ${credentials.localToken}` };

function asked(headers: IncomingHttpHeaders, access: WebAccess = 'paired', overSocket = false): Principal | string {
  const arrival: Arrival = { headers: { host, ...headers }, overSocket, method: 'POST' };
  try {
    return gate.requireSite(arrival, access);
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

describe('a web page', () => {
  it('is its origin, without a scope', () => {
    const site = { id: `site:${PAIRED}`, scopes: new Set(), local: false, site: { origin: PAIRED, via: 'page' } };
    expect(asked({ origin: PAIRED, ...FETCH })).toEqual(site);
    expect(asked({ origin: PAIRED, ...FETCH, 'sec-fetch-site': 'same-site' })).toEqual(site);
    // Browsers of some years ago say nothing of their fetches.
    expect(asked({ origin: PAIRED })).toEqual(site);
  });

  it('is let in unpaired only where anyone is', () => {
    expect(asked({ origin: STRANGE, ...FETCH })).toBe('origin_not_paired');
    expect(asked({ origin: STRANGE, ...FETCH }, 'anyone')).toMatchObject({ id: `site:${STRANGE}`, site: { via: 'page' } });
  });

  it('is out from the moment its pairing ends', () => {
    origins.pair('https://brief.example', ['sign'], 1, 'page');
    expect(asked({ origin: 'https://brief.example', ...FETCH })).toMatchObject({ id: 'site:https://brief.example' });
    origins.revoke('https://brief.example');
    expect(asked({ origin: 'https://brief.example', ...FETCH })).toBe('origin_not_paired');
  });

  it.each([
    { origin: 'null' },
    { origin: '' },
    { origin: 'http://sede.example.es' },
    { origin: 'https://sede.example.es:8443' },
    { origin: `${PAIRED}.` },
    { origin: `${PAIRED}/` },
    { origin: PAIRED.toUpperCase() },
    { origin: 'https://sede.example.es.evil.test' },
    { origin: 'https://evilsede.example.es' },
    { origin: `${PAIRED}, https://evil.test` },
    { origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop' },
    { origin: 'file://' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-site': 'none' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-site': 'same-origin' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-site': 'nonsense' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-mode': 'no-cors' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-mode': 'navigate' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-mode': 'websocket' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-dest': 'iframe' },
    { origin: PAIRED, ...FETCH, 'sec-fetch-dest': 'document' },
    { origin: PAIRED, ...FETCH, ...local },
    { origin: PAIRED, ...FETCH, authorization: 'Bearer x' },
    { origin: PAIRED, 'signet-origin': PAIRED, 'signet-via': 'extension' },
    { origin: PAIRED, ...FETCH, 'signet-via': 'extension' },
    { origin: 'http://127.0.0.1:9711' },
    { origin: 'http://localhost:9711', ...FETCH, 'sec-fetch-site': 'same-origin' },
    { ...FETCH },
  ])('is not %j', (headers) => {
    expect(asked(headers)).toBe('origin_not_paired');
  });

  it('has a Host of ours first of all', () => {
    for (const name of ['evil.test:9711', '127.0.0.1:1', 'localhost.evil.test:9711', 'sede.example.es'])
      expect(asked({ origin: PAIRED, ...FETCH, host: name }, 'anyone')).toBe('host_not_allowed');
    for (const name of ['localhost:9711', '[::1]:9711', 'LOCALHOST:9711'])
      expect(asked({ origin: PAIRED, ...FETCH, host: name })).toMatchObject({ id: `site:${PAIRED}` });
  });

  it('is of this user: another user’s program is no browser of theirs, whatever it sends', () => {
    const headers = { host, origin: PAIRED, ...FETCH };
    const from = (own: boolean) => gate.requireSite({ headers, overSocket: false, ownUser: () => own }, 'anyone');
    expect(() => from(false)).toThrow('origin_not_paired');
    expect(from(true)).toMatchObject({ id: `site:${PAIRED}` });
  });

  it('never comes over the socket', () => {
    expect(asked({ origin: PAIRED }, 'anyone', true)).toBe('origin_not_paired');
    expect(asked({ origin: PAIRED, ...FETCH }, 'anyone', true)).toBe('origin_not_paired');
  });
});

describe('a program that speaks for a site', () => {
  const relay = { 'signet-origin': PAIRED, 'signet-via': 'extension' };

  it('is that site, paired or not, over the socket or with the local token', () => {
    expect(asked(relay, 'paired', true)).toEqual({
      id: `site:${PAIRED}`,
      scopes: new Set(),
      local: false,
      site: { origin: PAIRED, via: 'extension' },
    });
    expect(asked({ ...relay, ...local })).toMatchObject({ site: { origin: PAIRED, via: 'extension' } });
    expect(asked({ ...relay, 'signet-origin': STRANGE, 'signet-via': 'webeid' }, 'paired', true)).toMatchObject({
      id: `site:${STRANGE}`,
      site: { origin: STRANGE, via: 'webeid' },
    });
    expect(asked({ ...relay, 'signet-origin': 'HTTPS://Sede.Example.es:443' }, 'paired', true)).toMatchObject({
      id: `site:${PAIRED}`,
    });
  });

  it('is nobody without a credential, and a named client may not', () => {
    const { token } = credentials.add('relay', ['status', 'sign', 'pin', 'admin']);
    expect(asked(relay)).toBe('unauthenticated');
    expect(asked({ ...relay, authorization: 'Bearer x' }, 'paired', true)).toBe('unauthenticated');
    expect(asked({ ...relay, authorization: `Bearer ${token}` })).toBe('local_only');
    expect(asked({ ...relay, authorization: `Bearer ${token}` }, 'anyone', true)).toBe('local_only');
    const { code } = credentials.console.makeCode();
    const session = { authorization: `Bearer ${credentials.console.exchange(code).token}` };
    const page = { origin: 'http://127.0.0.1:9711', 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' };
    expect(asked({ ...relay, ...session, ...page })).toBe('origin_not_paired');
  });

  it.each([
    [{ ...relay, 'signet-origin': 'null' }, 'origin_not_paired'],
    [{ ...relay, 'signet-origin': 'http://sede.example.es' }, 'origin_not_paired'],
    [{ ...relay, 'signet-origin': `${PAIRED}/login` }, 'origin_not_paired'],
    [{ ...relay, 'signet-origin': 'http://127.0.0.1:9711' }, 'origin_not_paired'],
    [{ ...relay, 'signet-origin': `${PAIRED}, ${STRANGE}` }, 'origin_not_paired'],
    [{ 'signet-via': 'extension' }, 'origin_not_paired'],
    [{ ...relay, 'signet-via': 'page' }, 'invalid_request'],
    [{ ...relay, 'signet-via': 'program' }, 'invalid_request'],
    [{ ...relay, 'signet-via': '' }, 'invalid_request'],
    [{ 'signet-origin': PAIRED }, 'invalid_request'],
    [{}, 'invalid_request'],
    [{ ...relay, origin: PAIRED }, 'origin_not_paired'],
    [{ ...relay, origin: 'null' }, 'origin_not_paired'],
    [{ ...relay, 'sec-fetch-site': 'none' }, 'origin_not_paired'],
    [{ ...relay, 'sec-fetch-site': 'cross-site' }, 'origin_not_paired'],
  ])('is refused with %j', (headers, code) => {
    expect(asked(headers, 'anyone', true)).toBe(code);
    expect(asked({ ...headers, ...local }, 'anyone')).toBe(code);
  });
});

describe('every other route', () => {
  it('is as closed to a paired page as to any', () => {
    for (const headers of [{ origin: PAIRED }, { origin: PAIRED, ...FETCH }, { origin: PAIRED, ...local }]) {
      expect(() => gate.requirePlace({ headers: { host, ...headers }, overSocket: false })).toThrow('origin_not_paired');
    }
  });

  it('is closed to whoever speaks for a site', () => {
    for (const signet of [{ 'signet-origin': PAIRED }, { 'signet-via': 'extension' }]) {
      const headers = { host, ...local, ...signet };
      for (const overSocket of [false, true])
        expect(() => gate.requirePlace({ headers, overSocket })).toThrow('origin_not_paired');
    }
  });
});
