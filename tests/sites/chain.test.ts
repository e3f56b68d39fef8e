import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { signCades } from '../../src/documents/index.ts';
import { provisionPractice } from '../../src/practice/index.ts';
import type { Sites } from '../../src/sites/index.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { personAt } from '../fixture/person.ts';
import { library } from '../practice/fixture.ts';

let home: string;
let daemon: TestDaemon;
let sites: Sites;

beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'signet-chain-'));
  await provisionPractice({ stateDir: join(home, 'state'), library: library() });
  daemon = await startTestDaemon({ home, settings: { practice: true }, tokens: 1 });
  sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
});
afterAll(() => daemon.dispose());

it('a signature carries the certificates above its own that the token holds, so that others find the way up', async () => {
  await using person = await personAt(daemon, { pair: true, certificate: 'RSA', pin: USER_PIN });
  const site = sites.site('https://sede.example.es', 'afirma');
  const call = { signal: new AbortController().signal };
  const credential = await sites.certificate(
    site,
    { purpose: 'sign', accepts: ({ certificate }) => certificate.facts.key.type === 'rsa' },
    call,
  );
  const [above = Buffer.alloc(0), ...rest] = await sites.chain(credential);
  expect(rest).toEqual([]);
  const authority = new X509Certificate(above);
  expect([authority.ca, new X509Certificate(credential.certificate.der).checkIssued(authority)]).toEqual([true, true]);
  const data = Buffer.from('a contract');
  const signature = await sites.withKey(site, credential, { documents: [], count: 1, signatures: 1 }, call, (key) =>
    signCades(
      { data, detached: false },
      {
        certificate: credential.certificate.der,
        chain: key.chain,
        algorithm: 'RS256',
        sign: (bytes) => key.sign({ algorithm: 'RS256', data: bytes }),
      },
      { signingTime: new Date() },
    ),
  );
  const at = (name: string) => join(home, name);
  writeFileSync(at('signature.der'), signature);
  // OpenSSL has no certificate but those in the signature: it prints both.
  const inside = execFileSync('openssl', ['pkcs7', '-inform', 'DER', '-in', at('signature.der'), '-print_certs', '-noout'], {
    encoding: 'utf8',
  });
  expect(inside.match(/subject=/g)).toHaveLength(2);
  const verified = [
    'cms',
    '-verify',
    '-cades',
    '-inform',
    'DER',
    '-in',
    at('signature.der'),
    '-CAfile',
    at('ca.pem'),
    '-purpose',
    'any',
    '-binary',
  ];
  writeFileSync(at('ca.pem'), authority.toString());
  expect(execFileSync('openssl', verified, { stdio: ['ignore', 'pipe', 'pipe'] })).toEqual(data);
  expect(person.seen.map(({ question }) => question.kind)).toEqual(['pair', 'certificate', 'pin']);
});
