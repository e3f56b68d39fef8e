import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DaemonUnreachable, SignetApiError, SignetClient } from '../../src/client/index.ts';
import { tokenFile } from '../../src/places/index.ts';
import { fakeDaemon, json } from './fake-daemon.ts';

describe('SignetClient over the socket', () => {
  it('asks every route as the API describes it', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir, language: 'fr' });
    daemon.answer = ({ method }, response) =>
      method === 'DELETE'
        ? response.writeHead(204).end()
        : json(response, 200, { tokens: [], drivers: [], certificates: [], credentials: [], clients: [] });
    const digest = Buffer.alloc(32, 1);
    await client.health();
    await client.drivers();
    await client.tokens();
    await client.token('t/1');
    await client.login('t', { pin: Buffer.from('1"\\2'), finalTryConsent: 'c' });
    await client.login('t');
    await client.logout('t');
    await client.changePin('t', { currentPin: Buffer.from('1'), newPin: Buffer.from('2') });
    await client.unblock('t', { puk: Buffer.from('1'), newPin: Buffer.from('2') });
    await client.finalTryConsent('t', 'puk');
    await client.certificates('t', { include: 'pem' });
    await client.credentials();
    await client.credential('c', { include: 'der' });
    await client.sign('c', { algorithm: 'ES256', digest, encoding: 'der' });
    await client.signBatch('c', { algorithm: 'RS256', digests: [digest, digest] });
    await client.verify({
      algorithm: 'RS256',
      data: new Uint8Array([1, 2]),
      signature: digest,
      certificate: new Uint8Array([3]),
    });
    await client.verify({ algorithm: 'RS256', digest, signature: digest, credentialId: 'c' });
    await client.audit({ limit: 5, before: 9 });
    await client.clients();
    await client.addClient({ name: 'a', scopes: ['sign'] });
    await client.removeClient('a?b');
    const b64 = digest.toString('base64');
    expect(daemon.received.map(({ method, url, body }) => [method, url, body.toString()])).toEqual([
      ['GET', '/health', ''],
      ['GET', '/v1/drivers', ''],
      ['GET', '/v1/tokens', ''],
      ['GET', '/v1/tokens/t%2F1', ''],
      ['POST', '/v1/tokens/t/login', '{"pin":"1\\"\\\\2","finalTryConsent":"c"}'],
      ['POST', '/v1/tokens/t/login', '{}'],
      ['POST', '/v1/tokens/t/logout', ''],
      ['POST', '/v1/tokens/t/pin', '{"currentPin":"1","newPin":"2"}'],
      ['POST', '/v1/tokens/t/unblock', '{"puk":"1","newPin":"2"}'],
      ['POST', '/v1/tokens/t/final-try-consent', '{"kind":"puk"}'],
      ['GET', '/v1/tokens/t/certificates?include=pem', ''],
      ['GET', '/v1/credentials', ''],
      ['GET', '/v1/credentials/c?include=der', ''],
      ['POST', '/v1/credentials/c/sign', `{"algorithm":"ES256","digest":"${b64}","encoding":"der"}`],
      ['POST', '/v1/credentials/c/sign-batch', `{"algorithm":"RS256","digests":["${b64}","${b64}"]}`],
      ['POST', '/v1/verify', `{"algorithm":"RS256","data":"AQI=","signature":"${b64}","certificate":"Aw=="}`],
      ['POST', '/v1/verify', `{"algorithm":"RS256","digest":"${b64}","signature":"${b64}","credentialId":"c"}`],
      ['GET', '/v1/audit?limit=5&before=9', ''],
      ['GET', '/v1/clients', ''],
      ['POST', '/v1/clients', '{"name":"a","scopes":["sign"]}'],
      ['DELETE', '/v1/clients/a%3Fb', ''],
    ]);
    expect(daemon.received[0]?.headers).toMatchObject({ host: 'localhost', 'accept-language': 'fr' });
    expect(daemon.received[0]?.headers.authorization).toBeUndefined();
    expect(daemon.received[6]?.headers['content-type']).toBeUndefined();
  });

  it('zeroes the PINs it was given, whatever comes of the request', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const pins = [1, 2, 3].map(() => Buffer.from('123456'));
    await client.login('t', { pin: pins[0] as Buffer });
    daemon.answer = (_request, response) =>
      json(response, 403, { code: 'pin_incorrect', status: 403, title: 't', detail: 'd', type: 'x', instance: '/' });
    await expect(client.login('t', { pin: pins[1] as Buffer })).rejects.toBeInstanceOf(SignetApiError);
    daemon.answer = (_request, response) => response.destroy();
    await expect(client.login('t', { pin: pins[2] as Buffer })).rejects.toBeInstanceOf(DaemonUnreachable);
    expect(pins).toEqual(pins.map(() => Buffer.alloc(6)));
    // Not even after a broken connection is a PIN sent a second time.
    expect(daemon.received).toHaveLength(3);
  });

  it('gives the problem of an error, and names no secret in its message', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) =>
      json(response, 423, { type: 'urn:x', title: 'T', status: 423, code: 'pin_locked', detail: 'D', instance: '/v1', made: 7 });
    const error = await client.login('t', { pin: Buffer.from('98765432') }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'pin_locked', status: 423, problem: { made: 7, title: 'T' } });
    expect(String(error)).not.toContain('98765432');
  });

  it.each([
    ['no JSON', (body: string) => body, '<html>'],
    ['an error of somebody else', () => '', '{"error":"no"}'],
  ])('takes %s for a broken connection', async (_name, _unused, body) => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) => response.writeHead(body.startsWith('{') ? 502 : 200).end(body);
    await expect(client.tokens()).rejects.toMatchObject({ name: 'DaemonUnreachable', reason: 'broken' });
  });

  it('tells an answer that breaks off from a whole one', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    daemon.answer = (_request, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('{"tokens":', () => response.destroy());
    };
    await expect(client.tokens()).rejects.toMatchObject({ reason: 'broken' });
  });

  it('ends a request when its signal says so', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    const controller = new AbortController();
    daemon.answer = () => controller.abort(new Error('enough'));
    await expect(client.tokens({ signal: controller.signal })).rejects.toThrow('enough');
    await expect(client.tokens({ signal: controller.signal })).rejects.toThrow('enough');
  });

  it('never lets an id name another route', async () => {
    await using daemon = await fakeDaemon();
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    for (const id of ['..', '.', '../../health', 'a?b#c', 'é ']) await client.token(id);
    for (const { url } of daemon.received) expect(new URL(url, 'http://x').pathname).toMatch(/^\/v1\/tokens\/[^/]+$/);
  });
});

