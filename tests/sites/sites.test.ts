import { createHash, verify, X509Certificate } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/drivers/index.ts';
import type { Site, Sites } from '../../src/sites/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';

const NONCE = Buffer.alloc(33, 7).toString('base64');
const DIGEST = createHash('sha256').update('a contract').digest();

let token: SoftHsm;
/** One daemon for all tests but those that leave wrong PINs or many refusals behind; each test has sites of its own. */
let common: TestDaemon;
let count = 0;
let ORIGIN: string;
let OTHER: string;
let daemon: TestDaemon;
let person: Person;
let sites: Sites;
let site: Site;

beforeAll(async () => {
  token = await createSoftHsm();
  common = await start();
});
afterAll(async () => {
  await common.dispose();
  token.dispose();
});
beforeEach(() => meet(common));
afterEach(() => person[Symbol.asyncDispose]());

const start = () => startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
async function meet(at: TestDaemon): Promise<void> {
  count += 1;
  ORIGIN = `https://sede${count}.example.es`;
  OTHER = `https://other${count}.example.fr`;
  daemon = at;
  sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
  site = sites.site(ORIGIN, 'extension');
  person = await personAt(daemon);
}
/** The tests of this group have a daemon each. */
function apart(): void {
  beforeEach(async () => {
    await person[Symbol.asyncDispose]();
    await meet(await start());
  });
  afterEach(async () => {
    await person[Symbol.asyncDispose]();
    await daemon.dispose();
  });
}

const call = (signal = new AbortController().signal) => ({ signal });
/** A request that may be refused before its test looks. */
function begun<T>(request: Promise<T>): Promise<T> {
  request.catch(() => undefined);
  return request;
}
const kinds = () => person.seen.map(({ question }) => question.kind);
const onlyP256 = (credential: { certificate: { facts: { key: { type: string; curve?: string } } } }): boolean =>
  credential.certificate.facts.key.curve === 'P-256';
const pinOf = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin;
const audited = async () =>
  (await daemon.call('GET', '/v1/audit')).json.entries.map(
    (entry: { caller: string; action: string; outcome: string }) => `${entry.caller} ${entry.action} ${entry.outcome}`,
  );

/** Pairs the site and shows it the P-256 certificate. */
async function shown(at: Site = site) {
  person.does({ pair: true, certificate: true, pin: USER_PIN, confirm: true });
  const credential = await sites.certificate(at, { purpose: 'sign', accepts: onlyP256 }, call());
  person.does({});
  return credential;
}

