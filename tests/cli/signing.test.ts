import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, startDaemon, type TestDaemon } from './daemon.ts';
import { typed } from './fake-terminal.ts';

let daemon: TestDaemon;
const path = (name: string): string => join(daemon.folder, name);
const signet = (...argv: string[]) => command(argv, { env: daemon.env, cwd: daemon.folder });
const withPin = (...argv: string[]) =>
  command([...argv, '--pin-stdin'], { env: daemon.env, cwd: daemon.folder, input: '123456\n' });

beforeAll(async () => {
  daemon = await startDaemon();
  writeFileSync(path('letter.txt'), 'Dear mayor,\n');
});
afterAll(() => daemon[Symbol.asyncDispose]());

describe('sign', () => {
  it('needs the PIN, and says how to give it where nobody can be asked', async () => {
    const { code, stdout, stderr } = await signet('sign', 'letter.txt');
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('--pin-stdin');
    expect(readdirSync(daemon.folder)).not.toContain('letter.txt.sig');
  });

  it.each([
    ['rsa2048', 'RS256'],
    ['rsa2048', 'RS512'],
    ['rsa2048', 'PS256'],
    ['rsa2048', 'PS384'],
    ['p256', 'ES256'],
    ['p384', 'ES384'],
  ])('with %s and %s prints lines that verify when they are pasted', async (name, algorithm) => {
    const out = `${algorithm} it's.sig`;
    const { code, stdout } = await withPin(
      'sign',
      'letter.txt',
      '--credential',
      name,
      '--algorithm',
      algorithm,
      '--out',
      out,
      '--certificate-out',
      `${algorithm}.pem`,
    );
    expect(code).toBe(0);
    expect(stdout).toContain(`CN=${name}`);
    const openssl = stdout.split('\n').find((line) => line.includes('openssl')) ?? '';
    expect(execFileSync('sh', ['-c', openssl], { cwd: daemon.folder, encoding: 'utf8' })).toContain('Verified OK');
    const here = stdout.split('\n').find((line) => line.includes('signet verify')) ?? '';
    const words = execFileSync('sh', ['-c', `printf '%s\\n' ${here.replace('signet verify', '')}`], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map((word) => word.trim());
    expect(await signet('verify', ...words)).toMatchObject({ code: 0, stderr: '' });
  });

  it('writes FILE.sig for all to read, does not overwrite it, and does with --force', async () => {
    expect((await withPin('sign', 'letter.txt', '--credential', 'rsa2048')).code).toBe(0);
    expect(statSync(path('letter.txt.sig')).mode & 0o777).toBe(0o644);
    const before = readFileSync(path('letter.txt.sig'));
    const again = await withPin('sign', 'letter.txt', '--credential', 'p256');
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(readFileSync(path('letter.txt.sig'))).toEqual(before);
    expect((await withPin('sign', 'letter.txt', '--credential', 'rsa2048', '--force')).code).toBe(0);
  });

  it('takes the same credential by itself each time and says which', async () => {
    const first = await withPin('sign', 'letter.txt', '--out', 'a.sig', '--json');
    const second = await withPin('sign', 'letter.txt', '--out', 'b.sig', '--json');
    expect(JSON.parse(first.stdout)).toMatchObject({
      file: 'letter.txt',
      signature: 'a.sig',
      algorithm: 'RS256',
      subject: expect.stringContaining('CN=rsa2048'),
      credentialId: JSON.parse(second.stdout).credentialId,
    });
    expect((await withPin('sign', 'letter.txt', '--out', 'c.sig')).stderr).toContain('--credential');
  });

  it('tells what it cannot find, read or choose', async () => {
    expect(await signet('sign', 'no.txt', '--json')).toMatchObject({ code: 3, stdout: expect.stringContaining('file_missing') });
    expect(await signet('sign', '.', '--json')).toMatchObject({ code: 2, stdout: expect.stringContaining('not_a_file') });
    expect(await signet('sign', 'letter.txt', '--force', '--credential', 'nobody', '--json')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('credential_not_found'),
    });
    expect(await signet('sign', 'letter.txt', '--force', '--credential', 'p', '--json')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('credential_ambiguous'),
    });
    expect(await signet('sign', 'letter.txt', '--force', '--credential', 'p256', '--algorithm', 'RS256', '--json')).toMatchObject(
      { code: 2, stdout: expect.stringContaining('algorithm_unsupported') },
    );
    expect(await signet('sign', 'letter.txt', '--out', 'no/where.sig', '--json')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('output_unwritable'),
    });
  });

  it('shows a progress bar for nothing short, and no colour to a pipe', async () => {
    const { stdout, stderr } = await withPin('sign', 'letter.txt', '--force');
    for (const mark of ['\u001b', '#']) expect(`${stdout}${stderr}`).not.toContain(mark);
  });
});

