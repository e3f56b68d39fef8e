import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Site, Sites } from '../../src/sites/index.ts';
import type { Credential } from '../../src/tokens/index.ts';
import { startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';
import { type Shimmed, shimmed } from '../fixture/shim.ts';

let shim: Shimmed;
let daemon: TestDaemon;
let person: Person;
let sites: Sites;
let site: Site;

const call = () => ({ signal: new AbortController().signal });
const document = { algorithm: 'ES256' as const, digest: createHash('sha256').update('a contract').digest() };
const present = async (count: number) =>
  until(`${count} tokens`, async () =>
    (await daemon.call('GET', '/v1/tokens')).json.tokens.length === count ? true : undefined,
  );

beforeAll(async () => {
  shim = await shimmed(undefined, { keys: [{ kind: 'p256' }] });
  daemon = await startTestDaemon({ drivers: [shim.driver] });
  sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
  site = sites.site('https://sede.example.es', 'extension');
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
});
beforeEach(async () => {
  person = await personAt(daemon, { pair: true, certificate: true });
});
afterEach(async () => {
  await person[Symbol.asyncDispose]();
  shim.control.set();
  await present(1);
});

async function shown(): Promise<Credential> {
  const credential = await sites.certificate(site, { purpose: 'sign' }, call());
  person.does({});
  return credential;
}

describe('a token that is pulled out while the person is asked', () => {
  it('takes the question for its PIN with it, and nobody is made to wait', async () => {
    const signing = sites.sign(site, await shown(), [document], call());
    signing.catch(() => undefined);
    const prompt = await person.next('pin');
    shim.control.set('token-gone');
    await expect(signing).rejects.toMatchObject({ code: 'token_removed' });
    await person.end(prompt);
    expect(shim.control.presentations()).toEqual([]);
  });

  it('takes a question without a PIN with it as well', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    await sites.sign(site, credential, [document], call());
    person.does({});
    const signing = sites.sign(site, credential, [document], call());
    signing.catch(() => undefined);
    const prompt = await person.next('confirm');
    shim.control.set('token-gone');
    await expect(signing).rejects.toMatchObject({ code: 'token_removed' });
    await person.end(prompt);
  });
});
