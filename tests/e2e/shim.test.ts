import { afterEach, describe, expect, it } from 'vitest';
import { type Answer, type Shimmed, shimmed, startTestDaemon, type TestDaemon, USER_PIN, until } from '../fixture/index.ts';

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUps.splice(0).reverse()) await clean();
});

let shim: Shimmed;
let daemon: TestDaemon;

async function start(name?: string, settings: Record<string, unknown> = {}, ...more: Shimmed[]): Promise<void> {
  shim = await shimmed(name);
  cleanUps.push(() => shim.dispose());
  shim.control.set('lock-after 3 low-final');
  daemon = await startTestDaemon({ drivers: [shim, ...more].map(({ driver }) => driver), settings });
  cleanUps.push(() => daemon.dispose());
  const { tokens } = (await daemon.call('GET', '/v1/tokens')).json;
  const ours = tokens.find(({ driver }: { driver: string }) => driver === (name === undefined ? 'opencryptoki' : 'generic'));
  daemon.tokenId = ours?.id ?? daemon.tokenId;
}

const login = (body: Record<string, unknown>) => daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, body);
const driver = async () => (await daemon.call('GET', '/v1/drivers')).json.drivers[0];
const token = async () => (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json;
const back = () => until('the token is back', async () => ((await token()).id === undefined ? undefined : true));
const sign = async (): Promise<Answer> => {
  const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
  const { id, algorithms } = credentials.find(({ tokenId }: { tokenId: string }) => tokenId === daemon.tokenId);
  return daemon.call('POST', `/v1/credentials/${id}/sign`, { algorithm: algorithms[0], data: 'AAAA' });
};

describe('a driver that fails while it holds the PIN', () => {
  it.each([
    'forward-then-crash',
    'forward-then-abort',
    'forward-then-exit0',
    'crash',
    'forward-then-rv 0x30',
    'forward-then-rv 0x80000666',
  ])('%s: the attempt counts as spent and is not called wrong', async (fault) => {
    await start();
    shim.control.set('lock-after 3 low-final', `once C_Login ${fault}`);
    const answer = await login({ pin: '999999' });
    expect(answer).toMatchObject({ status: 502, json: { code: 'attempt_indeterminate' } });
    await back();
    const { pin, session } = await token();
    expect(session).toBeNull();
    expect(pin.remaining.atMost).toBeLessThanOrEqual(Math.min(2, shim.left(3)));
    expect(shim.control.trace()).toHaveLength(1);
    expect((await sign()).json.code).toBe('pin_required');
    // What came of it is still in the count after the daemon itself has been away.
    await daemon.stop();
    daemon = await startTestDaemon({ home: daemon.home, drivers: [shim.driver] });
    expect((await token()).pin.remaining.atMost).toBeLessThanOrEqual(2);
    expect((await login({ pin: USER_PIN })).status).toBe(200);
    expect((await token()).pin).toMatchObject({ state: 'ok', remaining: { atMost: 3 } });
  });

  it('with the right PIN: nobody is logged in, and it is not presented again', async () => {
    await start();
    shim.control.set('lock-after 3 low-final', 'once C_Login forward-then-crash');
    expect((await login({ pin: USER_PIN })).json.code).toBe('attempt_indeterminate');
    await back();
    expect((await token()).session).toBeNull();
    expect((await sign()).json.code).toBe('pin_required');
    expect(shim.control.trace()).toHaveLength(1);
  });

  it('twice leaves a last try that is asked for', async () => {
    await start();
    for (const pin of ['111111', '222222']) {
      shim.control.set('lock-after 3 none', 'C_Login forward-then-crash');
      expect((await login({ pin })).json.code).toBe('attempt_indeterminate');
      await back();
    }
    shim.control.set('lock-after 3 none');
    expect(await login({ pin: USER_PIN })).toMatchObject({ status: 428, json: { code: 'final_try_consent_required' } });
    expect(shim.left(3)).toBe(1);
  });
});

describe('a driver that hangs', () => {
  it('in a login: the attempt is indeterminate, health answers meanwhile, and another driver works on', async () => {
    const other = await shimmed('libunheard-of.so', { label: 'Another token' });
    cleanUps.push(() => other.dispose());
    await start(undefined, { deadlines: { login: 1_200 } }, other);
    const { tokens } = (await daemon.call('GET', '/v1/tokens')).json;
    const second = tokens.find(({ driver: id }: { driver: string }) => id === 'generic');
    shim.control.set('lock-after 3 low-final', 'once C_Login hang');
    const hanging = login({ pin: USER_PIN });
    await until('the PIN is with the driver', () => (shim.control.trace().length > 0 ? true : undefined));
    for (let round = 0; round < 10; round += 1) {
      const asked = performance.now();
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      expect(performance.now() - asked).toBeLessThan(100);
    }
    expect((await daemon.call('POST', `/v1/tokens/${second.id}/login`, { pin: USER_PIN })).status).toBe(200);
    expect(await hanging).toMatchObject({ status: 502, json: { code: 'attempt_indeterminate' } });
    await back();
    expect((await token()).pin.remaining.atMost).toBe(2);
    expect((await daemon.call('GET', `/v1/tokens/${second.id}`)).json.session).not.toBeNull();
    expect(shim.control.trace()).toHaveLength(1);
  });

  it('in a signature: the caller is told, the host is replaced, and a login is needed again', async () => {
    await start(undefined, { deadlines: { sign: 500 } });
    await login({ pin: USER_PIN });
    await sign();
    shim.control.set('lock-after 3 low-final', 'once C_Sign hang');
    expect(await sign()).toMatchObject({ status: 504, json: { code: 'driver_timeout' } });
    await back();
    expect((await sign()).json.code).toBe('pin_required');
    expect((await driver()).crashes).toBe(1);
    expect(shim.control.presentations()).toHaveLength(1);
  });

  it('in a listing: its tokens go, and come back with it', async () => {
    await start(undefined, { deadlines: { list: 500 } });
    shim.control.set('once C_GetTokenInfo hang');
    await until('the host is replaced', async () => ((await driver()).crashes > 0 ? true : undefined));
    await back();
    expect((await driver()).state).toBe('running');
  });
});

describe('a driver that crashes', () => {
  it('in a signature is back within half a second, without its login', async () => {
    await start();
    await login({ pin: USER_PIN });
    await sign();
    shim.control.set('lock-after 3 low-final', 'once C_Sign crash');
    expect(await sign()).toMatchObject({ status: 502, json: { code: 'driver_crashed' } });
    const crashed = performance.now();
    await back();
    // The promise is half a second on an idle machine.
    expect(performance.now() - crashed).toBeLessThan(1_500);
    expect((await sign()).json.code).toBe('pin_required');
    expect(shim.control.presentations()).toHaveLength(1);
  });

  it('again and again is tried less and less often, and told', async () => {
    await start();
    shim.control.set('C_GetTokenInfo crash');
    await until('it crashed three times', async () => ((await driver()).crashes >= 3 ? true : undefined));
    expect((await driver()).lastError).toMatch(/SIGSEGV/);
    shim.control.set();
    await back();
  });

  it.each(['length 0x7fffffff', 'length 3', 'rv 0x5', 'rv 0x80000123', 'overflow', 'exit0'])(
    'or lies in a signature (%s) is an error, not a signature',
    async (fault) => {
      await start();
      await login({ pin: USER_PIN });
      await sign();
      shim.control.set('lock-after 3 low-final', `C_Sign ${fault}`);
      const answer = await sign();
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(answer.json.code).not.toBe('internal_error');
      expect((await daemon.call('GET', '/health')).status).toBe(200);
    },
  );
});

describe('flags', () => {
  it('that come late are made up for by the count', async () => {
    await start();
    shim.control.set('lock-after 3 low-final', 'C_GetTokenInfo flags-late');
    const callers = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
    for (const [index, call] of callers.entries()) {
      const answer = await call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: `99999${index}` });
      expect(answer.json.pin.remaining.atMost).toBeLessThanOrEqual(shim.left(3));
    }
    expect((await login({ pin: USER_PIN })).status).toBe(428);
  });

  it('that never come are made up for by the count', async () => {
    await start('libunheard-of.so');
    shim.control.set('lock-after 3 none');
    const callers = [daemon.as(await daemon.client('a', 'pin')), daemon.as(await daemon.client('b', 'pin'))];
    for (const [index, call] of callers.entries()) {
      const answer = await call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: `99999${index}` });
      expect(answer.json.pin.remaining.atMost).toBeLessThanOrEqual(shim.left(3));
    }
    expect((await login({ pin: USER_PIN })).json.code).toBe('final_try_consent_required');
    expect((await token()).pin.flagsReliable).toBe('no');
  });

  it('that warn are believed, whatever the count says', async () => {
    await start();
    await login({ pin: USER_PIN });
    shim.control.set('C_GetTokenInfo flags-set 0x20000');
    expect((await login({ pin: USER_PIN })).json.code).toBe('final_try_consent_required');
    shim.control.set('C_GetTokenInfo flags-set 0x40000');
    expect((await login({ pin: USER_PIN })).json.code).toBe('pin_locked');
    expect(shim.control.presentations()).toHaveLength(1);
  });

  it('that cannot be read have no PIN presented', async () => {
    await start(undefined, { watchEvery: 60_000 });
    for (const rv of ['0x5', '0x30', '0x80000001']) {
      shim.control.set(`C_GetTokenInfo rv ${rv}`);
      const answer = await login({ pin: USER_PIN });
      expect({ rv, code: answer.json.code }).toEqual({ rv, code: 'pin_state_unknown' });
    }
    shim.control.set('C_GetTokenInfo rv 0xe0');
    expect(await login({ pin: USER_PIN })).toMatchObject({ status: 410, json: { code: 'token_removed' } });
    expect(shim.control.trace()).toEqual([]);
  });
});