describe('verify', () => {
  beforeAll(async () => {
    writeFileSync(path('deed.txt'), 'I, the undersigned\n');
    await withPin('sign', 'deed.txt', '--credential', 'p256', '--certificate-out', 'deed.pem');
    await withPin('sign', 'deed.txt', '--credential', 'p256', '--encoding', 'p1363', '--out', 'deed.raw');
    await withPin('sign', 'deed.txt', '--credential', 'rsa2048', '--out', 'deed.rsa', '--certificate-out', 'rsa.pem');
    writeFileSync(path('changed.txt'), 'I, the undersigned\n');
    appendFileSync(path('changed.txt'), 'and more\n');
  });

  it('finds a good signature good: by itself, with a certificate, with a credential, in both forms of ECDSA', async () => {
    for (const argv of [
      [],
      ['--certificate', 'deed.pem'],
      ['--credential', 'p256'],
      ['--signature', 'deed.raw'],
      ['--signature', 'deed.raw', '--certificate', 'deed.pem'],
    ]) {
      const { code, stdout } = await signet('verify', 'deed.txt', ...argv, '--json');
      expect({ argv, code }).toEqual({ argv, code: 0 });
      expect(JSON.parse(stdout)).toMatchObject({
        result: 'valid',
        algorithm: 'ES256',
        signer: 'p256',
        encoding: argv.includes('deed.raw') ? 'p1363' : 'der',
      });
    }
  });

  it('finds a changed file changed, with exit code 1', async () => {
    for (const [signature, certificate] of [
      ['deed.txt.sig', 'deed.pem'],
      ['deed.rsa', 'rsa.pem'],
    ]) {
      for (const argv of [[], ['--certificate', certificate ?? '']]) {
        const { code, stdout } = await signet('verify', 'changed.txt', '--signature', signature ?? '', ...argv, '--json');
        expect({ argv, code, told: JSON.parse(stdout) }).toMatchObject({
          argv,
          code: 1,
          told: { result: 'invalid', reason: 'signature_mismatch' },
        });
      }
    }
    expect((await signet('verify', 'changed.txt', '--signature', 'deed.txt.sig')).stdout).toContain(
      'was changed after it was signed',
    );
  });

  it("finds another's signature invalid, and one in no form of the key's too", async () => {
    expect(await signet('verify', 'deed.txt', '--certificate', 'rsa.pem')).toMatchObject({ code: 1 });
    writeFileSync(path('noise.sig'), 'not a signature');
    expect(await signet('verify', 'deed.txt', '--signature', 'noise.sig', '--certificate', 'deed.pem')).toMatchObject({
      code: 1,
    });
  });

  it('cannot tell, with exit code 3, where no key here can have made it', async () => {
    const { code, stdout } = await signet('verify', 'deed.txt', '--signature', 'noise.sig', '--json');
    expect({ code, told: JSON.parse(stdout) }).toMatchObject({
      code: 3,
      told: { result: 'unknown', reason: 'no_fitting_certificate' },
    });
    expect(await signet('verify', 'deed.txt', '--algorithm', 'RS256', '--certificate', 'deed.pem', '--json')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('key_mismatch'),
    });
  });

  it('tells what is missing or is no signature or certificate', async () => {
    expect(await signet('verify', 'changed.txt', '--json')).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('signature_missing'),
    });
    writeFileSync(path('empty.sig'), '');
    writeFileSync(path('long.sig'), Buffer.alloc(5000));
    for (const name of ['empty.sig', 'long.sig'])
      expect(await signet('verify', 'deed.txt', '--signature', name, '--json')).toMatchObject({
        code: 3,
        stdout: expect.stringContaining('not_a_signature'),
      });
    expect(await signet('verify', 'deed.txt', '--certificate', 'changed.txt', '--json')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('certificate_malformed'),
    });
  });
});

