import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SignetClient } from '../../src/client/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';

const PATH = '/v1/support-bundles';
const RECORDINGS = `${PATH}/recordings`;

let token: SoftHsm;
let daemon: TestDaemon;
let client: SignetClient;

beforeAll(async () => {
  token = await createSoftHsm();
  daemon = await startTestDaemon({ drivers: [{ path: token.library, environment: { ...token.env } }] });
  client = new SignetClient({ runtimeDir: daemon.runtimeDir });
});
afterAll(async () => {
  client.close();
  await daemon.dispose();
  token.dispose();
});

const make = (body: unknown = {}, headers = {}) => daemon.call('POST', PATH, body, headers);
const record = () => daemon.call('POST', RECORDINGS);
const end = (id: string) => daemon.call('DELETE', `${RECORDINGS}/${id}`);

describe('a support bundle over HTTP', () => {
  it('is shown, then fetched byte for byte as it was shown', async () => {
    const made = await make({ language: 'fr' });
    expect(made.status).toBe(201);
    const { id, preview, sizes, expiresAt } = made.json;
    expect(id).toMatch(/^[2-9A-Z]{4}-[2-9A-Z]{4}$/);
    expect(Date.parse(expiresAt) - Date.now()).toBeGreaterThan(9 * 60_000);
    expect(preview).toMatchObject({ id, language: 'fr', drivers: [{ state: 'running' }], tokens: [{ pin: { state: 'ok' } }] });
    expect(preview.diagnostics.checks.length).toBeGreaterThan(10);
    const zip = await client.supportBundleFile(id);
    expect(zip.length).toBe(sizes.zip);
    const files = unzipSync(zip);
    expect(JSON.parse(Buffer.from(files['signet-bundle.json'] ?? []).toString('utf8'))).toEqual(preview);
    expect(Buffer.from(files['README.html'] ?? []).toString('utf8')).toContain('<html lang="fr">');
    expect((await client.supportBundleFile(id.toLowerCase().replace('-', ''))).equals(zip)).toBe(true);
  });

  it('comes as a file that no browser shows in the page', async () => {
    const { id } = (await make()).json;
    const { status, headers } = await daemon.call('GET', `${PATH}/${id}`);
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="signet-bundle-${id}.zip"`,
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
    });
  });

  it('is in the language of the request when none is named', async () => {
    expect((await make({}, { 'accept-language': 'es' })).json.preview.language).toBe('es');
  });

  it.each(['nothing', 'AAAA-AAAA', '../../etc/passwd', '%00', '"\\r\\n'])('is not found as %s', async (id) => {
    const answer = await daemon.call('GET', `${PATH}/${encodeURIComponent(id)}`);
    expect(answer).toMatchObject({ status: 404, json: { code: 'bundle_not_found' } });
    expect(answer.headers['content-disposition']).toBeUndefined();
  });

  it.each([{ language: 'de' }, { record: 7 }, { record: '' }, { extra: 1 }, [], 'text', null, { language: ['en'] }])(
    'is refused for a request of %j',
    async (body) => {
      expect(await make(JSON.stringify(body), { 'content-type': 'application/json' })).toMatchObject({
        status: 400,
        json: { code: 'invalid_request' },
      });
    },
  );

  it('needs the scope admin, each route of it', async () => {
    const other = daemon.as(await daemon.client('curious', 'status', 'sign', 'pin'));
    for (const [method, path] of [
      ['POST', PATH],
      ['GET', `${PATH}/AAAA-AAAA`],
      ['POST', RECORDINGS],
      ['DELETE', `${RECORDINGS}/x`],
    ] as const) {
      expect(await other(method, path)).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
    }
  });

  it('is noted in the audit trail, and several at once come one after the other', async () => {
    const made = await Promise.all([make(), make(), make(), make()]);
    const ids = made.map(({ json }) => json.id as string);
    expect(new Set(ids).size).toBe(4);
    await client.supportBundleFile(ids[3] ?? '');
    const { entries } = await client.audit({ limit: 5 });
    expect(entries.map(({ action }) => action)).toEqual(['bundle.fetch', ...Array(4).fill('bundle.make')]);
    expect((await daemon.call('GET', `${PATH}/${ids[0]}`)).json.code).toBe('bundle_not_found');
  });
});

describe('a recording over HTTP', () => {
  it('makes the log tell more, between its marks and no longer', async () => {
    const { id, marker } = await client.startRecording();
    const started = (await daemon.call('GET', '/v1/credentials')).status;
    expect(started).toBe(200);
    await daemon.call('POST', `/v1/tokens/${daemon.tokenId}/login`, { pin: '999111' });
    expect((await record()).json.code).toBe('recording_running');
    expect(await client.endRecording(id)).toMatchObject({ id, endedAt: expect.any(String) });
    await daemon.call('GET', '/v1/drivers');
    const { preview } = await client.makeSupportBundle({ record: id });
    const { lines, recording } = preview.log;
    expect(recording?.marker).toBe(marker);
    expect(lines[0]).toMatchObject({ recording: marker, phase: 'begin' });
    expect(lines.at(-1)).toMatchObject({ recording: marker, phase: 'end' });
    expect(lines).toContainEqual(
      expect.objectContaining({ msg: 'request', route: '/v1/credentials', status: 200, caller: 'local' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'request', route: '/v1/tokens/:tokenId/login', status: 403 }));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'driver call', call: 'login', rv: 'CKR_PIN_INCORRECT' }));
    expect(lines).toContainEqual(expect.objectContaining({ msg: 'event', event: 'pin.changed-state', state: 'low' }));
    expect(lines.some(({ route }) => route === '/v1/drivers')).toBe(false);
    const later = await client.makeSupportBundle();
    expect(later.preview.log.lines.some(({ route }) => route === '/v1/drivers')).toBe(false);
  });

  it('ends twice without harm, and is not found under another name', async () => {
    const { id } = (await record()).json;
    const [first, second] = [await end(id), await end(id)];
    expect([first.status, second.json]).toEqual([200, first.json]);
    expect(await end('REC-222222')).toMatchObject({ status: 404, json: { code: 'recording_not_found' } });
    expect(await make({ record: 'REC-222222' })).toMatchObject({ status: 404, json: { code: 'recording_not_found' } });
  });
});
