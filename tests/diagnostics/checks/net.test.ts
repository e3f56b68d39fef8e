import { describe, expect, it } from 'vitest';
import { netLoopbackResolves, netProxy } from '../../../src/diagnostics/checks/net.ts';
import { one, view } from './world.ts';

const environment = (env: Record<string, string>) => view({ machine: { env } });
const hosts = (text: string | null, platform: NodeJS.Platform = 'linux') =>
  view({ machine: { platform, read: () => (text === null ? null : Buffer.from(text)) } });

describe('net.proxy', () => {
  it('passes without one', async () => {
    expect(await one(netProxy, environment({}))).toMatchObject({ result: 'pass', evidence: { proxy: false } });
  });

  it.each([
    [{ http_proxy: 'http://proxy.test:3128', no_proxy: 'localhost,127.0.0.1,::1' }, 'pass'],
    [{ HTTPS_PROXY: 'http://proxy.test:3128', NO_PROXY: '.intra, LOCALHOST 127.0.0.0/8' }, 'pass'],
    [{ all_proxy: 'socks5://proxy.test', no_proxy: '*' }, 'pass'],
    [{ http_proxy: 'http://proxy.test:3128' }, 'warn'],
    [{ http_proxy: 'http://proxy.test:3128', no_proxy: 'localhost' }, 'warn'],
    [{ http_proxy: 'http://proxy.test:3128', no_proxy: 'mylocalhost,1127.0.0.1' }, 'warn'],
  ])('%o is a %s', async (env, result) => {
    expect(await one(netProxy, environment(env as unknown as Record<string, string>))).toMatchObject({ result });
  });

  it('tells that a password is set, and neither it nor the address', async () => {
    const found = await one(netProxy, environment({ https_proxy: `http://${'ann:hunter2'}@proxy.example:3128/` }));
    expect(found.evidence).toEqual({ proxy: true, auth: true, loopbackDirect: false });
    expect(JSON.stringify(found)).not.toMatch(/hunter2|ann|proxy\.example/);
    expect((await one(netProxy, environment({ https_proxy: 'proxy.example:3128' }))).evidence).toMatchObject({ auth: false });
    expect((await one(netProxy, environment({ https_proxy: 'ann@proxy.example' }))).evidence).toMatchObject({ auth: true });
  });
});

describe('net.loopback-resolves', () => {
  it('passes on this machine', async () => {
    expect(await one(netLoopbackResolves, view())).toMatchObject({ result: 'pass' });
  });

  it.each([
    ['127.0.0.1 localhost\n::1 localhost ip6-localhost\n'],
    ['127.0.1.1\tlocalhost\r\n0:0:0:0:0:0:0:1 localhost\r\n'],
    ['fe80::1%lo0 localhost'],
    ['# 10.0.0.1 localhost\n10.0.0.1 localhost.example other\n'],
    [''],
  ])('passes with %j', async (text) => {
    expect(await one(netLoopbackResolves, hosts(text))).toMatchObject({ result: 'pass' });
  });

  it.each(['10.0.0.1', '2001:db8::1', '0.0.0.0', '128.0.0.1', 'nonsense'])('fails with %s', async (address) => {
    const found = await one(netLoopbackResolves, hosts(`127.0.0.1 localhost\n${address} printer LocalHost # office\n`));
    expect(found).toMatchObject({ result: 'fail', found: expect.stringContaining(address) });
  });

  it('is unknown when the file cannot be read', async () => {
    expect(await one(netLoopbackResolves, hosts(null))).toMatchObject({ result: 'unknown' });
  });

  it('reads the file of Windows there', async () => {
    const asked: string[] = [];
    const read = (path: string) => {
      asked.push(path);
      return Buffer.from('');
    };
    const machine = { platform: 'win32' as const, env: { SystemRoot: 'D:\\Windows' }, read };
    await one(netLoopbackResolves, view({ machine }));
    expect(asked[0]).toBe('D:\\Windows\\System32\\drivers\\etc\\hosts');
  });
});
