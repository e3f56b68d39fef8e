import { expect } from 'vitest';
import type { Answer, TestDaemon } from '../fixture/index.ts';

/** What the story needs to know of the token behind the daemon. */
export interface Teller {
  daemon: TestDaemon;
  pin: string;
  puk: string;
  newPin: string;
  /** Wrong values that the token would take for PINs. */
  wrong: readonly [string, string, string];
  /** Tries that are really left, from where the daemon has no hand in it; null when the token itself does not count. */
  truth(): Promise<{ left: number | null; presented: number }> | { left: number | null; presented: number };
  /** The token locks itself. When it does not, Signet's own count does. */
  locks: boolean;
}

/** A PIN's life from the first right entry over the lock to the unblocking, checked against the token at every step. */
export class Story {
  readonly #teller: Teller;
  readonly #callers: TestDaemon['call'][] = [];
  #submitted = 0;
  #presentedBefore = 0;

  constructor(teller: Teller) {
    this.#teller = teller;
  }

  async tell(): Promise<void> {
    const { daemon, pin, wrong, newPin, puk } = this.#teller;
    this.#presentedBefore = (await this.#teller.truth()).presented;
    // Each caller has its own patience to lose: with one alone the story would have to wait between wrong PINs.
    for (const name of ['ann', 'bob', 'eve']) this.#callers.push(daemon.as(await daemon.client(name, 'status', 'sign', 'pin')));
    const [ann, bob, eve] = this.#callers as [TestDaemon['call'], TestDaemon['call'], TestDaemon['call']];

    await this.#expect(await this.#login(daemon.call, pin), 200);
    await this.#expect(await this.#login(ann, wrong[0]), 403, 'pin_incorrect');
    await this.#spendsNothing(async () => this.#expect(await this.#login(bob, wrong[0]), 409, 'pin_known_wrong'));
    const second = await this.#login(bob, wrong[1]);
    await this.#expect(second, 403, 'pin_incorrect');
    expect(second.json.pin).toMatchObject({ state: 'final_try', remaining: { atMost: 1 } });
    await this.#spendsNothing(async () => {
      await this.#expect(await this.#login(daemon.call, pin), 428, 'final_try_consent_required');
      await this.#expect(await this.#login(eve, wrong[2], 'made-up'), 428, 'final_try_consent_required');
      const own = await eve('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`, {});
      expect(own.json.code).toBe('prompt_unavailable');
    });
    const locked = await this.#login(eve, wrong[2], await this.#consent());
    await this.#expect(locked, 423, 'pin_locked');
    expect(locked.json.pin).toMatchObject({ state: 'locked', remaining: { atLeast: 0, atMost: 0 } });
    expect(locked.json.nextStep?.text).toBeTruthy();
    await this.#spendsNothing(async () => {
      await this.#expect(await this.#login(daemon.call, pin), 423, 'pin_locked');
      await this.#expect(await this.#change(pin, newPin), 423, 'pin_locked');
    });

    const unblocked = await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/unblock`, { puk, newPin });
    expect({ status: unblocked.status, code: unblocked.json.code }).toEqual({ status: 200, code: undefined });
    await this.#expect(await this.#login(daemon.call, newPin), 200);
    await this.#onlyThisCaller(bob);
    const { json } = await daemon.call('GET', '/v1/audit?limit=1000');
    expect(json.sound).toBe(true);
  }

  /** Session of the one who logged in; nobody else signs; nobody signs after the logout. */
  async #onlyThisCaller(other: TestDaemon['call']): Promise<void> {
    const { daemon } = this.#teller;
    const { credentials } = (await daemon.call('GET', '/v1/credentials')).json;
    const { id, algorithms } = credentials.find((one: { asksPinEveryTime: boolean }) => one.asksPinEveryTime !== true);
    const body = { algorithm: algorithms[0], data: 'AAAA' };
    const path = `/v1/credentials/${id}/sign`;
    expect((await daemon.call('POST', path, body)).status).toBe(200);
    expect(await other('POST', path, body)).toMatchObject({ status: 401, json: { code: 'pin_required' } });
    const signed = (await daemon.call('POST', path, body)).json.signature;
    const verdict = await daemon.call('POST', '/v1/verify', { ...body, signature: signed, credentialId: id });
    expect(verdict.json).toEqual({ valid: true });
    expect((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/logout`)).status).toBe(204);
    expect(await daemon.call('POST', path, body)).toMatchObject({ status: 401, json: { code: 'pin_required' } });
  }

  #login(call: TestDaemon['call'], pin: string, finalTryConsent?: string): Promise<Answer> {
    this.#submitted += 1;
    return call('POST', `/v1/tokens/${this.#teller.daemon.tokenId}/login`, {
      pin,
      ...(finalTryConsent ? { finalTryConsent } : {}),
    });
  }

  #change(currentPin: string, newPin: string): Promise<Answer> {
    this.#submitted += 1;
    return this.#teller.daemon.call('POST', `/v1/tokens/${this.#teller.daemon.tokenId}/pin`, { currentPin, newPin });
  }

  async #consent(): Promise<string> {
    const { daemon } = this.#teller;
    return String((await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/final-try-consent`)).json.consent);
  }

  /** Status and code, and nothing reported better than the truth. */
  async #expect(answer: Answer, status: number, code?: string): Promise<void> {
    expect({ status: answer.status, code: answer.json?.code }).toEqual({ status, code });
    const { daemon, truth } = this.#teller;
    const { left, presented } = await truth();
    const told = [answer.json.pin, (await daemon.call('GET', `/v1/tokens/${daemon.tokenId}`)).json.pin];
    for (const pin of told) if (left !== null && pin.remaining !== null) expect(pin.remaining.atMost).toBeLessThanOrEqual(left);
    expect(presented - this.#presentedBefore).toBeLessThanOrEqual(this.#submitted);
  }

  async #spendsNothing(work: () => Promise<unknown>): Promise<void> {
    const before = await this.#teller.truth();
    await work();
    expect(await this.#teller.truth()).toEqual(before);
  }
}