describe('a site that logs somebody in', () => {
  it('is paired, chooses, asks for the PIN, and gets a token over its own origin and nonce', async () => {
    person.does({ pair: true, certificate: true, pin: USER_PIN });
    const login = await sites.authenticate(site, { challengeNonce: NONCE, accepts: onlyP256 }, call());
    expect(kinds()).toEqual(['pair', 'pin']);
    const certificate = new X509Certificate(Buffer.from(login.unverifiedCertificate, 'base64'));
    const hash = (text: string) => createHash('sha256').update(text).digest();
    const signed = Buffer.concat([hash(ORIGIN), hash(NONCE)]);
    const key = { key: certificate.publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(login).toMatchObject({ algorithm: 'ES256', format: 'web-eid:1.0' });
    expect(verify('sha256', signed, key, Buffer.from(login.signature, 'base64'))).toBe(true);
    expect(await audited()).toEqual(
      expect.arrayContaining([
        `site:${ORIGIN} site.pair ok`,
        `site:${ORIGIN} pin.login accepted`,
        `site:${ORIGIN} site.authenticate ok`,
      ]),
    );
  });

  it('asks which certificate where several fit', async () => {
    person.does({ pair: true, certificate: true, pin: USER_PIN });
    await sites.authenticate(site, { challengeNonce: NONCE }, call());
    expect(kinds()).toEqual(['pair', 'certificate', 'pin']);
  });

  it('gets nothing when the person says no to the pairing, and nobody was asked for a PIN', async () => {
    person.does({ pair: 'no' });
    await expect(sites.authenticate(site, { challengeNonce: NONCE }, call())).rejects.toMatchObject({ code: 'prompt_cancelled' });
    expect(kinds()).toEqual(['pair']);
    expect(sites.status(site).paired).toBe(false);
    expect((await pinOf()).remaining.atMost).toBe(3);
    expect(await audited()).toContain(`site:${ORIGIN} site.pair prompt_cancelled`);
  });
});

describe('a site that has something signed', () => {
  it('asks with the certificate, the document and its digest, and signs once', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    const [signature] = await sites.sign(
      site,
      credential,
      [{ algorithm: 'ES256', digest: DIGEST, name: 'contract.pdf' }],
      call(),
    );
    const asked = person.seen.at(-1)?.question;
    const digest = `SHA-256 ${DIGEST.toString('hex').slice(0, 4)} ${DIGEST.toString('hex').slice(4, 8)} …`;
    expect(asked).toMatchObject({
      kind: 'pin',
      asker: { kind: 'site', name: ORIGIN },
      act: { kind: 'sign', count: 1, documents: [{ name: 'contract.pdf', digest: expect.stringContaining(digest) }] },
      certificate: { credentialId: credential.id },
    });
    const { publicKey } = new X509Certificate(credential.certificate.der);
    const key = { key: publicKey, dsaEncoding: 'ieee-p1363' as const };
    expect(verify('sha256', Buffer.from('a contract'), key, signature ?? Buffer.alloc(0))).toBe(true);
  });

  it('is asked each time, without the PIN while its login lasts; another site is asked for the PIN', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN, confirm: true });
    const document = { algorithm: 'ES256' as const, digest: DIGEST };
    await sites.sign(site, credential, [document], call());
    await sites.sign(site, credential, [document], call());
    expect(kinds().slice(-2)).toEqual(['pin', 'confirm']);
    const other = sites.site(OTHER, 'extension');
    const same = await shown(other);
    person.does({ pin: USER_PIN, confirm: true });
    await sites.sign(other, same, [document], call());
    expect(kinds().at(-1)).toBe('pin');
  });

  it('gets a batch with one question that shows the count', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    const documents = Array.from({ length: 300 }, (_, at) => ({
      algorithm: 'ES256' as const,
      digest: createHash('sha256').update(`${at}`).digest(),
      name: `${at}.pdf`,
    }));
    const signatures = await sites.sign(site, credential, documents, call());
    expect(signatures).toHaveLength(300);
    const { question } = person.seen.at(-1) as (typeof person.seen)[number];
    expect(question).toMatchObject({ kind: 'pin', act: { count: 300 } });
    expect(question.kind === 'pin' && question.act.kind === 'sign' && question.act.documents.length).toBe(20);
    expect(kinds().filter((kind) => kind === 'pin')).toHaveLength(1);
  });

  it('signs with a hash that is not the curve’s own where the protocol pairs them so', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    const digest = createHash('sha512').update('x').digest();
    const [signature = Buffer.alloc(0)] = await sites.sign(
      site,
      credential,
      [{ algorithm: 'ES512', digest, anyCurve: true }],
      call(),
    );
    const { publicKey } = new X509Certificate(credential.certificate.der);
    expect(verify('sha512', Buffer.from('x'), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature)).toBe(true);
  });

  it('is refused what the key cannot do before anybody is asked', async () => {
    const credential = await shown();
    const before = person.seen.length;
    await expect(sites.sign(site, credential, [{ algorithm: 'RS256', digest: DIGEST }], call())).rejects.toMatchObject({
      code: 'algorithm_unsupported',
    });
    await expect(
      sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST.subarray(1) }], call()),
    ).rejects.toMatchObject({ code: 'digest_length' });
    expect(person.seen).toHaveLength(before);
  });

  it('learns nothing of certificates that it was not shown', async () => {
    const credential = await shown();
    const other = sites.site(OTHER, 'extension');
    await expect(sites.find(other, { credentialId: credential.id })).rejects.toMatchObject({ code: 'credential_not_found' });
    await expect(sites.find(other, { certificate: credential.certificate.der })).rejects.toMatchObject({
      code: 'credential_not_found',
    });
    expect((await sites.find(site, { certificate: credential.certificate.der })).id).toBe(credential.id);
  });

  it('gives the use of a key for as many signatures as were agreed to, and not after', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    let kept: Parameters<Parameters<Sites['withKey']>[4]>[0] | undefined;
    const wanted = { documents: [], count: 1, signatures: 1 };
    await expect(
      sites.withKey(site, credential, wanted, call(), async (key) => {
        kept = key;
        await key.sign({ algorithm: 'ES256', digest: DIGEST });
        return key.sign({ algorithm: 'ES256', digest: DIGEST });
      }),
    ).rejects.toMatchObject({ code: 'prompt_cancelled' });
    await expect(kept?.sign({ algorithm: 'ES256', digest: DIGEST })).rejects.toMatchObject({ code: 'prompt_cancelled' });
  });
});

