import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../../src/messages/index.ts';
import { caseView } from '../../../src/procedures/index.ts';
import { ANN, book, certificate, refusal, refusalOf, token, world } from './world.ts';

const folder = mkdtempSync(join(tmpdir(), 'signet-cases-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('reminders', () => {
  it('come once for each time the days have passed, over restarts', async () => {
    const path = join(folder, 'reminders.db');
    let made = world(path);
    const { id } = await made.cases.open({ procedureId: 'certigna.unblock' }, ANN);
    made.cases.step(id, 'request', 1, { state: 'waiting' }, ANN);
    const day = (number: number) => {
      made.at(`2026-${number > 31 ? '02' : '01'}-${String(((number - 1) % 31) + 1).padStart(2, '0')}T10:00:00Z`);
      made.cases.remind();
      made.cases.remind();
      return made.updates.filter(({ reason }) => reason === 'reminder').length;
    };
    expect(day(21)).toBe(0);
    expect(day(22)).toBe(1);
    expect(day(28)).toBe(1);
    made.database.close();
    made = world(path);
    expect(day(28)).toBe(0);
    expect(day(29)).toBe(1);
    made.database.close();
    made = world(path);
    // Two more periods while the daemon was off are one reminder.
    expect(day(31 + 13)).toBe(1);
    for (const language of LANGUAGES) {
      const view = caseView(made.cases.get(id), language, new Date('2026-02-13T10:00:00Z'));
      expect(view.reminder).toBe(true);
      expect(view.reminders).toMatchObject([{ stepId: 'request', days: 29, contact: { id: 'requests' } }]);
      expect(view.reminders[0]?.text).toMatch(/29.*Certigna/);
    }
    const { version } = made.cases.get(id);
    made.cases.step(id, 'request', version, { state: 'done' }, ANN);
    expect(day(31 + 28)).toBe(1);
    made.database.close();
  });

  it('say whom to ask: a contact, or the issuer where the step only names a page', async () => {
    const made = world();
    const told = async (procedureId: string, stepId: string, language: (typeof LANGUAGES)[number]) => {
      const { id } = await made.cases.open({ procedureId, reminderDays: 1 }, ANN);
      made.cases.step(id, stepId, 1, { state: 'waiting' }, ANN);
      return caseView(made.cases.get(id), language, new Date('2026-01-16T10:00:00Z')).reminders[0]?.text;
    };
    expect(await told('certigna.unblock', 'request', 'en')).toBe(
      'No answer has been noted for 1 day. Ask Certigna where things stand.',
    );
    expect(await told('camerfirma-alcorcon.obtain', 'request', 'es')).toBe(
      'No consta ninguna respuesta desde hace 1 día. Pregunte a AC Camerfirma cómo va el asunto.',
    );
  });

  it('follow the days of the case, and never come with none', async () => {
    const made = world();
    const { id } = await made.cases.open({ procedureId: 'certigna.unblock', reminderDays: 0 }, ANN);
    made.cases.step(id, 'request', 1, { state: 'waiting' }, ANN);
    made.at('2027-01-15T10:00:00Z');
    made.cases.remind();
    expect(made.cases.get(id).version).toBe(2);
    made.cases.change(id, 2, { reminderDays: 300 }, ANN);
    made.cases.remind();
    expect(made.cases.get(id).history.at(-1)).toMatchObject({ who: 'signet', what: 'reminded', detail: { days: '365' } });
  });
});

