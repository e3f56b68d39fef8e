import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certRevocationReachable } from '../../../src/diagnostics/checks/cert-revocation.ts';
import { certRevoked } from '../../../src/diagnostics/checks/cert-revoked.ts';
import { netOcsp } from '../../../src/diagnostics/checks/net-ocsp.ts';
import { netTlsIntercept } from '../../../src/diagnostics/checks/net-tls.ts';
import { osClockNetwork } from '../../../src/diagnostics/checks/os-clock-network.ts';
import { type CertificateView, CHECKS, runChecks } from '../../../src/diagnostics/index.ts';
import { reacher } from '../../../src/diagnostics/reach/reach.ts';
import type { Reached } from '../../../src/diagnostics/reach/reached.ts';
import { parseCertificate } from '../../../src/tokens/index.ts';
import { type Addresses, type Authority, authority } from '../authority.ts';
import { type Counted, serve, silent } from '../servers.ts';
import { type Changes, one, run, token, view } from './world.ts';

const NETWORK = [osClockNetwork, netTlsIntercept, certRevocationReachable, netOcsp, certRevoked];
const MINUTE = 60_000;

let ours: Authority;
let others: Authority;
/** What the server below says: of whom, and as what. */
let said: { revoked?: string[]; by?: 'authority' | 'delegate' | 'unnamed'; from?: Authority; ended?: boolean } = {};
let server: Counted;

beforeAll(async () => {
  [ours, others] = [await authority(), await authority()];
  server = await serve(async ({ method, url, body }, response) => {
    const { revoked = [], by = 'authority', from = ours, ended = false } = said;
    if (url === '/ca.der') return void response.end(ours.der);
    if (url === '/list.crl') return void response.end(await from.crl({ revoked, ended }));
    if (url === '/ocsp') return void response.end(method === 'POST' ? from.answer(body, { revoked, by }) : '');
    if (url === '/refuses') return void response.end(Buffer.from('30030a0106', 'hex'));
    if (url === '/page') return void response.end('<!doctype html><title>Log in to this network</title>');
    response.writeHead(url === '/broken' ? 503 : 404);
    response.end();
  });
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  ours[Symbol.dispose]();
  others[Symbol.dispose]();
});

function certificate(der: Buffer): CertificateView {
  const sha256 = createHash('sha256').update(der).digest('hex');
  return { id: sha256, tokenId: 'token-1', keyId: '01', label: 'Label', sha256, der, facts: parseCertificate(der), hasKey: null };
}

/** A view of a token with one certificate that names these addresses, in which loopback counts as another machine. */
async function naming(addresses: Addresses, changes: Changes & { authorities?: Buffer[]; patience?: number } = {}) {
  said = {};
  const { authorities = [], patience = 2_000, machine, ...rest } = changes;
  const certificates = [certificate(await ours.leaf('0a', addresses)), ...authorities.map(certificate)];
  const contents = async () => ({ certificates, keysWithoutCertificate: [] });
  const reach = reacher({ env: {}, own: true, patience, roots: { public: [], local: [] } });
  return view({ tokens: [token()], contents, machine: { reach, ...machine }, ...rest });
}

