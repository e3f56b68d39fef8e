import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignetClient, type SignetEvent } from '../../src/client/index.ts';
import { startDaemon, type TestDaemon } from '../cli/daemon.ts';

let daemon: TestDaemon;
let client: SignetClient;
beforeAll(async () => {
  daemon = await startDaemon();
  client = new SignetClient({ runtimeDir: daemon.runtimeDir });
});
afterAll(async () => {
  client.close();
  await daemon[Symbol.asyncDispose]();
});

const onlyToken = async () => {
  const [token] = await client.tokens();
  if (token === undefined) throw new Error('no token');
  return token;
};
const credential = async (name: string) => {
  const found = (await client.credentials({ include: 'pem' })).find(({ certificate }) => certificate.commonName === name);
  if (found === undefined) throw new Error(`no credential ${name}`);
  return found;
};

describe('the client and the daemon', () => {
  it('agree on health, drivers, tokens and credentials', async () => {
    expect(await client.health()).toMatchObject({ name: 'signet' });
    expect(await client.drivers()).toMatchObject([{ state: 'running', library: daemon.token.library }]);
    const token = await onlyToken();
    expect(await client.token(token.id)).toMatchObject({ serial: daemon.token.serial, session: null });
    expect(await client.certificates(token.id, { include: 'der' })).toHaveLength(3);
    const { id } = await credential('p256');
    expect(await client.credential(id)).toMatchObject({ id, tokenId: token.id, algorithms: ['ES256'] });
  });

  it('refuse to sign without a login, then sign one and many', async () => {
    const { id, certificate } = await credential('rsa2048');
    const digests = [1, 2, 3].map((n) => createHash('sha256').update(`${n}`).digest());
    await expect(client.signBatch(id, { algorithm: 'RS256', digests })).rejects.toMatchObject({
      code: 'pin_required',
      status: 401,
    });
    const { id: tokenId } = await onlyToken();
    expect(await client.login(tokenId, { pin: Buffer.from('123456') })).toMatchObject({ pin: { remaining: { atMost: 3 } } });
    const { signatures } = await client.signBatch(id, { algorithm: 'RS256', digests });
    const key = createPublicKey(new X509Certificate(certificate.pem ?? '').publicKey.export({ type: 'spki', format: 'pem' }));
    expect(
      signatures.map((signature, n) => verify('sha256', Buffer.from(`${n + 1}`), key, Buffer.from(signature, 'base64'))),
    ).toEqual([true, true, true]);
    const data = Buffer.from('data');
    const { signature } = await client.sign(id, { algorithm: 'PS256', data });
    const request = { algorithm: 'PS256', signature: Buffer.from(signature, 'base64') } as const;
    expect(await client.verify({ ...request, data, credentialId: id })).toEqual({ valid: true });
    expect(await client.verify({ ...request, data: Buffer.from('date'), certificate: certificate.pem ?? '' })).toMatchObject({
      valid: false,
    });
    await client.logout(tokenId);
    await expect(client.sign(id, { algorithm: 'RS256', data })).rejects.toMatchObject({ code: 'pin_required' });
  });

  it('tell what happens, and again from where the listener was', async () => {
    const { id } = await onlyToken();
    const stop = new AbortController();
    const events = client.events({ signal: stop.signal });
    const first = events.next();
    // The listener is there once the daemon has answered; a second request on another connection comes after it.
    await client.tokens();
    await expect(client.login(id, { pin: Buffer.from('999999') })).rejects.toMatchObject({ code: 'pin_incorrect' });
    const event = (await first).value as SignetEvent;
    expect(event).toMatchObject({
      event: 'pin.changed-state',
      data: { tokenId: id, kind: 'pin', pin: { remaining: { atMost: 2 } } },
    });
    await client.login(id, { pin: Buffer.from('123456') });
    stop.abort();
    await events.return();

    const resumed: SignetEvent[] = [];
    for await (const next of client.events({ lastEventId: event.id })) {
      resumed.push(next);
      break;
    }
    expect(resumed).toMatchObject([{ event: 'pin.changed-state', data: { pin: { remaining: { atMost: 3 } } } }]);
    for await (const next of client.events({ lastEventId: 'another-start.7' })) {
      expect(next.event).toBe('reset');
      break;
    }
  });

  it('speak over TCP too, with the token of this start or a client of its own', async () => {
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(daemon.printed())?.[0] ?? '';
    await using local = new SignetClient({ url, runtimeDir: daemon.runtimeDir });
    expect(await local.tokens()).toHaveLength(1);
    const { token } = await client.addClient({ name: 'reader', scopes: ['status'] });
    await using reader = new SignetClient({ url, token });
    expect(await reader.tokens()).toHaveLength(1);
    await expect(reader.audit()).rejects.toMatchObject({ code: 'scope_missing' });
    await client.removeClient('reader');
    await expect(reader.tokens()).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await client.clients()).toEqual([]);
    expect(await client.audit({ limit: 1 })).toMatchObject({ sound: true, entries: [{ action: 'clients.remove' }] });
  });
});
