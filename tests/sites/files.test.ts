import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Site, Sites } from '../../src/sites/index.ts';
import { startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { type Person, personAt } from '../fixture/person.ts';

const WISH = { title: 'Su solicitud', description: '', extensions: ['pdf'], multiple: true };
const FILE = { name: 'a.pdf', content: Buffer.from('hello') };
const PICKED = [{ name: '/home/me/a.pdf', data: Buffer.from('mine') }];

let daemon: TestDaemon;
let person: Person;
let sites: Sites;
let site: Site;
let count = 0;

beforeAll(async () => {
  daemon = await startTestDaemon();
});
beforeEach(async () => {
  count += 1;
  sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
  site = sites.site(`https://sede${count}.example.es`, 'afirma');
  person = await personAt(daemon);
});
afterEach(() => person.leave());
afterAll(() => daemon.dispose());

const call = () => ({ signal: new AbortController().signal });
const path = () => `/v1/origins/${encodeURIComponent(site.origin)}`;
const kinds = () => person.seen.map(({ question }) => question.kind);

describe.each([
  ['load', () => sites.load(site, WISH, call())],
  ['save', () => sites.save(site, FILE, call())],
] as const)('a site that wants a file: %s', (kind, wanted) => {
  it('is paired first, once', async () => {
    person.does({ pair: true, load: PICKED, save: true });
    await wanted();
    await wanted();
    expect(kinds()).toEqual(['pair', kind, kind]);
    const { entries } = (await daemon.call('GET', '/v1/audit?limit=2')).json;
    expect(entries).toMatchObject([{ action: `site.${kind}`, outcome: 'ok', caller: `site:${site.origin}` }, {}]);
  });

  it('is refused where it may not ask for signatures, and where the pairing was refused', async () => {
    person.does({ pair: { rights: ['certificates'] }, load: PICKED, save: true });
    await expect(wanted()).rejects.toMatchObject({ code: 'origin_not_paired', facts: { variant: 'right' } });
    expect(kinds()).toEqual(['pair']);
    site = sites.site(`https://no${count}.example.es`, 'page');
    await expect(wanted()).rejects.toMatchObject({ code: 'origin_not_paired' });
    expect(kinds()).toEqual(['pair']);
  });

  it('gets nothing once its pairing is ended, also while the question is open', async () => {
    person.does({ pair: true });
    const done = wanted();
    done.catch(() => undefined);
    const heard = await person.next(kind);
    expect((await daemon.call('DELETE', path())).status).toBe(204);
    await expect(done).rejects.toMatchObject({ code: 'origin_not_paired' });
    expect(await person.end(heard)).toMatchObject({ why: 'gone' });
  });
});

it('names of a question come from the site, neutral and no longer than is shown', async () => {
  person.does({ pair: true, load: 'no', save: 'no' });
  const hostile = '\u202e\u0000x\n'.repeat(2_000);
  const extensions = ['pdf', '../x', 'a b', '', 'x'.repeat(99), ...Array.from({ length: 50 }, (_, n) => `e${n}`)];
  const wish = { title: hostile, description: hostile, extensions, multiple: false };
  await expect(sites.load(site, wish, call())).rejects.toMatchObject({ code: 'prompt_cancelled' });
  const { question, words } = person.seen.at(-1) ?? {};
  if (question?.kind !== 'load') throw new Error('no question about files');
  expect([question.title.length, question.extensions.length, question.extensions[0]]).toEqual([500, 20, 'pdf']);
  for (const line of words?.lines ?? []) expect(line).not.toMatch(/\p{C}|.{90}/u);
  await expect(sites.save(site, { ...FILE, name: `/etc/${hostile}.exe` }, call())).rejects.toThrow();
  expect(person.seen.at(-1)?.question).toMatchObject({ name: expect.stringMatching(/^x x[^\p{C}/]*\.exe$/u), size: 5 });
});
