import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { extTlsCertificate, extTlsTrusted } from '../../../src/diagnostics/checks/ext-tls.ts';
import { type Machine, type ProgramAnswer, thisMachine } from '../../../src/diagnostics/index.ts';
import { TestHome } from '../../install/home.ts';
import { one, run, view } from './world.ts';

const DAY = 24 * 60 * 60_000;

let home: TestHome;
beforeEach(() => {
  home = new TestHome();
});
afterEach(() => home[Symbol.dispose]());

/** This machine, with nobody's files but those of the home. */
function seen(changes: Partial<Machine> = {}) {
  const real = thisMachine(home.env);
  const inside = (path: string): boolean => path.startsWith(home.path);
  const machine: Partial<Machine> = {
    ...real,
    platform: 'linux',
    home: home.path,
    env: {},
    now: () => home.now,
    file: (path) => (inside(path) ? real.file(path) : { ...real.file('/nowhere'), path }),
    ...changes,
  };
  return view({ machine, settings: { stateDir: home.stateDir } });
}

describe('ext.tls-certificate', () => {
  it('misses nothing where none was installed', async () => {
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'pass', found: expect.stringContaining('No local') });
  });

  it('follows the one that is installed from its first day to its end', async () => {
    await home.install({ only: ['tls'] });
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'pass', found: expect.stringMatching(/until \d{4}-/) });
    home.now += 370 * DAY;
    expect(await one(extTlsCertificate, seen())).toMatchObject({
      result: 'warn',
      fix: expect.stringContaining('signet install --only tls'),
    });
    home.now += 30 * DAY;
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'fail', found: expect.stringContaining('ended on') });
    await home.install({ only: ['tls'] });
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'pass' });
  });

  it('fails when others may read the key, or a file is gone or another’s', async () => {
    await home.install({ only: ['tls'] });
    const key = join(home.stateDir, 'tls/key.pem');
    chmodSync(key, 0o640);
    expect(await one(extTlsCertificate, seen())).toMatchObject({
      result: 'fail',
      found: expect.stringContaining('~/.local/state/signet/tls/key.pem has the rights 640'),
    });
    writeFileSync(key, 'no key');
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'fail', found: expect.stringContaining('incomplete') });
    rmSync(key);
    expect(await one(extTlsCertificate, seen())).toMatchObject({ result: 'fail', found: expect.stringContaining('incomplete') });
  });
});

describe('ext.tls-trusted', () => {
  it('tells of each browser whether it would accept the certificate', async () => {
    home.database(home.at('.pki/nssdb'));
    const first = home.database(home.at('.mozilla/firefox/a.default'));
    mkdirSync(home.at('.config/chromium'), { recursive: true });
    expect(await one(extTlsTrusted, seen())).toMatchObject({ result: 'pass', found: 'No local certificate is installed.' });
    await home.install({ only: ['tls'] });
    home.database(home.at('.config/mozilla/firefox/b.later'));
    const { checks } = await run([extTlsTrusted], seen());
    expect(checks.map(({ subject, result }) => [subject, result])).toEqual([
      ['Firefox: b.later', 'warn'],
      ['Chromium, Chrome, Edge, Brave, Vivaldi', 'pass'],
      ['Firefox: a.default', 'pass'],
    ]);
    writeFileSync(join(first, 'cert9.db'), 'damaged');
    expect((await run([extTlsTrusted], seen())).checks.map(({ result }) => result)).toEqual(['warn', 'unknown', 'pass']);
  });

  it('asks no browser that is not here, and says when it cannot ask', async () => {
    home.database(home.at('.pki/nssdb'));
    await home.install({ only: ['tls'] });
    expect(await one(extTlsTrusted, seen())).toMatchObject({ result: 'pass', found: expect.stringContaining('No browser') });
    mkdirSync(home.at('.config/chromium'), { recursive: true });
    const missing: ProgramAnswer = { code: null, signal: null, stdout: '', stderr: '', error: 'ENOENT' };
    const answer = await one(extTlsTrusted, seen({ run: async () => missing }));
    expect(answer).toMatchObject({ result: 'unknown', found: expect.stringContaining('certutil') });
  });
});
