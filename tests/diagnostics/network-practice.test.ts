import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAuthority, publishCrl } from '../../src/practice/authority.ts';
import { practiceLayout, provisionPractice } from '../../src/practice/index.ts';
import { readRegister, writeRegister } from '../../src/practice/register.ts';
import { library } from '../practice/fixture.ts';
import { folder } from './broken.ts';
import { doctor, type Told } from './checks/doctor.ts';
import { type Counted, serve } from './servers.ts';

/** The practice token, whose certificates name a list that the practice authority has signed; a proxy serves it. */
describe('signet doctor with the practice token', () => {
  const home = folder();
  const state = join(home.path, 'state');
  let proxy: Counted;
  let list: Buffer;
  let ask: (ids: string[]) => Promise<Told>;

  beforeAll(async () => {
    mkdirSync(state, { mode: 0o700 });
    await provisionPractice({ stateDir: state, library: library() });
    const layout = practiceLayout(state);
    const [first, ...others] = readRegister(layout);
    if (first === undefined) throw new Error('the practice authority has issued nothing');
    writeRegister(layout, [{ ...first, status: 'revoked', revokedAt: new Date('2026-01-02T03:04:00Z') }, ...others]);
    await publishCrl(layout, await loadAuthority(layout), new Date());
    list = readFileSync(layout.crlDer);
    proxy = await serve((_request, response) => response.end(list));
    const env = {
      SIGNET_STATE_DIR: state,
      SIGNET_RUNTIME_DIR: join(home.path, 'run'),
      SIGNET_CATALOGUE: '0',
      http_proxy: proxy.url(),
      https_proxy: 'socks5://127.0.0.1:9',
    };
    ask = (ids) => doctor(home.path, { ids, env });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    home[Symbol.dispose]();
  });

  it('asks nobody unless it is told to', async () => {
    const { of } = await ask([]);
    expect(of('cert.found').map(({ result }) => result)).toEqual(['pass']);
    expect(of('net.proxy')).toMatchObject([{ evidence: { proxy: true } }]);
    expect(proxy.seen).toEqual([]);
  });

  it('tells with --network which certificates were revoked', async () => {
    const told = await ask(['--network']);
    const { exit, failed, of } = told;
    expect(failed).toEqual(['cert.revoked']);
    expect(exit).toBe(1);
    const found = of('cert.revoked').map(({ found }) => found.replace(/on [^,.]*(?=[.])/, 'on …'));
    expect(found).toEqual([
      'Practice Holder (RSA) was revoked on 2026-01-02 03:04 UTC, as its issuer said on ….',
      'Practice Holder (P-256) has not been revoked, as its issuer said on ….',
      'Practice Holder (P-384) has not been revoked, as its issuer said on ….',
    ]);
    expect(of('os.clock-network')).toMatchObject([{ result: 'pass', evidence: { host: 'practice.signet.invalid' } }]);
    expect(new Set(proxy.seen.map(({ url }) => url))).toEqual(new Set(['http://practice.signet.invalid/crl.der']));
  });
});
