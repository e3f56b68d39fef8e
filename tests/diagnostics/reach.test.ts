import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { guardedLookup, isOwnHost } from '../../src/diagnostics/reach/guard.ts';
import { proxyFor } from '../../src/diagnostics/reach/proxy.ts';
import { reacher, type Surroundings } from '../../src/diagnostics/reach/reach.ts';
import { folder } from './broken.ts';
import { proxyTo, serve, serveTls, silent } from './servers.ts';

const ever = new AbortController().signal;
const local = (more: Partial<Surroundings> = {}) => reacher({ env: {}, own: true, ...more });

describe('asking another machine', () => {
  it('sends a bare GET, and tells status, time and the beginning of what came', async () => {
    const date = 'Wed, 21 Oct 2026 07:28:00 GMT';
    await using server = await serve((_request, response) => {
      response.writeHead(200, { date, age: '60' });
      response.end('x'.repeat(5_000));
    });
    const found = await local()(server.url('/list.crl?a=b'), ever);
    expect(found).toMatchObject({ outcome: 'answered', status: 200, cut: true, proxied: false, tls: null });
    if (found.outcome !== 'answered') throw new Error(found.code);
    expect(found.body).toHaveLength(1_024);
    expect(found.time).toBe(Date.parse(date) + 60_000);
    expect(server.seen).toMatchObject([{ method: 'GET', url: '/list.crl?a=b' }]);
    expect(Object.keys(server.seen[0]?.headers ?? {}).sort()).toEqual(['accept', 'cache-control', 'connection', 'host']);
    const whole = await local()(server.url(), ever, { limit: 10_000 });
    expect(whole).toMatchObject({ cut: false, body: { length: 5_000 } });
  });

  it('posts an OCSP question and nothing else, and follows nobody with it', async () => {
    await using server = await serve((_request, response) => {
      response.writeHead(307, { location: '/elsewhere' });
      response.end();
    });
    const question = { nameHash: 'aa'.repeat(20), keyHash: 'bb'.repeat(20), serial: 'ff01' };
    expect(await local()(server.url(), ever, { question })).toMatchObject({ status: 307 });
    expect(server.seen).toHaveLength(1);
    expect(server.seen[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/ocsp-request' } });
    using home = folder();
    const file = join(home.path, 'request');
    writeFileSync(file, server.seen[0]?.body ?? '');
    const said = execFileSync('openssl', ['ocsp', '-reqin', file, '-req_text', '-noverify'], { encoding: 'utf8' });
    expect(said).toMatch(/Issuer Name Hash: (AA){20}\s+Issuer Key Hash: (BB){20}\s+Serial Number: FF01/);
  });

  it.each(['ldap://x/cn=x', 'file:///etc/passwd', 'ftp://x/', 'http://ann:secret@x/', 'crl.der', '', 'http://'])(
    'leaves %j alone',
    async (url) => {
      expect(await local()(url, ever)).toMatchObject({ outcome: 'failed', why: 'address' });
    },
  );

  it('does not wait for a server that says nothing, or never ends', async () => {
    await using mute = await silent();
    const quick = local({ patience: 150 });
    expect(await quick(mute.url(), ever)).toMatchObject({ outcome: 'failed', why: 'silent', code: 'ETIMEDOUT' });
    await using dripping = await serve((_request, response) => {
      response.writeHead(200);
      response.write('a');
    });
    expect(await quick(dripping.url(), ever)).toMatchObject({ outcome: 'failed', why: 'silent' });
    const gone = new AbortController();
    gone.abort();
    expect(await local()(mute.url(), gone.signal)).toMatchObject({ outcome: 'failed', why: 'silent' });
  });

  it('tells who refuses', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    expect(await local()(server.url(), ever)).toMatchObject({ outcome: 'failed', why: 'network', code: 'ECONNREFUSED' });
    expect(await reacher({ env: {} })('http://nobody.invalid/', ever)).toMatchObject({ outcome: 'failed', why: 'network' });
  });

  it('follows three times, and never to another kind of address', async () => {
    await using server = await serve(({ url }, response) => {
      const hop = Number(url.slice(1));
      response.writeHead(hop < 5 ? 302 : 200, hop < 5 ? { location: `/${hop + 1}` } : {});
      response.end();
    });
    expect(await local()(server.url('/2'), ever)).toMatchObject({ status: 200 });
    expect(await local()(server.url('/0'), ever)).toMatchObject({ status: 302 });
    await using sly = await serve((_request, response) => {
      response.writeHead(302, { location: 'file:///etc/passwd' });
      response.end();
    });
    expect(await local()(sly.url(), ever)).toMatchObject({ outcome: 'failed', why: 'address' });
  });
});

describe('this machine itself', () => {
  it.each([
    '127.0.0.1',
    '127.9.9.9:8080',
    '2130706433',
    'localhost',
    'a.localhost.',
    '[::1]',
    '[::ffff:7f00:1]',
    '0.0.0.0',
    '169.254.169.254',
    '[fe80::1]',
  ])('is not asked by the name %s', async (host) => {
    const url = new URL(`http://${host}/`);
    expect(await reacher({ env: {} })(url.href, ever)).toMatchObject({ outcome: 'failed', why: 'own' });
    expect(isOwnHost(url.hostname)).toBe(true);
  });

  it('is not asked by a name that leads to it', async () => {
    const find = promisify(guardedLookup);
    await expect(find('localhost', {})).rejects.toMatchObject({ code: 'EOWNADDRESS' });
    await expect(find('localhost', { all: true })).rejects.toMatchObject({ code: 'EOWNADDRESS' });
    expect(isOwnHost('crl.example')).toBe(false);
    expect(isOwnHost('192.168.1.1')).toBe(false);
  });

  it('is not asked through a redirect', async () => {
    await using server = await serve((_request, response) => response.end());
    await using proxy = await serve((_request, response) => {
      response.writeHead(302, { location: server.url() });
      response.end();
    });
    const found = await reacher({ env: { http_proxy: proxy.url() } })('http://crl.example/', ever);
    expect(found).toMatchObject({ outcome: 'failed', why: 'own' });
    expect(server.seen).toEqual([]);
  });
});

describe('a proxy of the environment', () => {
  it.each([
    ['http://crl.example/', { http_proxy: 'proxy.test:3128' }, 'http://proxy.test:3128/'],
    ['http://crl.example/', { HTTP_PROXY: 'http://proxy.test:3128' }, 'http://proxy.test:3128/'],
    ['https://crl.example/', { http_proxy: 'http://proxy.test' }, null],
    ['https://crl.example/', { all_proxy: 'https://proxy.test' }, 'https://proxy.test/'],
    ['http://crl.example/', { http_proxy: 'socks5://proxy.test' }, 'unsupported'],
    ['http://crl.example/', { http_proxy: 'http://' }, 'unsupported'],
    ['http://crl.example/', { http_proxy: 'proxy.test:1', no_proxy: 'localhost, .example' }, null],
    ['http://crl.example/', { http_proxy: 'proxy.test:1', no_proxy: 'crl.example:80' }, null],
    ['http://crl.example/', { http_proxy: 'proxy.test:1', NO_PROXY: '*' }, null],
    ['http://crl.example/', { http_proxy: 'proxy.test:1', no_proxy: 'crl.example:8080,rl.example,,.' }, 'http://proxy.test:1/'],
  ])('%s with %o goes to %s', (url, env, expected) => {
    const way = proxyFor(new URL(url), env as Record<string, string>);
    expect(way instanceof URL ? way.href : way).toBe(expected);
  });

  it('is asked in place of the host, with its password for it alone', async () => {
    await using server = await serve((_request, response) => response.end('behind'));
    await using proxy = await proxyTo(server.port);
    const env = { http_proxy: `http://${'ann:secret'}@127.0.0.1:${proxy.port}` };
    const found = await reacher({ env })('http://crl.example/list', ever);
    expect(found).toMatchObject({ outcome: 'answered', status: 200, proxied: true });
    expect(proxy.seen).toMatchObject([{ url: 'http://crl.example/list', headers: { host: 'crl.example' } }]);
    expect(proxy.seen[0]?.headers['proxy-authorization']).toMatch(/^Basic /);
    expect(JSON.stringify(server.seen)).not.toContain('authorization');
  });

  it('that wants a password, cannot be reached or is of another kind is to blame', async () => {
    await using closed = await serve((_request, response) => {
      response.writeHead(407);
      response.end();
    });
    const by = (http_proxy: string, url = 'http://crl.example/') => reacher({ env: { all_proxy: http_proxy } })(url, ever);
    expect(await by(closed.url())).toMatchObject({ outcome: 'failed', why: 'proxy', code: 'ERR_PROXY_AUTHENTICATION' });
    expect(await by(closed.url(), 'https://crl.example/')).toMatchObject({ outcome: 'failed', why: 'proxy', proxied: true });
    expect(await by('socks5://127.0.0.1:9')).toMatchObject({ outcome: 'failed', why: 'proxy', code: 'ERR_PROXY_UNSUPPORTED' });
    const { port } = closed;
    await closed[Symbol.asyncDispose]();
    expect(await by(`http://127.0.0.1:${port}`)).toMatchObject({ outcome: 'failed', why: 'proxy', code: 'ECONNREFUSED' });
  });
});

describe('over TLS', () => {
  it('tells who vouches for the server, directly and through a proxy', async () => {
    using home = folder();
    const [key, cert] = [join(home.path, 'key'), join(home.path, 'cert')];
    const subject = ['-subj', '/O=Reads Along/CN=Reads Along CA'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
    const pem = readFileSync(cert, 'utf8');
    await using server = await serveTls({ key: readFileSync(key, 'utf8'), cert: pem }, (_request, response) => response.end());
    const roots = (known: string[], added: string[]) => local({ roots: { public: known, local: added } });
    const tls = async (ask: ReturnType<typeof local>) => {
      const found = await ask(server.url(), ever);
      return found.outcome === 'answered' ? found.tls : found;
    };
    expect(await tls(roots([pem], []))).toEqual({ anchor: 'public', issuer: 'Reads Along CA' });
    expect(await tls(roots([], [pem]))).toEqual({ anchor: 'local', issuer: 'Reads Along CA' });
    expect(await tls(roots([], []))).toEqual({ anchor: 'nobody', issuer: 'Reads Along CA' });
    expect(await tls(local())).toEqual({ anchor: 'nobody', issuer: 'Reads Along CA' });
    await using proxy = await proxyTo(server.port);
    const through = reacher({ env: { https_proxy: proxy.url() }, roots: { public: [], local: [pem] } });
    expect(await through('https://crl.example/', ever)).toMatchObject({ proxied: true, tls: { anchor: 'local' } });
    expect(proxy.seen[0]).toMatchObject({ method: 'CONNECT', url: 'crl.example:443' });
  });

  it('is not given up for an address without it', async () => {
    await using plain = await serve((_request, response) => response.end());
    using home = folder();
    const [key, cert] = [join(home.path, 'key'), join(home.path, 'cert')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-subj', '/CN=x'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...kind, '-keyout', key, '-out', cert], { stdio: 'pipe' });
    await using server = await serveTls(
      { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') },
      (_request, response) => {
        response.writeHead(302, { location: plain.url() });
        response.end();
      },
    );
    expect(await local()(server.url(), ever)).toMatchObject({ outcome: 'answered', status: 302 });
    expect(plain.seen).toEqual([]);
  });

  it('tells what speaks no TLS', async () => {
    await using plain = await serve((_request, response) => response.end());
    expect(await local()(plain.url().replace('http:', 'https:'), ever)).toMatchObject({ outcome: 'failed', why: 'tls' });
  });
});
