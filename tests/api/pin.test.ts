import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Shimmed, SO_PIN, shimmed, startTestDaemon, type TestDaemon, USER_PIN } from '../fixture/index.ts';

let shim: Shimmed;
let daemon: TestDaemon;

beforeEach(async () => {
  shim = await shimmed();
  shim.control.set('lock-after 3 low-final');
  daemon = await startTestDaemon({ drivers: [shim.driver] });
});
afterEach(async () => {
  await daemon.dispose();
  shim.dispose();
});

const act = (name: string, body?: unknown) => daemon.call('POST', `/v1/tokens/${daemon.tokenId}/${name}`, body);
const spent = () => shim.control.presentations().length;

describe('login and logout', () => {
  it('grant and end a session', async () => {
    const { status, json } = await act('login', { pin: USER_PIN });
    expect(status).toBe(200);
    expect(json).toMatchObject({ session: { idleSeconds: 900 }, pin: { state: 'ok', remaining: { atLeast: 3, atMost: 3 } } });
    expect(Date.parse(json.session.expiresAt)).toBeGreaterThan(Date.now());
    expect(await act('logout')).toMatchObject({ status: 204, text: '' });
    expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.session).toBeNull();
    expect((await act('logout')).status).toBe(204);
  });

  it('refuse what cannot be a PIN, and spend nothing', async () => {
    for (const pin of ['', '1', '123', 'x'.repeat(256), '12\u000034', 'ab\ncd', '\u007f1234', 'é'.repeat(200)]) {
      expect(await act('login', { pin })).toMatchObject({ status: 422, json: { code: 'pin_format' } });
    }
    expect(spent()).toBe(0);
  });

  it('ask for a prompt when no PIN comes along', async () => {
    expect(await act('login', {})).toMatchObject({ status: 503, json: { code: 'prompt_unavailable' } });
    expect(spent()).toBe(0);
  });

  it('take a PIN however JSON spells it', async () => {
    const spelled = [...USER_PIN].map((digit) => `\\u${digit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
    expect((await act('login', `{"p\\u0069n":"${spelled}"}`)).status).toBe(200);
  });

  it('answer a wrong one with what is left, and in the language of the reader', async () => {
    const answer = await daemon.call(
      'POST',
      `/v1/tokens/${daemon.tokenId}/login`,
      { pin: '999999' },
      { 'accept-language': 'fr' },
    );
    expect(answer).toMatchObject({
      status: 403,
      headers: { 'content-type': 'application/problem+json; charset=utf-8', 'content-language': 'fr' },
      json: {
        code: 'pin_incorrect',
        instance: `/v1/tokens/${daemon.tokenId}/login`,
        pin: { state: 'low', remaining: { atMost: 2 } },
      },
    });
    expect(answer.text).not.toContain('999999');
  });
});

describe('a change of PIN', () => {
  it('makes the new one right and the old one wrong', async () => {
    expect(await act('pin', { currentPin: USER_PIN, newPin: '654321' })).toMatchObject({
      status: 200,
      json: { pin: { state: 'ok' } },
    });
    expect((await act('login', { pin: '654321' })).status).toBe(200);
    expect(await act('pin', { currentPin: '654321', newPin: USER_PIN })).toMatchObject({ status: 200 });
    expect(await act('login', { pin: '654321' })).toMatchObject({ status: 403, json: { code: 'pin_incorrect' } });
  });

  it('with a wrong current PIN spends a try and changes nothing', async () => {
    expect(await act('pin', { currentPin: '999999', newPin: '654321' })).toMatchObject({
      status: 403,
      json: { code: 'pin_incorrect' },
    });
    expect(spent()).toBe(1);
    expect((await act('login', { pin: USER_PIN })).status).toBe(200);
  });

  it('needs both values, in a form that can be a PIN', async () => {
    expect(await act('pin', { currentPin: USER_PIN })).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'body.newPin' }] },
    });
    expect(await act('pin', { newPin: '654321' })).toMatchObject({
      status: 400,
      json: { errors: [{ field: 'body.currentPin' }] },
    });
    const short = await act('pin', { currentPin: USER_PIN, newPin: '1' });
    expect(short).toMatchObject({ status: 422, json: { code: 'pin_format', field: 'newPin' } });
    expect(spent()).toBe(0);
  });
});

describe('an unblock', () => {
  it('sets a new PIN with the SO PIN and ends every login', async () => {
    await act('login', { pin: USER_PIN });
    expect(await act('unblock', { puk: SO_PIN, newPin: '246810' })).toMatchObject({
      status: 200,
      json: { pin: { state: 'ok' } },
    });
    expect((await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.session).toBeNull();
    expect((await act('login', { pin: '246810' })).status).toBe(200);
  });

  it('with a wrong SO PIN counts on the counter of the SO PIN alone', async () => {
    const wrong = await act('unblock', { puk: '99999999', newPin: '246810' });
    expect(wrong).toMatchObject({
      status: 403,
      json: { code: 'pin_incorrect', pin: { state: 'low', remaining: { atMost: 2 } } },
    });
    const { pin, puk } = (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
    expect([pin.remaining?.atMost ?? 3, puk.remaining.atMost]).toEqual([3, 2]);
    expect(await act('unblock', { puk: '99999999', newPin: '246810' })).toMatchObject({
      status: 409,
      json: { code: 'pin_known_wrong' },
    });
    expect([shim.left(3), shim.left(3, 'so')]).toEqual([3, 2]);
  });

  it('is not guessed at: a driver of which nobody knows how is left alone', async () => {
    const other = await shimmed('libunheard-of.so');
    const second = await startTestDaemon({ drivers: [other.driver] });
    const answer = await second.call('POST', `/v1/tokens/${second.tokenId}/unblock`, { puk: SO_PIN, newPin: '246810' });
    expect(answer).toMatchObject({ status: 422, json: { code: 'unblock_unsupported' } });
    expect(other.control.trace()).toEqual([]);
    await second.dispose();
    other.dispose();
  });
});

describe('a consent to the final try', () => {
  it('needs no body, and is given by a local program only', async () => {
    expect(await act('final-try-consent')).toMatchObject({ status: 200, json: { consent: expect.any(String), pin: {} } });
    expect(await act('final-try-consent', { kind: 'puk' })).toMatchObject({ status: 200 });
    const named = daemon.as(await daemon.client('app', 'pin', 'status'));
    const asked = await named('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`, {});
    expect(asked).toMatchObject({ status: 503, json: { code: 'prompt_unavailable' } });
  });

  it('opens the last try once, for the state it was given for', async () => {
    const [first, second] = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
    const early = (await act('final-try-consent')).json.consent;
    await first('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '111111' });
    await second('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '222222' });
    const refused = await act('login', { pin: USER_PIN });
    expect(refused).toMatchObject({ status: 428, json: { code: 'final_try_consent_required', pin: { state: 'final_try' } } });
    for (const finalTryConsent of [early, 'nonsense', '']) {
      expect(await act('login', { pin: USER_PIN, finalTryConsent })).toMatchObject({ status: 428 });
    }
    const { consent } = (await act('final-try-consent')).json;
    const forPuk = (await act('final-try-consent', { kind: 'puk' })).json.consent;
    expect(await act('login', { pin: USER_PIN, finalTryConsent: forPuk })).toMatchObject({ status: 428 });
    expect(spent()).toBe(2);
    expect(await act('login', { pin: USER_PIN, finalTryConsent: consent })).toMatchObject({
      status: 200,
      json: { pin: { state: 'ok' } },
    });
  });

  it('cannot be had for a PIN that is locked', async () => {
    shim.control.set('C_GetTokenInfo flags-set 0x40000');
    expect(await act('final-try-consent')).toMatchObject({ status: 423, json: { code: 'pin_locked' } });
    expect(await act('login', { pin: USER_PIN })).toMatchObject({
      status: 423,
      json: { code: 'pin_locked', nextStep: { text: expect.any(String) } },
    });
    expect(spent()).toBe(0);
  });
});

describe('a caller who was wrong twice', () => {
  it('waits, and is told how long; another does not', async () => {
    shim.control.set('lock-after 9 low-final');
    await act('login', { pin: '111111' });
    const { json } = await act('final-try-consent');
    expect(json.code ?? 'none').toBe('none');
    await act('login', { pin: '222222', finalTryConsent: json.consent });
    const third = await act('login', { pin: '333333', finalTryConsent: (await act('final-try-consent')).json.consent });
    expect(third.status).toBe(429);
    expect(third.json).toMatchObject({ code: 'rate_limited', retryAfter: expect.any(Number) });
    expect(Number(third.headers['retry-after'])).toBeGreaterThan(0);
    expect(spent()).toBe(2);
  });
});
