import { createPublicKey, X509Certificate } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CREDENTIALS, type Practice, provisionPractice, SO_PIN, TOKEN_LABEL, USER_PIN } from '../../src/practice/index.ts';
import { library, run } from './fixture.ts';

let stateDir: string;
let practice: Practice;

beforeAll(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'signet-practice-'));
  practice = await provisionPractice({ stateDir, library: library() });
});

afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

// The practice PIN is public, and pkcs11-tool reads it from a variable: nothing secret is in argv.
const tool = (...args: string[]) =>
  run('pkcs11-tool', ['--module', library(), '--token-label', TOKEN_LABEL, ...args], {
    SOFTHSM2_CONF: practice.conf,
    USER_PIN,
    SO_PIN,
  });
const certificate = (id: string) => new X509Certificate(tool('--read-object', '--type', 'cert', '--id', id));
const issued = (id: string) =>
  join(practice.issued, `${practice.token.credentials.find((c) => c.id === id)?.certificateSerial}.pem`);

describe('the practice token', () => {
  it('has the documented label and PIN', () => {
    const listing = tool('--login', '--pin', 'env:USER_PIN', '--list-objects', '--type', 'privkey').toString();
    expect([practice.label, practice.userPin, practice.soPin]).toEqual(['Signet practice', '123456', '12345678']);
    for (const { label } of CREDENTIALS) expect(listing).toContain(`label:      ${label}\n`);
    expect(listing.match(/Access: +sensitive, always sensitive, never extractable, local/g)).toHaveLength(3);
  });

  it('has the documented SO PIN', () => {
    expect(
      tool('--session-rw', '--login', '--login-type', 'so', '--so-pin', 'env:SO_PIN', '--list-objects').toString(),
    ).toContain('Public Key Object');
  });

  it('shows no private key without a login', () => {
    expect(tool('--list-objects').toString()).not.toContain('Private Key Object');
  });

  it('carries the certificate of the authority', () => {
    expect(certificate('ca').raw).toEqual(new X509Certificate(readFileSync(practice.caCertificate)).raw);
    expect(certificate('ca').subject).toContain('CN=Signet practice CA - no legal value');
  });
});

describe.each(CREDENTIALS)('the credential $label', ({ id, kind, commonName }) => {
  it('has a certificate by the authority, within its CRL, in the judgement of openssl', () => {
    const verdict = run('openssl', [
      'verify',
      '-x509_strict',
      '-crl_check',
      '-CAfile',
      practice.caCertificate,
      '-CRLfile',
      practice.crlPem,
      issued(id),
    ]);
    expect(verdict.toString()).toMatch(/: OK\n$/);
  });

  it('has a certificate for signatures, for two years, with a distribution point', () => {
    const text = run('openssl', ['x509', '-in', issued(id), '-noout', '-text']).toString();
    expect(text).toMatch(/X509v3 Key Usage: critical\s+Digital Signature, Non Repudiation\n/);
    expect(text).toContain('URI:http://practice.signet.invalid/crl.der');
    expect(text).toContain('CA:FALSE');
    const { subject, validToDate, validFromDate, raw } = certificate(id);
    expect(subject).toContain(`CN=${commonName}`);
    expect(Math.round((validToDate.getTime() - validFromDate.getTime()) / 86_400_000)).toBe(730);
    expect(raw).toEqual(new X509Certificate(readFileSync(issued(id))).raw);
  });

  it('signs with the key that its certificate names', () => {
    const file = join(stateDir, `message-${id}`);
    const signature = join(stateDir, `signature-${id}`);
    const rsa = kind === 'RSA-2048';
    const digest = run('openssl', ['dgst', '-sha256', '-binary', '-out', `${file}.digest`, '--', writeMessage(file)]);
    expect(digest).toHaveLength(0);
    const [mechanism, input] = rsa ? ['SHA256-RSA-PKCS', file] : ['ECDSA', `${file}.digest`];
    tool(
      '--login',
      '--pin',
      'env:USER_PIN',
      '--sign',
      '--id',
      id,
      '--mechanism',
      mechanism,
      '--signature-format',
      'openssl',
      '-i',
      input,
      '-o',
      signature,
    );
    const pem = join(stateDir, `key-${id}.pem`);
    writeFileSync(pem, createPublicKey(readFileSync(issued(id))).export({ type: 'spki', format: 'pem' }));
    expect(run('openssl', ['dgst', '-sha256', '-verify', pem, '-signature', signature, file]).toString()).toContain(
      'Verified OK',
    );
  });
});

describe('the register', () => {
  it('names each certificate once, as openssl ca writes it', () => {
    const lines = readFileSync(practice.index, 'utf8').trim().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(line).toMatch(/^V\t\d{12}Z\t\t[0-9A-F]{32}\tunknown\t\/O=Signet practice - no legal value\/CN=Practice Holder \(/);
    expect(readdirSync(practice.issued)).toHaveLength(3);
  });

  it('makes a certificate invalid once revoked and published', async () => {
    const { loadAuthority, publishCrl } = await import('../../src/practice/authority.ts');
    const { readRegister, writeRegister } = await import('../../src/practice/register.ts');
    const [first, ...others] = readRegister(practice);
    if (!first) throw new Error('nothing was issued');
    writeRegister(practice, [{ ...first, status: 'revoked', revokedAt: new Date(Date.now() - 60_000) }, ...others]);
    await publishCrl(practice, await loadAuthority(practice), new Date());
    const check = ['verify', '-crl_check', '-CAfile', practice.caCertificate, '-CRLfile', practice.crlPem];
    expect(() => run('openssl', [...check, join(practice.issued, `${first.serial}.pem`)])).toThrow('certificate revoked');
    expect(run('openssl', [...check, join(practice.issued, `${others[0]?.serial}.pem`)]).toString()).toContain('OK');
    expect(run('openssl', ['crl', '-in', practice.crlDer, '-inform', 'der', '-noout', '-crlnumber']).toString()).toBe(
      'crlNumber=0x02\n',
    );
  });
});

function writeMessage(file: string): string {
  writeFileSync(file, 'Practice makes perfect.\n');
  return file;
}