describe('checks that ask other machines', () => {
  it('are those, and no run makes one that was not asked for', async () => {
    expect(CHECKS.filter(({ optIn }) => optIn === true)).toEqual(NETWORK);
    const before = server.seen.length;
    const seen = await naming({ crl: [server.url('/list.crl')], ocsp: [server.url('/ocsp')], issuer: [server.url('/ca.der')] });
    const { checks } = await runChecks(seen);
    expect(checks.map(({ id }) => id).filter((id) => NETWORK.some((check) => check.id === id))).toEqual([]);
    expect(checks.find(({ id }) => id === 'cert.found')?.result).toBe('pass');
    expect(server.seen).toHaveLength(before);
    await runChecks(seen, { ids: ['cert.revocation-reachable'] });
    expect(server.seen).toHaveLength(before + 2);
  });

  it('leave open what they ask without a token, and have nothing to ask of a certificate that issued itself', async () => {
    for (const check of NETWORK) expect(await one(check, view())).toMatchObject({ result: 'unknown' });
    const seen = view({
      tokens: [token()],
      contents: async () => ({ certificates: [certificate(ours.der)], keysWithoutCertificate: [] }),
      machine: { reach: () => Promise.reject(new Error('asked')) },
    });
    for (const check of NETWORK) expect((await one(check, seen)).evidence).not.toHaveProperty('error');
  });

  it('send no name, no certificate and no number but the one that OCSP needs', async () => {
    const before = server.seen.length;
    const seen = await naming({ crl: [server.url('/list.crl')], ocsp: [server.url('/ocsp')], issuer: [server.url('/ca.der')] });
    await runChecks(seen, { checks: NETWORK, ids: NETWORK.map(({ id }) => id) });
    const asked = server.seen.slice(before);
    expect(asked.length).toBeGreaterThan(4);
    for (const { body, headers, url } of asked) {
      expect(JSON.stringify([headers, url])).not.toMatch(/Leaf|signet|token-1|Label/i);
      expect(body.length).toBeLessThan(120);
    }
  });
});

describe('cert.revocation-reachable', () => {
  const check = certRevocationReachable;

  it('passes when all answer, and when there is nobody to ask', async () => {
    const seen = await naming({ crl: [server.url('/list.crl')], ocsp: [server.url('/ocsp')] });
    expect(await one(check, seen)).toMatchObject({ result: 'pass', evidence: { named: 2, asked: 2, answered: 2 } });
    expect(await one(check, await naming({}))).toMatchObject({
      result: 'pass',
      found: 'Leaf 0a names no place that tells whether it was revoked.',
    });
  });

  it.each([
    ['/broken', 'unreachable', 'HTTP 503', /does not answer/],
    ['/missing', 'unreachable', 'HTTP 404', /does not answer/],
    ['/page', 'strange', 'HTTP 200', /Something other than a list/],
  ])('fails when a list is looked for at %s: %s', async (path, _variant, code, found) => {
    const failed = await one(check, await naming({ crl: [server.url(path)] }));
    expect(failed).toMatchObject({ result: 'fail', severity: 'warning', evidence: { code, host: `127.0.0.1:${server.port}` } });
    expect(failed.found).toMatch(found);
  });

  it('warns when one of two answers', async () => {
    const seen = await naming({ crl: [server.url('/missing')], ocsp: [server.url('/ocsp')] });
    expect(await one(check, seen)).toMatchObject({ result: 'warn', evidence: { asked: 2, answered: 1 } });
  });

  it('does not wait for who says nothing, and names who refuses', async () => {
    await using mute = await silent();
    const hanging = await naming({ ocsp: [mute.url()] }, { patience: 100 });
    expect(await one(check, hanging)).toMatchObject({ result: 'fail', evidence: { code: 'ETIMEDOUT' } });
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    expect(await one(check, await naming({ crl: [gone.url()] }))).toMatchObject({
      result: 'fail',
      evidence: { code: 'ECONNREFUSED' },
    });
  });

  it('does not ask directories, files or this machine, and says so', async () => {
    const seen = await naming({ crl: ['ldap://directory.example/cn=crl', 'file:///etc/passwd'] });
    expect(await one(check, seen)).toMatchObject({ result: 'unknown', evidence: { named: 2, asked: 0 } });
    const here = await naming({ crl: [server.url('/list.crl')] }, { machine: { reach: reacher({ env: {} }) } });
    const before = server.seen.length;
    expect(await one(check, here)).toMatchObject({ result: 'unknown', evidence: { code: 'EOWNADDRESS' } });
    expect(server.seen).toHaveLength(before);
  });

  it('blames the proxy that is in between', async () => {
    await using proxy = await serve((_request, response) => {
      response.writeHead(502);
      response.end();
    });
    const reach = reacher({ env: { http_proxy: proxy.url() } });
    const seen = await naming({ crl: ['http://crl.example/list.crl'] }, { machine: { reach } });
    const failed = await one(check, seen);
    expect(failed).toMatchObject({ result: 'fail', evidence: { host: 'crl.example', code: 'HTTP 502' } });
    expect(failed.found).toMatch(/^The proxy does not let crl\.example be reached/);
  });
});

