import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type Shimmed, SO_PIN, shimmed, startTestDaemon, type TestDaemon, until } from '../fixture/index.ts';

const PDF = Buffer.from('%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n');
const BYTES = { 'content-type': 'application/octet-stream' };

let shim: Shimmed;
let daemon: TestDaemon;

beforeAll(async () => {
  shim = await shimmed();
  shim.control.set('lock-after 3 none');
  daemon = await startTestDaemon({ drivers: [shim.driver] });
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
});

const open = async (body: object = { procedureId: 'certigna.unblock' }) => (await daemon.call('POST', '/v1/cases', body)).json;
const attach = (id: string, version: number, name: string, bytes: Buffer = PDF) =>
  daemon.call('POST', `/v1/cases/${id}/files?version=${version}&name=${encodeURIComponent(name)}`, bytes, BYTES);

describe('a case over HTTP', () => {
  it('is opened, walked, closed and shown in the language of whoever asks', async () => {
    const made = await daemon.call('POST', '/v1/cases', { procedureId: 'certigna.unblock' }, { 'accept-language': 'fr' });
    expect(made).toMatchObject({ status: 201, json: { version: 1, state: 'open', language: 'fr', walk: { length: 2 } } });
    const { id } = made.json;
    const early = await daemon.call(
      'POST',
      `/v1/cases/${id}/steps/post`,
      { version: 1, state: 'done' },
      { 'accept-language': 'es' },
    );
    expect(early).toMatchObject({ status: 409, json: { code: 'case_step_too_early', steps: [{ id: 'request' }] } });
    expect(early.json.detail).toContain(early.json.notBefore);
    const step = (version: number, name: string, body: object) =>
      daemon.call('POST', `/v1/cases/${id}/steps/${name}`, { version, ...body });
    expect((await step(1, 'request', { state: 'waiting' })).json).toMatchObject({ version: 2, waiting: { id: 'request' } });
    expect((await step(2, 'request', { state: 'done' })).json.next.id).toBe('post');
    expect((await step(3, 'post', { state: 'done', reference: 'RR123' })).json.offersClose.reason).toBe('steps_done');
    const closed = await daemon.call('POST', `/v1/cases/${id}/close`, { version: 4, outcome: 'solved' });
    expect(closed.json).toMatchObject({ state: 'closed', outcome: 'solved', version: 5 });
    const titles = await Promise.all(
      ['en', 'fr', 'es'].map(async (language) => {
        const { json } = await daemon.call('GET', `/v1/cases/${id.toLowerCase()}`, undefined, { 'accept-language': language });
        expect(json.history).toHaveLength(5);
        return json.title;
      }),
    );
    expect(new Set(titles).size).toBe(3);
    expect((await daemon.call('GET', '/v1/cases?state=closed')).json.cases.map((one: { id: string }) => one.id)).toContain(id);
  });

  it('is changed, and only what was named changes', async () => {
    const { id } = await open({ procedureId: 'certigna.unblock', holder: { name: 'Zoé', phone: '1' } });
    const changed = await daemon.call('PATCH', `/v1/cases/${id}`, { version: 1, holder: { phone: '2', address: ['a', 'b'] } });
    expect(changed.json.holder).toEqual({ name: 'Zoé', phone: '2', address: ['a', 'b'], email: '', organisation: '' });
    expect(changed.json).toMatchObject({ version: 2, reminderDays: 7, language: 'en' });
  });

  it('is deleted for good: nothing in the database, one line in the audit trail', async () => {
    const { id } = await open({ procedureId: 'certigna.unblock', holder: { name: 'Canaria Delenda' } });
    await attach(id, 1, 'canaria-delenda.txt', Buffer.from('Canaria Delenda was here\n'));
    const files = () => ['signet.db', 'signet.db-wal'].map((name) => readFileSync(join(daemon.stateDir, name)));
    expect(files().some((bytes) => bytes.includes('Canaria Delenda'))).toBe(true);
    expect(statSync(join(daemon.stateDir, 'signet.db')).mode & 0o777).toBe(0o600);
    expect(await daemon.call('DELETE', `/v1/cases/${id}?version=1`)).toMatchObject({ status: 409, json: { version: 2 } });
    expect(await daemon.call('DELETE', `/v1/cases/${id}?version=2`)).toMatchObject({ status: 204 });
    expect(files().some((bytes) => bytes.includes('Canaria') || bytes.includes('canaria'))).toBe(false);
    expect(await daemon.call('GET', `/v1/cases/${id}`)).toMatchObject({ status: 404, json: { code: 'case_not_found' } });
    const { entries } = (await daemon.call('GET', '/v1/audit?limit=1')).json;
    expect(entries).toMatchObject([{ action: 'cases.delete', caller: 'local', detail: { case: id } }]);
  });

  it('needs the scope admin', async () => {
    const other = daemon.as(await daemon.client('nosy', 'status', 'sign', 'pin'));
    expect(await other('GET', '/v1/cases')).toMatchObject({ status: 403, json: { code: 'scope_missing' } });
  });

  it('makes its e-mail and its dossier in the language of the case or the one asked for', async () => {
    const { id } = await open({ procedureId: 'certigna.unblock', language: 'fr' });
    await attach(id, 1, 'form.pdf');
    const mail = await daemon.call('GET', `/v1/cases/${id}/email`);
    expect(mail.status).toBe(200);
    expect(mail.headers).toMatchObject({ 'content-type': 'message/rfc822', 'x-content-type-options': 'nosniff' });
    expect(mail.text).toMatch(/^To: .*certigna/m);
    expect(mail.text).toContain('form.pdf');
    expect(await daemon.call('GET', `/v1/cases/${id}/email?step=post`)).toMatchObject({ json: { code: 'case_no_email' } });
    const dossier = await daemon.call('GET', `/v1/cases/${id}/dossier?language=es`);
    expect(dossier.headers['content-type']).toBe('application/pdf');
    expect(dossier.text).toMatch(/^%PDF-/);
  });
});