describe('proposals', () => {
  it('come from what is seen, with the procedure that fits, and go when the case is open', async () => {
    const made = world();
    made.tokens = [token({ pinState: 'locked' })];
    const [proposal, ...others] = await made.cases.proposals();
    expect(others).toEqual([]);
    expect(proposal).toMatchObject({ reason: 'blocked', purpose: 'unblock', procedure: { id: 'certigna.unblock' } });
    const one = await made.cases.open({ proposalId: proposal?.id ?? '' }, ANN);
    expect(one).toMatchObject({
      opened: { how: 'blocked' },
      token: { id: 'tok1', label: 'Zoé Martin', serial: '0042' },
      certificate: { serialNumber: '0a' },
      holder: { name: 'Zoé Martin' },
    });
    expect(await made.cases.proposals()).toEqual([]);
    made.cases.close(one.id, 1, 'given_up', ANN);
    expect((await made.cases.proposals()).map(({ id }) => id)).toEqual([proposal?.id]);
  });

  it.each([
    ['2026-06-15T00:00:00.000Z', []],
    ['2026-02-10T00:00:00.000Z', ['expiring renew 25']],
    ['2026-01-15T10:00:00.000Z', ['expired obtain 0']],
    ['2026-01-01T00:00:00.000Z', ['expired obtain -15']],
  ])('for a certificate that ends %s: %j', async (notAfter, expected) => {
    const made = world();
    made.tokens = [token({ certificates: [certificate({ notAfter, issuer: 'CN=Nobody Knows CA' })] })];
    const proposals = await made.cases.proposals();
    expect(proposals.map(({ reason, purpose, daysLeft }) => `${reason} ${purpose} ${daysLeft}`)).toEqual(expected);
  });

  it('follow the window of the procedure', async () => {
    const made = world(':memory:', {
      get: () => undefined,
      match: (situation) => book.match(situation),
      renewalOpens: () => 90,
    });
    made.tokens = [token({ certificates: [certificate({ notAfter: '2026-04-10T00:00:00.000Z' })] })];
    expect(await made.cases.proposals()).toHaveLength(1);
  });

  it('are not made for a certificate that has its successor', async () => {
    const made = world();
    const [old, next] = [certificate({ notAfter: '2026-01-20T00:00:00.000Z' }), certificate({ serialNumber: '0b' })];
    made.tokens = [token({ certificates: [old] }), token({ id: 'tok2', certificates: [next] })];
    expect(await made.cases.proposals()).toEqual([]);
  });

  it('are dismissed for good, but a token that is blocked anew is proposed anew', async () => {
    const path = join(folder, 'dismissed.db');
    let made = world(path);
    const ending = certificate({ notAfter: '2026-01-20T00:00:00.000Z' });
    made.tokens = [token({ pinState: 'locked', certificates: [ending] })];
    for (const { id } of await made.cases.proposals()) await made.cases.dismiss(id, ANN);
    expect(await refusalOf(made.cases.dismiss('nonesuch', ANN))).toBe('proposal_not_found');
    expect(await made.cases.proposals()).toEqual([]);
    made.database.close();
    made = world(path);
    made.tokens = [token({ pinState: 'locked', certificates: [ending] })];
    expect(await made.cases.proposals()).toEqual([]);
    made.tokens = [token({ pinState: 'ok', certificates: [ending] })];
    expect(await made.cases.proposals()).toEqual([]);
    made.tokens = [token({ pinState: 'locked', certificates: [ending] })];
    expect((await made.cases.proposals()).map(({ reason }) => reason)).toEqual(['blocked']);
    made.database.close();
  });
});

describe('a declared loss', () => {
  it('opens a case to revoke, with the procedure of the issuer', async () => {
    const made = world();
    const issuer = certificate().issuer;
    const { commonName: _, notBefore: __, ...known } = certificate();
    const one = await made.cases.open({ reason: 'lost', certificate: known, holder: { name: 'Zoé' } }, ANN);
    expect(one).toMatchObject({ purpose: 'revoke', opened: { how: 'lost' }, certificate: { issuer } });
    expect((await made.cases.open({ reason: 'lost' }, ANN)).purpose).toBe('revoke');
  });

  it('is opened with what makes sense only', async () => {
    const { cases } = world();
    expect(await refusalOf(cases.open({}, ANN))).toBe('invalid_request');
    expect(await refusalOf(cases.open({ procedureId: 'nonesuch' }, ANN))).toBe('procedure_not_found');
    expect(await refusalOf(cases.open({ procedureId: 'certigna.unblock', purpose: 'renew' }, ANN))).toBe('invalid_request');
    expect(await refusalOf(cases.open({ proposalId: 'nonesuch' }, ANN))).toBe('proposal_not_found');
    expect(await refusalOf(cases.open({ purpose: 'unblock', tokenId: 'nonesuch' }, ANN))).toBe('token_not_found');
    expect(cases.list()).toEqual([]);
  });
});