describe('net.ocsp', () => {
  it.each([
    ['/ocsp', 'pass', /answers questions/],
    ['/refuses', 'warn', /refuses to answer .* \(unauthorized\)/],
    ['/page', 'fail', /is no answer/],
    ['/missing', 'fail', /is no answer .*HTTP 404/],
    ['/broken', 'fail', /does not answer/],
  ])('with %s is a %s', async (path, result, found) => {
    const seen = await naming({ ocsp: [server.url(path)] }, { authorities: [ours.der] });
    expect(await one(netOcsp, seen)).toMatchObject({ result, found: expect.stringMatching(found) });
  });

  it("fetches the issuer's certificate where the certificate says it is, and takes no other for it", async () => {
    const fetched = await naming({ ocsp: [server.url('/ocsp')], issuer: [server.url('/page'), server.url('/ca.der')] });
    expect(await one(netOcsp, fetched)).toMatchObject({ result: 'pass' });
    const without = await naming({ ocsp: [server.url('/ocsp')], issuer: [server.url('/page')] }, { authorities: [others.der] });
    expect(await one(netOcsp, without)).toMatchObject({
      result: 'unknown',
      found: expect.stringContaining("issuer's certificate"),
    });
    expect(await one(netOcsp, await naming({}))).toMatchObject({
      result: 'pass',
      found: expect.stringContaining('no such service'),
    });
  });
});

describe('cert.revoked', () => {
  const both = () => ({ ocsp: [server.url('/ocsp')], crl: [server.url('/list.crl')], issuer: [server.url('/ca.der')] });
  const ask = async (addresses: Addresses, says: typeof said, changes: Changes = {}) => {
    const seen = await naming(addresses, changes);
    said = says;
    return one(certRevoked, seen);
  };

  it('tells as of when it was not', async () => {
    const found = await ask(both(), {});
    expect(found).toMatchObject({ result: 'pass', evidence: { how: 'OCSP', thisUpdate: expect.stringMatching(/^\d{4}-.*Z$/) } });
    expect(await ask({ ...both(), ocsp: [] }, {})).toMatchObject({ result: 'pass', evidence: { how: 'CRL', revokedAt: null } });
  });

  it.each(['OCSP', 'CRL'])('tells since when it was, by %s, and the way to another one', async (how) => {
    const addresses = how === 'OCSP' ? both() : { ...both(), ocsp: [] };
    const procedureFor = (purpose: string) => `ours.${purpose}`;
    const found = await ask(addresses, { revoked: ['0a'] }, { procedureFor });
    expect(found).toMatchObject({ result: 'fail', severity: 'error', evidence: { how }, procedureId: 'ours.obtain' });
    expect(found.found).toMatch(/^Leaf 0a was revoked on \d{4}-\d\d-\d\d \d\d:\d\d UTC, as its issuer said/);
  });

  it('believes nobody whom the issuer did not name', async () => {
    const only = { ...both(), crl: [] };
    expect(await ask(only, { revoked: ['0a'], by: 'unnamed' })).toMatchObject({
      result: 'unknown',
      evidence: { code: 'signature' },
    });
    expect(await ask(only, { by: 'delegate' })).toMatchObject({ result: 'pass' });
    expect(await ask(both(), { revoked: ['0a'], from: others })).toMatchObject({
      result: 'unknown',
      evidence: { code: 'signature' },
    });
  });

  it('goes on to the list when the service does not say', async () => {
    expect(await ask({ ...both(), ocsp: [server.url('/refuses')] }, { revoked: ['0a'] })).toMatchObject({
      result: 'fail',
      evidence: { how: 'CRL' },
    });
  });

  it('does not take an old answer for one of today, nor silence for "no"', async () => {
    expect(await ask({ ...both(), ocsp: [] }, { ended: true })).toMatchObject({
      result: 'unknown',
      evidence: { code: 'outdated' },
    });
    expect(await ask({ ...both(), ocsp: [], crl: [server.url('/page')] }, {})).toMatchObject({ evidence: { code: 'malformed' } });
    expect(await ask({ ...both(), ocsp: [], crl: [server.url('/missing')] }, {})).toMatchObject({
      evidence: { code: 'unreachable' },
    });
    expect(await ask({ issuer: both().issuer }, {})).toMatchObject({ result: 'unknown' });
    expect(await ask({ crl: both().crl }, {})).toMatchObject({
      result: 'unknown',
      found: expect.stringContaining("issuer's certificate"),
    });
  });
});

