import { execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalAuthority } from '../../src/install/tls.ts';
import { done, TestHome } from './home.ts';

const DAY = 24 * 60 * 60_000;
const folder = mkdtempSync(join(tmpdir(), 'signet-tls-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.dispose]());

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

/** What openssl says of a leaf: `OK`, or its error. */
function verify(authority: string, leaf: string, ...more: string[]): string {
  const args = ['verify', '-x509_strict', '-purpose', 'sslserver', '-CAfile', authority, ...more, leaf];
  const { stdout, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  return /: OK$/m.test(stdout) ? 'OK' : (/error \d+ at .*?lookup: ?(.*)/.exec(stderr)?.[1] ?? stderr);
}

describe('the local certificate', () => {
  it('is for this computer’s own addresses, and its authority for nothing else', async () => {
    await home.install({ only: ['tls'] });
    const [key, certificate, authority] = ['key', 'cert', 'ca'].map((name) => join(home.stateDir, 'tls', `${name}.pem`));
    for (const path of [key, certificate, authority]) expect(statSync(path ?? '').mode & 0o777).toBe(0o600);
    expect(statSync(join(home.stateDir, 'tls')).mode & 0o777).toBe(0o700);
    for (const name of [
      ['-verify_hostname', 'localhost'],
      ['-verify_ip', '127.0.0.1'],
      ['-verify_ip', '::1'],
    ])
      expect(verify(authority ?? '', certificate ?? '', ...name)).toBe('OK');
    expect(verify(authority ?? '', certificate ?? '', '-verify_ip', '127.0.0.2')).toBe('IP address mismatch');
    const text = execFileSync('openssl', ['x509', '-in', authority ?? '', '-noout', '-text'], { encoding: 'utf8' });
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Key Usage: critical\s+Certificate Sign\n/);
    expect(text.replace(/\s+/g, ' ')).toContain(
      'Name Constraints: critical Permitted: DNS:localhost IP:127.0.0.1/255.255.255.255 ' +
        'IP:0:0:0:0:0:0:0:1/FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF:FFFF',
    );
    const leaf = new X509Certificate(readFileSync(certificate ?? ''));
    expect(leaf.validToDate.getTime() - leaf.validFromDate.getTime()).toBeLessThanOrEqual(397 * DAY);
    expect(readFileSync(certificate ?? '', 'utf8').match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
  });

  it('is the only thing with a key: that of its authority is nowhere', async () => {
    await home.install({ only: ['tls'] });
    const files = Object.keys(home.tree()).filter((name) => statSync(home.at(name)).isFile());
    const inDatabase = spawnSync('certutil', ['-K', '-d', `sql:${home.at('.pki/nssdb')}`], { encoding: 'utf8' });
    expect(inDatabase.stdout + inDatabase.stderr).toContain('no keys found');
    const keys = files.filter(
      (name) =>
        !name.endsWith('.db') && spawnSync('openssl', ['pkey', '-in', home.at(name), '-noout'], { stdio: 'ignore' }).status === 0,
    );
    expect(keys).toEqual(['.local/state/signet/tls/key.pem']);
    const [leaf, authority] = ['cert.pem', 'ca.pem'].map(
      (name) => new X509Certificate(readFileSync(join(home.stateDir, 'tls', name))),
    );
    expect(authority?.publicKey.equals(leaf?.publicKey as never)).toBe(false);
  });

  it.each([
    ['another name', 'bank.example', 'permitted subtree violation'],
    ['another address', '192.0.2.7', 'permitted subtree violation'],
    ['the next loopback address', '127.0.0.2', 'permitted subtree violation'],
    ['a name that ends alike', 'notlocalhost', 'permitted subtree violation'],
    ['itself', 'localhost', 'OK'],
  ])('an authority like its own could not vouch for %s', async (_what, name, verdict) => {
    const authority = await createLocalAuthority(new Date());
    const { certificate } = await authority.issue([name]);
    expect(verify(file('ca.pem', authority.pem), file('leaf.pem', certificate))).toBe(verdict);
  });

  it('is kept until it has less than 30 days, then made anew, and the old one goes from every browser', async () => {
    const database = home.database(home.at('.mozilla/firefox/a.default'));
    await home.install({ only: ['tls'] });
    const [before = ''] = home.listed(database);
    expect(before).toMatch(/^Signet local CA [0-9a-f]{8} \| C,,$/);
    home.now += 365 * DAY;
    expect(done(home, await home.install())).not.toContain('issue');
    home.now += 2 * DAY;
    expect(done(home, await home.install()).filter((line) => !line.startsWith('write'))).toEqual([
      'issue',
      'trust',
      'trust',
      'distrust',
      'distrust',
    ]);
    for (const folder of [database, home.at('.pki/nssdb')]) {
      expect(home.listed(folder)).toHaveLength(1);
      expect(home.listed(folder)).not.toContain(before);
    }
    expect(home.record().filter(({ kind }) => kind === 'authority')).toHaveLength(2);
  });

  it('is made anew when a file of it is gone', async () => {
    await home.install({ only: ['tls'] });
    rmSync(join(home.stateDir, 'tls/key.pem'));
    expect(done(home, await home.install({ only: ['tls'] }))).toEqual(['issue', 'trust', 'distrust']);
    expect(done(home, await home.install({ only: ['tls'] }))).toEqual([]);
  });

  it('that a person put there stays theirs', async () => {
    await home.install({ only: ['hosts'] });
    execFileSync('mkdir', [join(home.stateDir, 'tls')]);
    writeFileSync(join(home.stateDir, 'tls/cert.pem'), 'my own');
    const outcomes = await home.install({ only: ['tls'] });
    expect(outcomes.map(({ action }) => action)).toEqual([expect.objectContaining({ do: 'leave', why: 'foreign' })]);
    await home.uninstall();
    expect(readFileSync(join(home.stateDir, 'tls/cert.pem'), 'utf8')).toBe('my own');
  });
});

describe('the browsers', () => {
  it('trust it as an authority for servers, and forget it with the installation', async () => {
    const chromium = home.database(home.at('.pki/nssdb'));
    const profile = home.database(home.at('.config/mozilla/firefox/x.default-esr'));
    const before = home.tree();
    await home.install({ localTls: true });
    for (const database of [chromium, profile])
      expect(home.listed(database)).toEqual([expect.stringMatching(/^Signet local CA \w{8} \| C,,$/)]);
    expect(done(home, await home.install())).toEqual([]);
    await home.uninstall();
    for (const database of [chromium, profile]) expect(home.listed(database)).toEqual([]);
    expect(home.tree()).toEqual(before);
  });

  it('of Chromium’s family get a database where there is none, which goes again if nothing has come into it', async () => {
    const outcomes = await home.install({ only: ['tls'] });
    expect(outcomes.map(({ action }) => action)).toContainEqual(expect.objectContaining({ note: 'firefox_first' }));
    expect(home.listed(home.at('.pki/nssdb'))).toHaveLength(1);
    await home.uninstall();
    expect(home.tree()).toEqual({});
    await home.install({ only: ['tls'] });
    const { pem } = await createLocalAuthority(new Date());
    const args = ['-A', '-d', `sql:${home.at('.pki/nssdb')}`, '-n', 'Town hall', '-t', 'C,,', '-a', '-i', file('other.pem', pem)];
    execFileSync('certutil', args);
    await home.uninstall();
    expect(home.listed(home.at('.pki/nssdb'))).toEqual(['Town hall | C,,']);
  });

  it('whose database has a password are told, nobody is asked for it, and the others are served', async () => {
    const locked = home.database(home.at('.mozilla/firefox/locked'), 'a primary password\n');
    const open = home.database(home.at('.mozilla/firefox/open'));
    const outcomes = await home.install({ only: ['tls'] });
    const [failed] = outcomes.filter(({ outcome }) => outcome === 'failed');
    expect(failed).toMatchObject({ action: { store: { folder: locked } }, reason: expect.stringContaining('PASSWORD') });
    expect([home.listed(locked).length, home.listed(open).length]).toEqual([0, 1]);
    await home.uninstall();
    expect(existsSync(home.stateDir)).toBe(false);
  });

  it('whose profile has gone meanwhile hold nothing up', async () => {
    const profile = home.database(home.at('.mozilla/firefox/gone'));
    await home.install({ only: ['tls'] });
    rmSync(profile, { recursive: true });
    expect(done(home, await home.uninstall(), 'failed')).toEqual([]);
    expect(existsSync(home.at('.local'))).toBe(false);
  });
});
