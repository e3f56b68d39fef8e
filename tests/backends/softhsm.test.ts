import { X509Certificate } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { Probe } from './probe.ts';
import { createSoftHsm, type SoftHsm, type SoftHsmOptions, softHsmMissing } from './softhsm.ts';

const COUNT_LOW = 0x10000;
const CKR_PIN_INCORRECT = 0xa0;
const CKR_USER_NOT_LOGGED_IN = 0x101;

describe.skipIf(softHsmMissing() !== undefined)(`SoftHSM2 fixture ${softHsmMissing() ?? ''}`, () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function make(options?: SoftHsmOptions): Promise<SoftHsm> {
    const token = await createSoftHsm(options);
    cleanups.push(() => token.dispose());
    return token;
  }

  async function probe(token: SoftHsm): Promise<Probe> {
    const started = await Probe.start(token.library, token.env, token.label);
    cleanups.push(() => started.stop());
    await started.ask('open', {});
    return started;
  }

  it('makes a token that signs with RSA and EC under the practice PIN', async () => {
    const token = await make();
    const one = await probe(token);
    expect(await one.ask('login', { pin: token.userPin })).toEqual({ ok: null });
    expect(await one.ask('sign', { mechanism: 'rsa' })).toEqual({ ok: 256 });
    expect(await one.ask('sign', { mechanism: 'ec' })).toEqual({ ok: 64 });
    expect(token.keys.map(({ id, kind }) => [id, kind])).toEqual([
      ['01', 'rsa2048'],
      ['02', 'p256'],
      ['03', 'p384'],
    ]);
    const certificate = new X509Certificate(Buffer.from(token.keys[1]?.certificate ?? '', 'base64'));
    expect(certificate.subject).toContain('CN=p256');
    expect(certificate.verify(certificate.publicKey)).toBe(true);
  });

  it('gives each caller a copy: a wrong PIN on one leaves no flag on the next', async () => {
    const first = await probe(await make());
    expect(await first.ask('login', { pin: '000000' })).toMatchObject({ rv: CKR_PIN_INCORRECT });
    expect((await flags(first)) & COUNT_LOW).toBe(COUNT_LOW);
    const second = await probe(await make());
    expect((await flags(second)) & COUNT_LOW).toBe(0);
  });

  it('makes a fresh token with a serial number of its own', async () => {
    const options = { keys: [{ kind: 'p256' }], fresh: true } as const;
    expect((await make(options)).serial).not.toBe((await make(options)).serial);
  });

  it('takes label, PINs and a key that wants a login for each signature', async () => {
    const token = await make({
      label: 'Other',
      userPin: '98765',
      soPin: '44556677',
      keys: [{ kind: 'rsa2048', alwaysAuthenticate: true }],
    });
    const one = await probe(token);
    expect(await one.ask('login', { pin: '123456' })).toMatchObject({ rv: CKR_PIN_INCORRECT });
    expect(await one.ask('login', { pin: '98765' })).toEqual({ ok: null });
    await one.ask('signInit', {});
    expect(await one.ask('sign', { prepared: true })).toMatchObject({ rv: CKR_USER_NOT_LOGGED_IN });
    await one.ask('signInit', {});
    expect(await one.ask('login', { pin: '98765', user: 2 })).toEqual({ ok: null });
    expect(await one.ask('sign', { prepared: true })).toEqual({ ok: 256 });
  });

  it('is private to this user, and gone after dispose', async () => {
    const token = await make();
    expect(statSync(token.dir).mode & 0o077).toBe(0);
    token.dispose();
    expect(existsSync(token.dir)).toBe(false);
  });

  it('says what went wrong when a token cannot be made, and leaves nothing behind', async () => {
    await expect(createSoftHsm({ soPin: 'x', keys: [], fresh: true })).rejects.toThrow('CKR_PIN_INCORRECT');
  });

  async function flags(one: Probe): Promise<number> {
    const reply = await one.ask('flags', {});
    if ('rv' in reply) throw new Error(reply.message);
    return reply.ok;
  }
});