describe('the PIN, asked for a site', () => {
  apart();

  it('is asked for again after a wrong one, with what is left, and blocked is shown with the way out', async () => {
    const credential = await shown();
    person.does({ pin: ['111111', '222222', '333333'], final_try: true, blocked: true });
    const signing = sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call());
    await expect(signing).rejects.toMatchObject({ code: 'pin_locked' });
    const asked = person.seen.slice(-5).map(({ question }) => question);
    expect(asked.map(({ kind }) => kind)).toEqual(['pin', 'pin', 'final_try', 'pin', 'blocked']);
    expect(asked.map((each) => (each.kind === 'pin' ? [each.again, each.tries.remaining?.atMost] : null))).toEqual([
      [null, 3],
      ['pin_incorrect', 2],
      null,
      ['pin_incorrect', 1],
      null,
    ]);
    expect(asked.at(-1)).toMatchObject({
      wayOut: { procedureId: expect.stringContaining('unblock') },
      tries: { state: 'locked' },
    });
    expect((await pinOf()).state).toBe('locked');
  }, 20_000);

  it('at the final try is not even asked for when the person says no to it', async () => {
    const credential = await shown();
    person.does({ pin: ['111111', '222222'], final_try: 'no' });
    await expect(sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call())).rejects.toMatchObject({
      code: 'prompt_cancelled',
    });
    expect((await pinOf()).remaining).toEqual({ atLeast: 1, atMost: 1 });
  });

  it('is shown as blocked when somebody else spent the last try while the person read of it', async () => {
    const credential = await shown();
    person.does({ pin: ['111111', '222222'] });
    const signing = begun(sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call()));
    await person.next('final_try');
    const { tokens } = daemon.rooms as NonNullable<TestDaemon['rooms']>;
    const other = { id: 'client:other' };
    const { consent } = await tokens.consent(credential.token, 'user', other);
    await expect(tokens.login(credential.token, other, Secret.fromText('333333'), consent)).rejects.toMatchObject({
      code: 'pin_locked',
    });
    await person.answer();
    await person.next('blocked');
    await person.answer();
    await expect(signing).rejects.toMatchObject({ code: 'pin_locked' });
  }, 20_000);

  it('spends nothing when the same wrong PIN is typed again', async () => {
    const credential = await shown();
    person.does({ pin: ['111111', '111111', USER_PIN] });
    await sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call());
    const again = person.seen
      .map(({ question }) => (question.kind === 'pin' ? question.again : ''))
      .filter((each) => each !== '');
    expect(again.slice(-3)).toEqual([null, 'pin_incorrect', 'pin_known_wrong']);
    expect((await pinOf()).remaining.atMost).toBe(3);
  });
});

describe('an asker', () => {
  it('that is gone takes its question with it', async () => {
    const gone = new AbortController();
    const asking = begun(sites.authenticate(site, { challengeNonce: NONCE }, call(gone.signal)));
    const prompt = await person.next('pair');
    gone.abort();
    await expect(asking).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    expect((await person.end(prompt)).why).toBe('gone');
  });

  it('waits behind another’s question and is told when its own asker left meanwhile', async () => {
    const first = begun(sites.authenticate(site, { challengeNonce: NONCE }, call()));
    await person.next('pair');
    const gone = new AbortController();
    const second = begun(sites.authenticate(sites.site(OTHER, 'extension'), { challengeNonce: NONCE }, call(gone.signal)));
    gone.abort();
    await expect(second).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    expect(person.seen).toHaveLength(1);
    await person.cancel();
    await expect(first).rejects.toMatchObject({ code: 'prompt_cancelled' });
  });

  it('loses its question at once when its pairing is taken away, and its login with it', async () => {
    const credential = await shown();
    person.does({ pin: USER_PIN });
    await sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call());
    person.does({});
    const signing = begun(sites.sign(site, credential, [{ algorithm: 'ES256', digest: DIGEST }], call()));
    const prompt = await person.next('confirm');
    expect((await daemon.call('DELETE', `/v1/origins/${encodeURIComponent(ORIGIN)}`)).status).toBe(204);
    await expect(signing).rejects.toMatchObject({ code: 'origin_not_paired', facts: { variant: 'revoked' } });
    await person.end(prompt);
    // Paired anew it has neither the login nor what it was shown.
    await expect(sites.find(site, { credentialId: credential.id })).rejects.toMatchObject({ code: 'credential_not_found' });
    const again = await shown();
    person.does({ pin: USER_PIN });
    await sites.sign(site, again, [{ algorithm: 'ES256', digest: DIGEST }], call());
    expect(kinds().at(-1)).toBe('pin');
  });

  it('that is a page’s own script has to ask for its pairing by name', async () => {
    const page = sites.site(ORIGIN, 'page');
    await expect(sites.certificate(page, { purpose: 'show' }, call())).rejects.toMatchObject({ code: 'origin_not_paired' });
    expect(person.seen).toHaveLength(0);
  });

  it.each(['null', 'http://sede.example.es', 'https://sede.example.es/path', 'file:///etc/passwd', ''])(
    '%s is no site',
    (origin) => {
      expect(() => sites.site(origin, 'extension')).toThrow(expect.objectContaining({ code: 'origin_not_paired' }));
    },
  );
});

describe('a site that the person refuses', () => {
  apart();

  it('has to wait when it asks again and again', async () => {
    person.does({ pair: 'no' });
    const ask = () => sites.authenticate(site, { challengeNonce: NONCE }, call()).catch((error: { code: string }) => error.code);
    const ends = [await ask(), await ask(), await ask(), await ask()];
    expect(ends).toEqual(['prompt_cancelled', 'prompt_cancelled', 'prompt_cancelled', 'rate_limited']);
  });
});