describe('a dossier of many pages', () => {
  it('is made beside the daemon, which answers meanwhile', async () => {
    const { id } = await open({ procedureId: 'certigna.unblock', holder: { name: 'Zoé '.repeat(40) } });
    const note = Array.from({ length: 1_200 }, (_, n) => `${n} ${'long '.repeat(2)}`)
      .join('\n')
      .slice(0, 10_000);
    await daemon.call('POST', `/v1/cases/${id}/steps/request`, { version: 1, note });
    let made = false;
    const dossier = daemon.call('GET', `/v1/cases/${id}/dossier`).finally(() => {
      made = true;
    });
    const gaps: number[] = [];
    while (!made) {
      const from = performance.now();
      expect((await daemon.call('GET', '/health')).status).toBe(200);
      gaps.push(performance.now() - from);
    }
    expect((await dossier).text).toMatch(/^%PDF-/);
    // Made in the daemon's own thread it lets one or two through.
    expect(gaps.length).toBeGreaterThan(10);
  });
});

describe('files', () => {
  it('come back byte for byte, as an attachment that no browser opens', async () => {
    const { id } = await open();
    const added = await attach(id, 1, '../../Формуляр "1".exe');
    expect(added).toMatchObject({
      status: 201,
      json: { version: 2, file: { name: 'Формуляр _1_.exe.pdf', type: 'application/pdf' } },
    });
    const got = await daemon.call('GET', `/v1/cases/${id}/files/${added.json.file.id}`);
    expect(got.text).toBe(PDF.toString());
    expect(got.headers).toMatchObject({
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; sandbox",
      'cache-control': 'no-store',
    });
    expect(got.headers['content-disposition']).toMatch(/^attachment; filename="[ -~]+"; filename\*=UTF-8''%D0%A4[\w%.-]+$/);
    expect((await daemon.call('GET', `/v1/cases/${id}/files`)).json.files).toHaveLength(1);
    const removed = await daemon.call('DELETE', `/v1/cases/${id}/files/${added.json.file.id}?version=2`);
    expect(removed.status).toBe(204);
    expect((await daemon.call('GET', `/v1/cases/${id}/files`)).json.files).toEqual([]);
  });

  it('that may not be attached are refused, and the case is as it was', async () => {
    const { id } = await open();
    const html = Buffer.from('<html><script>alert(1)</script>');
    expect(await attach(id, 1, 'x.pdf', html)).toMatchObject({ status: 415, json: { code: 'case_file_type' } });
    expect(await attach(id, 1, 'x.pdf', Buffer.alloc(10 * 1024 * 1024 + 1))).toMatchObject({
      status: 413,
      json: { code: 'payload_too_large' },
    });
    expect(await attach(id, 1, 'x.pdf', Buffer.alloc(0))).toMatchObject({ status: 400 });
    expect(await attach(id, 2, 'x.pdf')).toMatchObject({ status: 409, json: { code: 'case_changed', version: 1 } });
    expect(await attach(id, 1, '')).toMatchObject({ status: 400 });
    expect(await attach(id, 1, 'x'.repeat(9_000))).toMatchObject({ status: 400 });
    const json = await daemon.call('POST', `/v1/cases/${id}/files?version=1&name=x`, { a: 1 });
    expect(json).toMatchObject({ status: 415, json: { code: 'unsupported_media_type' } });
    expect((await daemon.call('GET', `/v1/cases/${id}`)).json).toMatchObject({ version: 1, files: [] });
  });
});