describe('a reader with a PIN pad', () => {
  it('takes the PIN itself: none is accepted here', async () => {
    await start();
    shim.control.set('pinpad enter', 'lock-after 3 low-final');
    expect((await token()).pinPad).toBeTypeOf('boolean');
    expect(await login({ pin: USER_PIN })).toMatchObject({ status: 409, json: { code: 'pinpad_required' } });
    expect(shim.control.trace()).toEqual([]);
    expect((await login({})).status).toBe(200);
    expect(shim.control.trace()).toMatchObject([{ call: 'C_Login', pinNull: true, reached: true }]);
    expect((await sign()).status).toBe(200);
  });

  it('counts what was typed wrong, and not what was cancelled', async () => {
    await start();
    for (const how of ['cancel', 'refuse']) {
      shim.control.set(`pinpad ${how}`, 'lock-after 3 low-final');
      expect(await login({})).toMatchObject({ status: 403, json: { code: 'prompt_cancelled' } });
    }
    expect((await token()).pin.remaining?.atMost ?? 3).toBe(3);
    shim.control.set('pinpad wrong', 'lock-after 3 low-final');
    expect(await login({})).toMatchObject({ status: 403, json: { code: 'pin_incorrect', pin: { remaining: { atMost: 2 } } } });
    expect(shim.left(3)).toBe(2);
  });
});

describe('a token that goes', () => {
  it.each(['token-gone', 'token-gone reader'])('%s: its login is over when it comes back', async (rule) => {
    await start();
    await login({ pin: USER_PIN });
    shim.control.set(rule);
    await until('it is gone', async () => ((await daemon.call('GET', '/v1/tokens')).json.tokens.length === 0 ? true : undefined));
    expect(await login({ pin: USER_PIN })).toMatchObject({ status: 404, json: { code: 'token_not_found' } });
    shim.control.set();
    await back();
    expect((await token()).session).toBeNull();
    expect((await sign()).json.code).toBe('pin_required');
    expect(shim.control.presentations()).toHaveLength(1);
  });

  it('under a signature is told as removed', async () => {
    await start(undefined, { watchEvery: 60_000 });
    await login({ pin: USER_PIN });
    await sign();
    shim.control.set('C_Sign rv 0x32');
    expect(await sign()).toMatchObject({ status: 410, json: { code: 'token_removed' } });
    shim.control.set();
    expect((await sign()).json.code).toBe('pin_required');
  });
});