describe('what is seen', () => {
  it('of a token that works again offers to close the case, which stays open', async () => {
    const made = world();
    made.tokens = [token({ pinState: 'locked' })];
    const [proposal] = await made.cases.proposals();
    const { id } = await made.cases.open({ proposalId: proposal?.id ?? '' }, ANN);
    made.cases.observe([token({ pinState: 'unknown' })]);
    made.cases.observe([token({ pinState: 'locked' })]);
    made.cases.observe([]);
    expect(made.cases.get(id).version).toBe(1);
    made.cases.observe([token({ pinState: 'ok' })]);
    made.cases.observe([token({ pinState: 'ok' })]);
    const view = () => caseView(made.cases.get(id), 'fr', new Date('2026-01-16T10:00:00Z'));
    expect(view()).toMatchObject({ version: 2, state: 'open', offersClose: { reason: 'unblocked' } });
    expect(view().history.at(-1)).toMatchObject({ who: 'signet', what: 'observed' });
    expect(made.updates.at(-1)).toEqual({ caseId: id, version: 2, reason: 'observed' });
    made.cases.observe([token({ pinState: 'locked' })]);
    expect(view()).toMatchObject({ version: 3, offersClose: null });
  });

  it('of a token that never was blocked closes nothing', async () => {
    const made = world();
    made.tokens = [token()];
    const { id } = await made.cases.open({ purpose: 'unblock', tokenId: 'tok1' }, ANN);
    made.cases.observe([token()]);
    expect(made.cases.get(id).version).toBe(1);
  });

  it('of a new certificate of the same holder and issuer offers to close, once', async () => {
    const made = world();
    const ending = certificate({ notAfter: '2026-01-20T00:00:00.000Z' });
    made.tokens = [token({ certificates: [ending] })];
    const [proposal] = await made.cases.proposals();
    const { id } = await made.cases.open({ proposalId: proposal?.id ?? '' }, ANN);
    expect(made.cases.awaitsCertificate()).toBe(true);
    made.cases.observe([token({ certificates: [ending, certificate({ subject: 'CN=Somebody Else', serialNumber: '0c' })] })]);
    made.cases.observe([token({ certificates: null })]);
    expect(made.cases.get(id).version).toBe(1);
    for (let look = 0; look < 3; look += 1)
      made.cases.observe([token({ certificates: [ending, certificate({ serialNumber: '0b' })] })]);
    const one = made.cases.get(id);
    expect(one.version).toBe(2);
    expect(caseView(one, 'es', new Date()).offersClose?.reason).toBe('new_certificate');
    const closed = made.cases.close(id, 2, 'solved', ANN);
    expect(caseView(closed, 'en', new Date()).offersClose).toBeNull();
    expect(caseView(made.cases.reopen(id, 3, ANN), 'en', new Date()).offersClose).toBeNull();
  });
});