describe('bad input', () => {
  const long = 'x'.repeat(10_001);
  it.each<[string, string, unknown]>([
    ['POST', '/v1/cases', {}],
    ['POST', '/v1/cases', { procedureId: 5 }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', purpose: 'explode' }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', unknown: 1 }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', reminderDays: -1 }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', reminderDays: 1.5 }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', holder: { name: long } }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', holder: { pin: '1' } }],
    ['POST', '/v1/cases', { procedureId: 'certigna.unblock', references: Array(21).fill('x') }],
    ['POST', '/v1/cases', { reason: 'lost', certificate: { subject: 'x' } }],
    ['POST', '/v1/cases', { reason: 'lost', certificate: { subject: 'x', issuer: 'x', serialNumber: 'zz', notAfter: 'never' } }],
    ['POST', '/v1/cases', '{'],
    ['GET', '/v1/cases?state=ajar', undefined],
    ['GET', '/v1/cases?page=2', undefined],
    ['PATCH', '/v1/cases/ID', { reminderDays: 3 }],
    ['PATCH', '/v1/cases/ID', { version: '1' }],
    ['PATCH', '/v1/cases/ID', { version: 0 }],
    ['PATCH', '/v1/cases/ID', { version: 1, state: 'closed' }],
    ['POST', '/v1/cases/ID/steps/request', { state: 'waiting' }],
    ['POST', '/v1/cases/ID/steps/request', { version: 1, state: 'ready' }],
    ['POST', '/v1/cases/ID/steps/request', { version: 1, note: long }],
    ['POST', '/v1/cases/ID/notes', { version: 1 }],
    ['POST', '/v1/cases/ID/notes', { version: 1, text: '' }],
    ['POST', '/v1/cases/ID/notes', { version: 1, text: long }],
    ['POST', '/v1/cases/ID/notes', { version: 1, text: ['x'] }],
    ['POST', '/v1/cases/ID/close', { version: 1 }],
    ['POST', '/v1/cases/ID/close', { version: 1, outcome: 'won' }],
    ['POST', '/v1/cases/ID/reopen', {}],
    ['DELETE', '/v1/cases/ID', undefined],
    ['DELETE', '/v1/cases/ID?version=x', undefined],
    ['GET', '/v1/cases/ID/email?step=a&step=b', undefined],
    ['GET', '/v1/cases/ID/dossier?language=tlh', undefined],
  ])('is refused: %s %s %j', async (method, path, body) => {
    const { id } = await open();
    const answer = await daemon.call(method, path.replace('ID', id), body);
    expect(answer).toMatchObject({ status: 400, json: { code: 'invalid_request' } });
    expect(answer.text).not.toContain(long);
    expect((await daemon.call('GET', `/v1/cases/${id}`)).json.version).toBe(1);
  });

  it.each<[string, string, unknown, string]>([
    ['GET', '/v1/cases/nope', undefined, 'case_not_found'],
    ['GET', '/v1/cases/..%2f..%2fetc', undefined, 'case_not_found'],
    ['PATCH', '/v1/cases/nope', { version: 1 }, 'case_not_found'],
    ['GET', '/v1/cases/nope/files', undefined, 'case_not_found'],
    ['GET', '/v1/cases/nope/export', undefined, 'case_not_found'],
    ['GET', '/v1/cases/ID/files/nope', undefined, 'case_file_not_found'],
    ['GET', '/v1/cases/ID/files/..%2f..%2fsignet.db', undefined, 'case_file_not_found'],
    ['DELETE', '/v1/cases/ID/files/nope?version=1', undefined, 'case_file_not_found'],
    ['POST', '/v1/cases/ID/steps/nope', { version: 1, state: 'done' }, 'case_step_not_found'],
    ['POST', '/v1/cases/ID/steps/constructor', { version: 1, state: 'done' }, 'case_step_not_found'],
    ['POST', '/v1/cases/ID/reopen', { version: 1 }, 'case_not_closed'],
    ['POST', '/v1/cases', { procedureId: '../../x' }, 'procedure_not_found'],
    ['POST', '/v1/cases/proposals/nope/dismiss', undefined, 'proposal_not_found'],
  ])('is told: %s %s', async (method, path, body, code) => {
    const { id } = await open();
    expect((await daemon.call(method, path.replace('ID', id), body)).json.code).toBe(code);
  });

  it('in a note or a name is text and stays text', async () => {
    const text = '<img src=x onerror=alert(1)> \u202e {{title}} \u0000';
    const { id } = await open({ procedureId: 'certigna.unblock', holder: { name: text } });
    const noted = await daemon.call('POST', `/v1/cases/${id}/notes`, { version: 1, text });
    expect(noted.json).toMatchObject({ notes: [{ text }], holder: { name: text } });
    expect(noted.headers['content-type']).toContain('application/json');
    expect((await daemon.call('GET', `/v1/cases/${id}/dossier`)).status).toBe(200);
    expect((await daemon.call('GET', `/v1/cases/${id}/email`)).status).toBe(200);
  });
});

