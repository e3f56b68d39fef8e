import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';

let token: SoftHsm;
let daemon: TestDaemon;
let person: Person;
let program: TestDaemon['call'];

beforeAll(async () => {
  token = await createSoftHsm();
});
afterAll(() => token.dispose());
beforeEach(async () => {
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: token.env }] });
  person = await personAt(daemon);
  program = daemon.as(await daemon.client('invoices', 'status', 'sign', 'pin'));
});
afterEach(async () => {
  await person[Symbol.asyncDispose]();
  await daemon.dispose();
});

const login = (body: object = {}) => program('POST', `/v1/tokens/${daemon.tokenId}/login`, body);

describe('a login without a PIN', () => {
  it('has the person asked, in the name that they gave the program, and is that program’s alone', async () => {
    person.does({ pin: ['111111', USER_PIN] });
    const { status, json } = await login();
    expect([status, json.pin.state]).toEqual([200, 'ok']);
    expect(json.session.expiresAt).toMatch(/Z$/);
    expect(person.seen.map(({ question }) => question)).toMatchObject([
      { kind: 'pin', asker: { kind: 'program', name: 'invoices' }, act: { kind: 'login' }, again: null, certificate: null },
      { kind: 'pin', again: 'pin_incorrect', tries: { remaining: { atMost: 2 } } },
    ]);
    expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.session).toBeNull();
    expect((await program('GET', `/v1/tokens/${daemon.tokenId}`)).json.session).not.toBeNull();
  });

  it('ends as the person ends it, with what is left', async () => {
    person.does({ pin: 'no' });
    const { status, json } = await login();
    expect([status, json.code, json.pin.remaining.atMost]).toEqual([403, 'prompt_cancelled', 3]);
  });

  it('is unavailable where nobody can be asked', async () => {
    await person.leave();
    const { status, json } = await login();
    expect([status, json.code]).toEqual([503, 'prompt_unavailable']);
  });
});

describe('a consent to the final try', () => {
  it('of a named program is asked of the person, and opens that one try', async () => {
    for (const pin of ['111111', '222222']) await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin });
    expect((await login({ pin: USER_PIN })).json.code).toBe('final_try_consent_required');
    person.does({ final_try: 'no' });
    const consent = () => program('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`);
    expect((await consent()).json.code).toBe('prompt_cancelled');
    person.does({ final_try: true });
    const { json } = await consent();
    expect(person.seen.at(-1)?.question).toMatchObject({ kind: 'final_try', asker: { name: 'invoices' } });
    expect((await login({ pin: USER_PIN, finalTryConsent: json.consent })).status).toBe(200);
  });
});