describe('SignetClient over TCP', () => {
  it('shows the token of the runtime folder, or the one it was given', async () => {
    await using daemon = await fakeDaemon('tcp');
    writeFileSync(tokenFile(daemon.runtimeDir), 'secret-of-this-start\n', { mode: 0o600 });
    daemon.answer = (_request, response) => json(response, 200, { tokens: [] });
    await using local = new SignetClient({ url: daemon.url, runtimeDir: daemon.runtimeDir });
    await using named = new SignetClient({ url: daemon.url, token: 'signet_named' });
    await local.tokens();
    await named.tokens();
    expect(daemon.received.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer secret-of-this-start',
      'Bearer signet_named',
    ]);
  });

  it('goes nowhere but over http', async () => {
    await using client = new SignetClient({ url: 'https://127.0.0.1:1', token: 't' });
    await expect(client.health()).rejects.toThrow(TypeError);
  });
});

describe('without a daemon', () => {
  const folder = (): string => mkdtempSync(join(tmpdir(), 'signet-client-'));

  it('says that there is none', async () => {
    const runtimeDir = folder();
    await expect(new SignetClient({ runtimeDir }).health()).rejects.toMatchObject({ reason: 'absent' });
    await expect(new SignetClient({ runtimeDir, url: 'http://127.0.0.1:9' }).health()).rejects.toMatchObject({
      reason: 'absent',
    });
    rmSync(runtimeDir, { recursive: true });
    await expect(new SignetClient({ runtimeDir }).health()).rejects.toMatchObject({ reason: 'absent' });
  });

  it('sends nothing to a socket in a folder that others can write to', async () => {
    await using daemon = await fakeDaemon();
    chmodSync(daemon.runtimeDir, 0o777);
    await using client = new SignetClient({ runtimeDir: daemon.runtimeDir });
    await expect(client.login('t', { pin: Buffer.from('123456') })).rejects.toMatchObject({ reason: 'unsafe' });
    expect(daemon.received).toHaveLength(0);
  });
});
