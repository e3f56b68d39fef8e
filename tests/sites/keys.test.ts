import { createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Site, Sites } from '../../src/sites/index.ts';
import type { Credential } from '../../src/tokens/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';
import { type Shimmed, shimmed } from '../fixture/shim.ts';

const NONCE = Buffer.alloc(33, 7).toString('base64');

let daemon: TestDaemon;
let person: Person;
let sites: Sites;
let site: Site;
let count = 0;

const call = () => ({ signal: new AbortController().signal });
const kinds = () => person.seen.map(({ question }) => question.kind);
const document = (text: string) => ({
  algorithm: 'ES256' as const,
  digest: createHash('sha256').update(text).digest(),
  name: text,
});
const isOver = ({ certificate }: Credential, text: string, signature: Buffer | undefined): boolean =>
  verify(
    'sha256',
    Buffer.from(text),
    { key: new X509Certificate(certificate.der).publicKey, dsaEncoding: 'ieee-p1363' },
    signature ?? Buffer.alloc(0),
  );

async function meet(): Promise<void> {
  count += 1;
  sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
  site = sites.site(`https://sede${count}.example.es`, 'extension');
  person = await personAt(daemon, { pair: true, certificate: true });
}

async function shown(): Promise<Credential> {
  const credential = await sites.certificate(site, { purpose: 'sign' }, call());
  person.does({});
  return credential;
}

describe('a key that wants its PIN every time', () => {
  let token: SoftHsm;
  beforeAll(async () => {
    token = await createSoftHsm({ keys: [{ kind: 'p256', alwaysAuthenticate: true }] });
    daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
  });
  afterAll(async () => {
    await daemon.dispose();
    token.dispose();
  });
  beforeEach(meet);
  afterEach(() => person[Symbol.asyncDispose]());

  it('is unlocked with the login’s PIN and then with its own, for each signature of a batch', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN, confirm: true });
    const made = await sites.sign(site, credential, [document('one'), document('two')], call());
    expect(made.map((signature, at) => isOver(credential, ['one', 'two'][at] ?? '', signature))).toEqual([true, true]);
    expect(kinds()).toEqual(['pair', 'certificate', 'pin', 'pin', 'pin']);
    const [again] = await sites.sign(site, credential, [document('three')], call());
    expect(isOver(credential, 'three', again)).toBe(true);
    expect(kinds().slice(5)).toEqual(['confirm', 'pin']);
  });

  it('logs somebody in', async () => {
    person.does({ pair: true, pin: USER_PIN });
    expect(await sites.authenticate(site, { challengeNonce: NONCE }, call())).toMatchObject({ algorithm: 'ES256' });
    expect(kinds()).toEqual(['pair', 'pin', 'pin']);
  });

  it('makes nothing of the batch when the person stops at the second PIN', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    await sites.sign(site, credential, [document('one')], call());
    person.does({ confirm: true, pin: [USER_PIN] });
    const signing = sites.sign(site, credential, [document('one'), document('two')], call());
    signing.catch(() => undefined);
    const second = await person.next('pin');
    await person.cancel();
    await expect(signing).rejects.toMatchObject({ code: 'prompt_cancelled' });
    expect((await person.end(second)).why).toBe('cancelled');
  });

  it('asks again after a wrong one, and counts it', async () => {
    const credential = await shown();
    person.does({ pin: [USER_PIN, '111111', USER_PIN] });
    const [signature] = await sites.sign(site, credential, [document('one')], call());
    expect(isOver(credential, 'one', signature)).toBe(true);
    const again = person.seen.flatMap(({ question }) => (question.kind === 'pin' ? [question.again] : []));
    expect(again).toEqual([null, null, 'pin_incorrect']);
  });
});

describe('behind a shim', () => {
  let shim: Shimmed;
  afterEach(async () => {
    await person[Symbol.asyncDispose]();
    await daemon.dispose();
    shim.dispose();
  });
  const start = async (...rules: string[]): Promise<void> => {
    shim = await shimmed('libopencryptoki.so', { keys: [{ kind: 'p256' }] });
    shim.control.set(...rules);
    daemon = await startTestDaemon({ drivers: [shim.driver] });
    await meet();
  };
  const left = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin.remaining?.atMost;

  it('a PIN pad takes the PIN: no value is asked for or passed, a wrong one is asked for again, a cancel there is told', async () => {
    await start('pinpad wrong', 'lock-after 3 low-final');
    const credential = await shown();
    const signing = sites.sign(site, credential, [document('one')], call());
    signing.catch(() => undefined);
    const first = await person.next('pin');
    expect(first.question.token.pinPad).toBe(true);
    await expect(person.answer({ pin: USER_PIN })).rejects.toMatchObject({ code: 'invalid_request' });
    await person.answer();
    const second = await until('the second question', () =>
      person.seen.find((each) => each.question.kind === 'pin' && each.id !== first.id),
    );
    expect(second.question).toMatchObject({ again: 'pin_incorrect', tries: { remaining: { atMost: 2 } } });
    shim.control.set('pinpad cancel', 'lock-after 3 low-final');
    await person.answer();
    await expect(signing).rejects.toMatchObject({ code: 'prompt_cancelled', cause: { code: 'pin_incorrect' } });
    expect(await left()).toBe(2);
    shim.control.set('pinpad enter', 'lock-after 3 low-final');
    person.does({ pin: USER_PIN });
    const [signature] = await sites.sign(site, credential, [document('one')], call());
    expect(isOver(credential, 'one', signature)).toBe(true);
    expect(shim.control.trace().every(({ pinNull }) => pinNull)).toBe(true);
    expect(await left()).toBe(3);
  });

  it('a token without a PIN is told as that, and nobody is asked for one', async () => {
    await start('C_GetTokenInfo flags-clear 0x8');
    const credential = await shown();
    await expect(sites.sign(site, credential, [document('one')], call())).rejects.toMatchObject({
      code: 'pin_state_unknown',
      facts: { variant: 'not_initialised' },
    });
    expect(kinds()).toEqual(['pair', 'certificate']);
  });

  it('a token that wants no login is used after a plain yes', async () => {
    await start('C_GetTokenInfo flags-clear 0x4');
    const credential = await shown();
    const signing = sites.sign(site, credential, [document('one')], call());
    signing.catch(() => undefined);
    expect((await person.next('confirm')).question).toMatchObject({ act: { kind: 'sign', count: 1 } });
    await person.cancel();
    await expect(signing).rejects.toMatchObject({ code: 'prompt_cancelled' });
    expect(shim.control.trace()).toEqual([]);
  });
});