describe('the certificate of a case that was opened without one', () => {
  const fresh = (more: Parameters<typeof certificate>[0] = {}) =>
    certificate({ serialNumber: '0f', notBefore: '2026-02-03T00:00:00.000Z', notAfter: '2029-02-03T00:00:00.000Z', ...more });
  const offer = (made: ReturnType<typeof world>, id: string) =>
    caseView(made.cases.get(id), 'en', new Date('2026-02-04T10:00:00Z')).offersClose?.reason;

  it.each(['certigna.obtain', 'certigna.renew'])('is noticed by the issuers of %s, on any token, once', async (procedureId) => {
    const made = world();
    const { id } = await made.cases.open({ procedureId }, ANN);
    expect(made.cases.awaitsCertificate()).toBe(true);
    made.cases.observe([token(), token({ id: 'tok3', certificates: null })]);
    made.cases.observe([token({ certificates: [fresh({ issuer: 'CN=Nobody Knows CA' })] })]);
    expect(offer(made, id)).toBeUndefined();
    for (let look = 0; look < 3; look += 1) made.cases.observe([token({ id: 'tok2', certificates: [certificate(), fresh()] })]);
    // A second key pair, such as one to encrypt, says nothing more.
    made.cases.observe([token({ certificates: [fresh(), fresh({ serialNumber: '10' })] })]);
    expect(offer(made, id)).toBe('new_certificate');
    const one = made.cases.get(id);
    expect(one).toMatchObject({ version: 2, state: 'open', certificate: null });
    expect(one.history.at(-1)).toMatchObject({
      who: 'signet',
      what: 'observed',
      detail: { seen: 'new_certificate', serialNumber: '0f', notAfter: '2029-02-03T00:00:00.000Z' },
    });
  });

  it.each([
    ['2026-01-14T23:59:59.000Z', undefined],
    ['2026-01-15T00:00:00.000Z', 'new_certificate'],
    ['2026-01-15T23:00:00.000Z', 'new_certificate'],
  ])('is none that was issued before the day of the opening: %s', async (notBefore, reason) => {
    const made = world();
    const { id } = await made.cases.open({ procedureId: 'certigna.obtain' }, ANN);
    made.cases.observe([token({ certificates: [fresh({ notBefore })] })]);
    expect(offer(made, id)).toBe(reason);
  });

  it('is none that was there at the opening, over restarts', async () => {
    const path = join(folder, 'arrival.db');
    let made = world(path);
    const today = fresh({ notBefore: '2026-01-15T06:00:00.000Z' });
    made.tokens = [token({ certificates: [certificate(), today] })];
    const { id, history } = await made.cases.open({ procedureId: 'certigna.obtain' }, ANN);
    expect(history[0]?.detail).toMatchObject({ how: 'manual', present: '0f' });
    made.cases.observe(made.tokens);
    made.database.close();
    made = world(path);
    made.cases.observe([token({ certificates: [today] })]);
    expect(offer(made, id)).toBeUndefined();
    made.cases.observe([token({ certificates: [today, fresh({ serialNumber: '10' })] })]);
    expect(offer(made, id)).toBe('new_certificate');
    made.database.close();
  });

  it('is looked for on the token of the case only, where the procedure names no issuer', async () => {
    const made = world();
    made.tokens = [token({ certificates: [] })];
    const { id } = await made.cases.open({ procedureId: 'generic.obtain', tokenId: 'tok1' }, ANN);
    const printed = { label: '', serial: '0077', manufacturer: '', model: '' };
    const other = await made.cases.open({ procedureId: 'generic.renew', token: printed }, ANN);
    made.cases.observe([token({ id: 'tok2', serial: '0043', certificates: [fresh()] })]);
    expect([offer(made, id), offer(made, other.id)]).toEqual([undefined, undefined]);
    made.cases.observe([token({ certificates: [fresh()] })]);
    expect([offer(made, id), offer(made, other.id)]).toEqual(['new_certificate', undefined]);
    made.cases.observe([token({ id: 'tok4', serial: '0077', certificates: [fresh()] })]);
    expect(offer(made, other.id)).toBe('new_certificate');
  });

  it('is not awaited by a case that could not know it', async () => {
    const made = world();
    for (const procedureId of ['generic.obtain', 'generic.renew', 'certigna.revoke', 'certigna.unblock'])
      await made.cases.open({ procedureId }, ANN);
    expect(made.cases.awaitsCertificate()).toBe(false);
    made.cases.observe([token({ certificates: [fresh()] })]);
    expect(made.cases.list().map(({ version }) => version)).toEqual([1, 1, 1, 1]);
  });

  it('is not taken for another when the case is reopened, but a later one is noticed', async () => {
    const made = world();
    const { id } = await made.cases.open({ procedureId: 'certigna.obtain' }, ANN);
    const both = [fresh(), fresh({ serialNumber: '10' })];
    made.cases.observe([token({ certificates: both })]);
    made.cases.close(id, 2, 'solved', ANN);
    made.cases.observe([token({ certificates: both })]);
    made.cases.reopen(id, 3, ANN);
    made.cases.observe([token({ certificates: both })]);
    expect(offer(made, id)).toBeUndefined();
    made.cases.observe([token({ certificates: [...both, fresh({ serialNumber: '11' })] })]);
    expect(offer(made, id)).toBe('new_certificate');
  });

  it('is awaited in vain, and no more than that, by a pattern from elsewhere that cannot be read', async () => {
    const made = world();
    const { id } = await made.cases.open({ procedureId: 'certigna.obtain' }, ANN);
    const record = made.cases.record(id);
    made.cases.remove(id, 1, ANN);
    const match = { ...record.procedure.match, issuerDn: ['(?=DHIMYOTIS)', 'Nobody'] };
    await made.cases.import({ ...record, procedure: { ...record.procedure, match } }, ANN);
    made.cases.observe([token({ certificates: [fresh()] })]);
    expect(offer(made, id)).toBeUndefined();
  });
});

describe('the view', () => {
  it('has a text for everything that can happen, in each language', async () => {
    const made = world();
    made.tokens = [token({ pinState: 'locked' })];
    const [proposal] = await made.cases.proposals();
    const { id } = await made.cases.open({ proposalId: proposal?.id ?? '' }, ANN);
    const { cases } = made;
    cases.observe([token()]);
    cases.step(id, 'request', 2, { state: 'waiting', note: '<b>bold</b>' }, ANN);
    cases.step(id, 'request', 3, { note: 'more' }, ANN);
    cases.step(id, 'request', 4, { state: 'open' }, ANN);
    cases.change(id, 5, { language: 'es', reminderDays: 1, holder: { name: 'Z' }, references: ['1'] }, ANN);
    cases.note(id, 6, '<script>alert(1)</script>', ANN);
    cases.close(id, 7, 'replaced', ANN);
    cases.reopen(id, 8, ANN);
    expect(refusal(() => cases.note(id, 8, 'x', ANN))).toBe('case_changed');
    for (const language of LANGUAGES) {
      const view = caseView(cases.get(id), language, new Date('2026-01-15T10:00:00Z'));
      for (const { text } of view.history) {
        expect(text).not.toMatch(/cases\.|\{\{|undefined|null/);
        expect(text.length).toBeGreaterThan(5);
      }
      expect(view.notes[0]?.text).toBe('<script>alert(1)</script>');
      expect(view.stateText).not.toContain('cases.');
    }
  });
});
