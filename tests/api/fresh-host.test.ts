import { describe, expect, it } from 'vitest';
import { runOrThrow } from '../backends/run.ts';
import { createSoftHsm } from '../backends/softhsm.ts';
import { USER_PIN, until } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const WRONG = '90817263';

describe('a driver’s host that is replaced', () => {
  const at = setStage({ token: createSoftHsm });
  const login = (pin: string) => at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin });
  const labels = async () =>
    ((await at.daemon.call('GET', '/v1/tokens')).json.tokens as { label: string }[]).map(({ label }) => label);
  const pid = async () => Number((await at.daemon.call('GET', '/v1/drivers')).json.drivers[0].pid);
  const makeToken = (label: string) =>
    runOrThrow('softhsm2-util', ['--init-token', '--free', '--label', label, '--so-pin', '12345678', '--pin', USER_PIN], {
      env: at.token.env,
    });

  it('for a token that was made later spends no try on a PIN that was wrong before, and moves no other token', async () => {
    const told = at.daemon.listen();
    await told.ready;
    const before = await pid();
    const first = (await login(WRONG)).json;
    expect(first.code).toBe('pin_incorrect');
    await makeToken('made later');
    await until('the token is seen', async () => (await labels()).includes('made later') || undefined);
    expect(await pid()).not.toBe(before);
    const again = (await login(WRONG)).json;
    expect(again.code).toBe('pin_known_wrong');
    expect(again.pin.remaining).toEqual(first.pin.remaining);
    await told.next(({ data }) => data.label === 'made later');
    const seen = told.heard.filter(({ event }) => event.startsWith('token.'));
    expect(seen.map(({ event, data }) => [event, data.label])).toEqual([['token.inserted', 'made later']]);
    told.close();
  });

  it('is not replaced while somebody is logged in, who is told that a token waits', async () => {
    expect((await login(USER_PIN)).status).toBe(200);
    const told = at.daemon.listen();
    await told.ready;
    const before = await pid();
    await makeToken('made during a login');
    await told.next(({ event }) => event === 'token.waiting');
    expect(await pid()).toBe(before);
    expect(await labels()).not.toContain('made during a login');
    await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/logout`);
    await told.next(({ event, data }) => event === 'token.inserted' && data.label === 'made during a login');
    told.close();
  });

  it('for a token that was made later refuses no login meanwhile', async () => {
    // Not at the same time: SoftHSM2's own tools trip over a token file that a login is writing.
    await makeToken('made in between');
    const codes = new Set<number>();
    await until('the token is seen between two logins', async () => {
      codes.add((await login(USER_PIN)).status);
      await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/logout`);
      return (await labels()).includes('made in between') || undefined;
    });
    expect([...codes]).toEqual([200]);
  });

  it('after it was killed is waited for: nobody is told that the token is not there', async () => {
    const codes = new Set<string>();
    process.kill(await pid(), 'SIGKILL');
    await until('a login succeeds again', async () => {
      const answer = await login(USER_PIN);
      if (answer.status === 200) return true;
      codes.add(answer.json.code);
      expect(answer.headers['retry-after']).toBeDefined();
      return undefined;
    });
    for (const code of codes) expect(code).toMatch(/^driver_(crashed|unavailable)$/);
  });
});