describe('one file', () => {
  const send = (bytes: Buffer) => daemon.call('POST', '/v1/cases/import', bytes, BYTES);
  const exported = async (id: string): Promise<Buffer> => {
    const answer = await fetch(`${daemon.url}/v1/cases/${id}/export`, { headers: { authorization: `Bearer ${daemon.token}` } });
    return Buffer.from(await answer.arrayBuffer());
  };

  it('holds the whole case, and is read in again', async () => {
    const { id } = await open();
    await attach(id, 1, 'form.pdf');
    const file = await exported(id);
    expect(await send(file)).toMatchObject({ status: 200, json: { known: true, case: { id } } });
    await daemon.call('DELETE', `/v1/cases/${id}?version=2`);
    const back = await send(file);
    expect(back).toMatchObject({ status: 201, json: { known: false, case: { id, version: 3, files: [{ name: 'form.pdf' }] } } });
    await daemon.call('POST', `/v1/cases/${id}/notes`, { version: 3, text: 'went on' });
    const copy = (await send(file)).json.case;
    expect(copy.importedFrom).toBe(id);
    expect(copy.id).not.toBe(id);
  });

  it('that is damaged, cut short or something else is refused, and nothing is kept', async () => {
    const { id } = await open();
    const file = await exported(id);
    const count = async () => (await daemon.call('GET', '/v1/cases')).json.cases.length;
    const before = await count();
    const turned = Buffer.from(file);
    turned.writeUInt8(turned.readUInt8(60) ^ 0xff, 60);
    for (const bytes of [Buffer.from('hello'), file.subarray(0, -30), file.subarray(0, 40), turned, PDF]) {
      expect(await send(bytes)).toMatchObject({ status: 422, json: { code: 'case_import_invalid' } });
    }
    expect(await send(Buffer.alloc(0))).toMatchObject({ status: 400 });
    expect(await count()).toBe(before);
  });
});

