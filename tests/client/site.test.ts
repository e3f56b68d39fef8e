import { createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SignetApiError, SignetClient } from '../../src/client/index.ts';
import { type Person, personAt, type Shimmed, shimmed, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';

const SEDE = 'https://sede.example.es';

let shim: Shimmed;
let daemon: TestDaemon;
let person: Person;
let client: SignetClient;

beforeAll(async () => {
  shim = await shimmed();
  daemon = await startTestDaemon({ drivers: [shim.driver] });
  person = await personAt(daemon, { pair: true, certificate: { remember: true }, pin: USER_PIN, confirm: true });
  client = new SignetClient({ runtimeDir: daemon.runtimeDir });
});
afterAll(async () => {
  client.close();
  await person.leave();
  await daemon.dispose();
  shim.dispose();
});

it('speaks for a site from its pairing to its signatures', async () => {
  const site = client.site(SEDE, 'extension');
  expect(await site.status()).toMatchObject({ name: 'signet', paired: false });
  expect(await site.pair({ rights: ['certificates', 'sign'] })).toMatchObject({ rights: ['certificates', 'sign'] });
  const { certificate, algorithms } = await site.certificate({ purpose: 'sign' });
  const [algorithm = 'ES256'] = algorithms;
  const data = Buffer.from('a request');
  const signed = await site.sign({ certificate, algorithm, data: data.toString('base64'), documentName: 'request.pdf' });
  const { publicKey } = new X509Certificate(Buffer.from(certificate, 'base64'));
  const hash = `sha${algorithm.slice(2)}`;
  const key = { key: publicKey, dsaEncoding: 'ieee-p1363' } as const;
  expect(verify(hash, data, key, Buffer.from(signed.signature, 'base64'))).toBe(true);
  const digest = createHash(hash).update(data).digest('base64');
  const { signatures } = await site.signBatch({ certificate, algorithm, documents: [{ digest }, { digest, name: 'two' }] });
  expect(signatures).toHaveLength(2);
  // What the person did not allow before is not asked for behind their back, but by name.
  const login = { challengeNonce: 'n'.repeat(44) };
  await expect(site.authenticate(login)).rejects.toMatchObject({ code: 'origin_not_paired' });
  expect((await site.pair()).rights).toHaveLength(3);
  person.does({ certificate: true, pin: USER_PIN, confirm: true });
  const token = await site.authenticate(login);
  expect(token).toMatchObject({ format: 'web-eid:1.0' });
});

it('shows, narrows and ends what a site may do', async () => {
  const [one] = await client.origins();
  expect(one).toMatchObject({ origin: SEDE, certificates: [{ holder: expect.any(String) }] });
  await client.forgetCertificate(SEDE, one?.certificates[0]?.sha256 ?? '');
  expect(await client.narrowOrigin(SEDE, { rights: ['sign'] })).toMatchObject({ rights: ['sign'], certificates: [] });
  await client.revokeOrigin(SEDE);
  expect(await client.origins()).toEqual([]);
  await expect(client.revokeOrigin(SEDE)).rejects.toMatchObject({ code: 'origin_not_found' });
});

it('withdraws its question when it is called off', async () => {
  person.does({});
  const gone = new AbortController();
  const asked = client.site(SEDE, 'webeid').pair({}, { signal: gone.signal });
  const prompt = await person.next('pair');
  gone.abort(new Error('the page was closed'));
  await expect(asked).rejects.toThrow('the page was closed');
  expect((await person.end(prompt)).why).toBe('gone');
});

it('speaks for nobody that is no site', async () => {
  for (const origin of ['null', 'http://sede.example.es', `${SEDE}/login`]) {
    const refused = client.site(origin, 'extension').status();
    await expect(refused).rejects.toBeInstanceOf(SignetApiError);
    await expect(refused).rejects.toMatchObject({ code: 'origin_not_paired' });
  }
});