describe('os.clock-network', () => {
  const at = (offset: number) => ({ machine: { now: () => Date.now() + offset } });
  const asking = async (offset: number) => one(osClockNetwork, await naming({ crl: [server.url('/list.crl')] }, at(offset)));

  it.each([
    [0, 'pass', /agrees/],
    [4 * MINUTE, 'pass', /agrees/],
    [-4 * MINUTE, 'pass', /agrees/],
    [7 * MINUTE, 'warn', /is ahead of .*; minutes: 7\.$/],
    [-90 * MINUTE, 'warn', /is behind .*; minutes: 90\.$/],
  ])('with a clock that is %i ms off is a %s', async (offset, result, found) => {
    expect(await asking(offset)).toMatchObject({ result, found: expect.stringMatching(found) });
  });

  it('lets one host that agrees outweigh another that is wrong', async () => {
    await using wrong = await serve((_request, response) => {
      response.writeHead(200, { date: 'Thu, 01 Jan 2015 00:00:00 GMT' });
      response.end();
    });
    const seen = await naming({ crl: [wrong.url(), server.url('/list.crl')] });
    expect(await one(osClockNetwork, seen)).toMatchObject({ result: 'pass', evidence: { asked: 2, answered: 2 } });
    expect(await one(osClockNetwork, await naming({ crl: [wrong.url()] }))).toMatchObject({ result: 'warn' });
  });

  it('cannot tell when nobody tells the time', async () => {
    const gone = await serve(() => undefined);
    await gone[Symbol.asyncDispose]();
    expect(await one(osClockNetwork, await naming({ crl: [gone.url()] }))).toMatchObject({
      result: 'unknown',
      evidence: { answered: 0 },
    });
  });
});

describe('net.tls-intercept', () => {
  const answering = async (tls: Extract<Reached, { outcome: 'answered' }>['tls']) => {
    const asked: string[] = [];
    const reach = async (url: string): Promise<Reached> => {
      asked.push(url);
      return { outcome: 'answered', status: 200, time: null, body: Buffer.alloc(0), cut: false, proxied: false, tls };
    };
    const seen = await naming({ crl: ['http://crl.example:8080/list', 'https://secure.example/list'] }, { machine: { reach } });
    return { asked, ...(await run([netTlsIntercept], seen)) };
  };

  it('asks each host over TLS', async () => {
    const { asked, checks } = await answering({ anchor: 'public', issuer: 'Known' });
    expect(checks.map(({ result, subject }) => [result, subject])).toEqual([
      ['pass', 'secure.example'],
      ['pass', 'crl.example'],
    ]);
    expect(new Set(asked)).toEqual(new Set(['https://secure.example/list', 'https://crl.example/']));
  });

  it.each([
    ['local' as const, /^Reads Along CA, an authority that was added to this computer/],
    ['nobody' as const, /^Reads Along CA, an authority that is not known here/],
  ])('warns of one that is vouched for by %s', async (anchor, found) => {
    const { checks } = await answering({ anchor, issuer: 'Reads Along CA' });
    expect(checks).toHaveLength(2);
    for (const each of checks)
      expect(each).toMatchObject({ result: 'warn', found: expect.stringMatching(found), evidence: { anchor } });
  });

  it('tells nothing of hosts that speak no TLS', async () => {
    expect(await one(netTlsIntercept, await naming({ crl: [server.url('/list.crl')] }))).toMatchObject({ result: 'unknown' });
  });
});
