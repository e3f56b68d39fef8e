import { describe, expect, it } from 'vitest';
import { shimmed, USER_PIN } from '../fixture/index.ts';
import { setStage } from '../fixture/stage.ts';

const at = setStage({ token: shimmed });

describe('named clients', () => {
  it('are made, listed without their token, and removed', async () => {
    const made = await at.daemon.call('POST', '/v1/clients', { name: 'office', scopes: ['status', 'sign'] });
    expect(made).toMatchObject({
      status: 201,
      json: { client: { name: 'office', scopes: ['status', 'sign'], lastUsedAt: null } },
    });
    expect(made.json.token).toMatch(/^signet_[A-Za-z0-9_-]{43}$/);
    const list = await at.daemon.call('GET', '/v1/clients');
    expect(list.json.clients).toMatchObject([{ name: 'office' }]);
    expect(list.text).not.toContain(made.json.token.slice(7));
    expect((await at.daemon.as(made.json.token)('GET', '/v1/tokens')).status).toBe(200);
    expect((await at.daemon.call('GET', '/v1/clients')).json.clients[0].lastUsedAt).not.toBeNull();
    expect(await at.daemon.call('DELETE', '/v1/clients/office')).toMatchObject({ status: 204, text: '' });
    expect(await at.daemon.as(made.json.token)('GET', '/v1/tokens')).toMatchObject({
      status: 401,
      json: { code: 'unauthenticated' },
    });
  });

  it('have a name of their own', async () => {
    await at.daemon.client('twice', 'status');
    expect(await at.daemon.call('POST', '/v1/clients', { name: 'twice', scopes: ['sign'] })).toMatchObject({
      status: 409,
      json: { code: 'client_exists' },
    });
    expect(await at.daemon.call('DELETE', '/v1/clients/never')).toMatchObject({
      status: 404,
      json: { code: 'client_not_found' },
    });
  });

  it.each([
    [{ name: '', scopes: ['sign'] }, 'body.name'],
    [{ name: '../x', scopes: ['sign'] }, 'body.name'],
    [{ name: 'a'.repeat(65), scopes: ['sign'] }, 'body.name'],
    [{ name: 'ok', scopes: [] }, 'body.scopes'],
    [{ name: 'ok', scopes: ['root'] }, 'body.scopes.0'],
    [{ name: 'ok', scopes: ['sign', 'sign'] }, 'body.scopes'],
    [{ name: 'ok' }, 'body.scopes'],
    [{ scopes: ['sign'] }, 'body.name'],
    [{ name: ['ok'], scopes: ['sign'] }, 'body.name'],
  ])('are refused: %j', async (body, field) => {
    const answer = await at.daemon.call('POST', '/v1/clients', body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request', errors: [{ field }] } });
  });
});

describe('the audit trail', () => {
  it('tells who asked for what with which outcome, newest first, and that it is whole', async () => {
    const other = at.daemon.as(await at.daemon.client('asker', 'pin', 'sign', 'status'));
    await other('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: '999999' });
    await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/login`, { pin: USER_PIN });
    const [credential] = (await at.daemon.call('GET', '/v1/credentials')).json.credentials;
    const algorithm = credential.algorithms[0];
    await at.daemon.call('POST', `/v1/credentials/${credential.id}/sign`, { algorithm, data: 'AAAA' });
    await at.daemon.call('POST', `/v1/tokens/${at.daemon.tokenId}/logout`);
    const { json, text } = await at.daemon.call('GET', '/v1/audit?limit=5');
    expect(json.sound).toBe(true);
    expect(json.entries.map(({ caller, action, outcome }: Record<string, string>) => [caller, action, outcome])).toEqual([
      ['local', 'pin.logout', 'ok'],
      ['local', 'sign', 'ok'],
      ['local', 'pin.login', 'accepted'],
      ['client:asker', 'pin.login', 'rejected'],
      ['local', 'clients.add', 'ok'],
    ]);
    expect(json.entries[1]).toMatchObject({ token: at.daemon.tokenId, credential: credential.id, detail: { algorithm } });
    expect(text).not.toMatch(/123456|999999/);
  });

  it('is read page by page', async () => {
    const all = (await at.daemon.call('GET', '/v1/audit?limit=1000')).json.entries.map(({ seq }: { seq: number }) => seq);
    const pages: number[] = [];
    for (let before: number | undefined; ; ) {
      const page: { seq: number }[] = (await at.daemon.call('GET', `/v1/audit?limit=2${before ? `&before=${before}` : ''}`)).json
        .entries;
      if (page.length === 0) break;
      pages.push(...page.map(({ seq }) => seq));
      before = page.at(-1)?.seq;
    }
    expect(pages).toEqual(all);
    expect(all).toEqual(Array.from({ length: all.length }, (_, index) => all.length - index));
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=1.5', 'before=0', 'before=-1', 'all=1', 'limit=1&limit=2'])(
    'is not read with %s',
    async (query) => {
      expect(await at.daemon.call('GET', `/v1/audit?${query}`)).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    },
  );
});