describe('two writers', () => {
  it('lose nothing of a hundred writes each, and are told of every conflict', async () => {
    const { id } = await open();
    const other = daemon.as(await daemon.client('second', 'admin'));
    let conflicts = 0;
    const writer = async (call: TestDaemon['call'], name: string): Promise<void> => {
      let version = 1;
      for (let number = 0; number < 100; number += 1) {
        for (;;) {
          const body = { version, text: `${name} ${number}` };
          const answer: Answer =
            number % 10 === 9
              ? await call('POST', `/v1/cases/${id}/steps/request`, { version, note: `${name} ${number}` })
              : await call('POST', `/v1/cases/${id}/notes`, body);
          version = answer.json.version;
          if (answer.status < 300) break;
          expect(answer).toMatchObject({ status: 409, json: { code: 'case_changed' } });
          conflicts += 1;
        }
      }
    };
    await Promise.all([writer(daemon.call, 'a'), writer(other, 'b')]);
    const { notes, history, version } = (await daemon.call('GET', `/v1/cases/${id}`)).json;
    expect(version).toBe(201);
    expect(history.map(({ seq }: { seq: number }) => seq)).toEqual(Array.from({ length: 201 }, (_, index) => index + 1));
    for (const name of ['a', 'b']) {
      const told = notes.map(({ text }: { text: string }) => text).filter((text: string) => text.startsWith(name));
      const expected = Array.from({ length: 100 }, (_, number) => `${name} ${number}`).filter((_, number) => number % 10 !== 9);
      expect(told).toEqual(expected);
      const steps = history.filter(({ detail }: { detail: { note?: string } }) => detail.note?.startsWith(name));
      expect(steps).toHaveLength(10);
    }
    expect(conflicts).toBeGreaterThan(0);
    expect((await daemon.call('GET', '/v1/audit?limit=1')).json.sound).toBe(true);
  });
});

describe('a token that blocks', () => {
  it('is proposed, its case walks with it, and its unblocking offers to close it', async () => {
    const listener = daemon.listen();
    await listener.ready;
    const path = `/v1/tokens/${daemon.tokenId}`;
    for (const [index, name] of ['ann', 'bea', 'cid'].entries()) {
      const call = daemon.as(await daemon.client(name, 'pin'));
      const { consent } = (await daemon.call('POST', `${path}/final-try-consent`, {})).json;
      await call('POST', `${path}/login`, { pin: `99999${index}`, ...(consent ? { finalTryConsent: consent } : {}) });
    }
    expect((await daemon.call('GET', path)).json.pin.state).toBe('locked');
    const presented = shim.control.presentations().length;
    const { proposals } = (await daemon.call('GET', '/v1/cases/proposals')).json;
    const [proposal] = proposals.filter(({ reason }: { reason: string }) => reason === 'blocked');
    expect(proposal).toMatchObject({ purpose: 'unblock', token: { id: daemon.tokenId } });
    expect(proposal.text).toContain(proposal.token.label);
    const one = await open({ proposalId: proposal.id });
    expect(one).toMatchObject({ opened: { how: 'blocked' }, token: { id: daemon.tokenId }, offersClose: null });
    const again = (await daemon.call('GET', '/v1/cases/proposals')).json.proposals;
    expect(again.map(({ id }: { id: string }) => id)).not.toContain(proposal.id);
    expect(shim.control.presentations().length).toBe(presented);

    const unblocked = await daemon.call('POST', `${path}/unblock`, { puk: SO_PIN, newPin: '246810' });
    expect(unblocked.status).toBe(200);
    await listener.next(({ event, data }) => event === 'case.updated' && data.caseId === one.id && data.reason === 'observed');
    const after = (await daemon.call('GET', `/v1/cases/${one.id}`)).json;
    expect(after).toMatchObject({ version: 2, state: 'open', offersClose: { reason: 'unblocked' } });
    const closed = await daemon.call('POST', `/v1/cases/${one.id}/close`, { version: 2, outcome: 'solved' });
    expect(closed.json.offersClose).toBeNull();
    listener.close();
  });
});

it('survives a restart: cases, files, versions, and what was dismissed', async () => {
  const { id } = await open();
  const { file } = (await attach(id, 1, 'form.pdf')).json;
  const before = (await daemon.call('GET', `/v1/cases/${id}`)).json;
  await daemon.stop();
  daemon = await startTestDaemon({ drivers: [shim.driver], home: daemon.home });
  expect((await daemon.call('GET', `/v1/cases/${id}`)).json).toEqual(before);
  expect((await daemon.call('GET', `/v1/cases/${id}/files/${file.id}`)).text).toBe(PDF.toString());
  await until('the token is back', async () =>
    (await daemon.call('GET', '/v1/tokens')).json.tokens.length > 0 ? true : undefined,
  );
});