describe('what there is', () => {
  it('is told by status, tokens and certificates, as JSON and for people', async () => {
    const status = JSON.parse((await signet('status', '--json')).stdout);
    expect(status).toMatchObject({ name: 'signet', drivers: [{ state: 'running' }], tokens: [{ label: 'Signet test' }] });
    const tokens = JSON.parse((await signet('tokens', '--json')).stdout);
    expect(tokens.tokens[0]).toMatchObject({ serial: daemon.token.serial, pin: { limit: 3 } });
    expect((await signet('tokens')).stdout).toContain('3 tries left');
    const { certificates } = JSON.parse((await signet('certificates', 'signet TEST', '--json')).stdout);
    expect(certificates.map(({ commonName }: { commonName: string }) => commonName).sort()).toEqual(['p256', 'p384', 'rsa2048']);
    const pem = await signet('certificates', '--credential', 'p256', '--pem');
    expect(execFileSync('openssl', ['x509', '-noout', '-subject'], { input: pem.stdout, encoding: 'utf8' })).toContain('p256');
    expect(await signet('certificates', 'no such token')).toMatchObject({ code: 3, stdout: '' });
  });

  it.each([80, 50, 30])('fits a terminal of %i columns', async (columns) => {
    for (const argv of [['status'], ['tokens'], ['certificates'], ['audit', '--limit', '5'], ['clients', 'list']]) {
      const { code, out } = await typed([...argv, '--language', 'fr'], { env: daemon.env, columns });
      expect(code).toBe(0);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: colours take no room
      const lines = out.replace(/\u001b\[\d+m/g, '').split('\n');
      // A word that is longer than a line keeps its own.
      for (const line of lines.filter((each) => each.trim().includes(' ')))
        expect(line.length, `${argv}: ${line}`).toBeLessThanOrEqual(columns + 22);
    }
  });
});

describe('clients and audit', () => {
  it('makes a client whose token works, once, and takes its access away', async () => {
    const added = JSON.parse(
      (await signet('clients', 'add', 'invoices', '--scope', 'status', '--scope', 'sign', '--json')).stdout,
    );
    expect(added).toMatchObject({ client: { name: 'invoices', scopes: ['status', 'sign'] }, token: expect.any(String) });
    expect(await signet('clients', 'add', 'invoices', '--scope', 'sign', '--json')).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('client_exists'),
    });
    expect((await signet('clients', 'list')).stdout).toMatch(/invoices\s+status, sign/);
    expect((await signet('clients', 'list')).stdout).not.toContain(added.token);
    expect((await signet('clients', 'remove', 'invoices')).code).toBe(0);
    expect(await signet('clients', 'remove', 'invoices')).toMatchObject({ code: 2, stderr: expect.stringContaining('invoices') });
  });

  it('shows the trail and that it is sound', async () => {
    const { code, stdout } = await signet('audit', '--limit', '3', '--json');
    expect({ code, told: JSON.parse(stdout) }).toMatchObject({
      code: 0,
      told: { sound: true, entries: [{ action: 'clients.remove' }, { action: 'clients.add' }, {}] },
    });
    expect((await signet('audit')).stdout).toContain('The numbering and the chain of the record hold together');
  });
});

describe('the daemon', () => {
  it('ends as asked and says so', async () => {
    expect(await daemon.stop()).toBe(0);
    expect(daemon.printed()).toContain('Signet has stopped.');
    expect(readdirSync(daemon.runtimeDir)).toEqual([]);
    expect(await signet('status')).toMatchObject({ code: 3 });
  });
});
