import { rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Match, type Procedure, Procedures, type Purpose, type Situation } from '../../src/procedures/index.ts';
import { Folder, sample } from './sample.ts';

const NONE: Match = { issuerDn: [], tokenManufacturer: [], tokenModel: [], atr: [], generic: false };

/** Procedures of a folder that holds these, and nothing shipped. */
function only(...list: Procedure[]): { procedures: Procedures; dispose(): void } {
  const folder = new Folder();
  for (const procedure of list) folder.write(`${procedure.id}.json`, procedure);
  const empty = new Folder();
  const procedures = new Procedures({ folders: [folder.path], shipped: empty.path });
  expect(procedures.refusals()).toEqual([]);
  return {
    procedures,
    dispose: () => {
      folder[Symbol.dispose]();
      empty[Symbol.dispose]();
    },
  };
}

const rules = (id: string, match: Partial<Match>): Procedure => sample({ id, match: { ...NONE, ...match } });

describe('match', () => {
  const { procedures, dispose } = only(
    rules('a.unblock', { issuerDn: ['O=Acme'] }),
    rules('b.unblock', { issuerDn: ['O=Acme'] }),
    rules('c.unblock', { issuerDn: ['O=Acme'], tokenModel: ['^Key 2'] }),
    rules('d.unblock', { tokenManufacturer: ['Maker'] }),
    rules('e.unblock', { atr: ['3B..9580'] }),
    rules('f.unblock', {}),
    rules('g.unblock', { issuerDn: ['O=Beta'], tokenManufacturer: ['Maker'], tokenModel: ['Key'] }),
    rules('generic.unblock', { generic: true }),
  );
  const best = (situation: Situation, purpose: Purpose = 'unblock'): string | null =>
    procedures.match({ purpose, ...situation })?.id ?? null;
  const key = { manufacturer: 'Maker', model: 'Key 2' };

  it.each<[string, Situation, string | null]>([
    ['takes the generic one when nothing is known', {}, 'generic.unblock'],
    ['takes the first by id of two that fit alike', { issuerDn: 'CN=x,O=ACME,C=FR' }, 'a.unblock'],
    ['prefers more rules that fit', { issuerDn: 'O=Acme', token: key }, 'c.unblock'],
    ['needs every list to fit', { issuerDn: 'O=Acme', token: { manufacturer: 'Other', model: 'Key 1' } }, 'a.unblock'],
    ['knows a token by its make alone', { token: key }, 'd.unblock'],
    ['prefers the issuer to the maker', { issuerDn: 'O=Acme', token: { manufacturer: 'Maker', model: 'x' } }, 'a.unblock'],
    ['never takes another issuer', { issuerDn: 'O=Gamma' }, 'generic.unblock'],
    ['knows an ATR, however it is written', { token: { manufacturer: '', model: '', atr: '3b 7f 95:80' } }, 'e.unblock'],
    ['and not a longer one', { token: { manufacturer: '', model: '', atr: '3B7F958001' } }, 'generic.unblock'],
  ])('%s', (_, situation, id) => {
    expect(best(situation)).toBe(id);
  });

  it('has nothing of another purpose', () => {
    expect(best({ issuerDn: 'O=Acme' }, 'renew')).toBeNull();
  });

  it('tells the others that fit, the generic one last', () => {
    const ids = procedures.matches({ purpose: 'unblock', issuerDn: 'O=Acme', token: key }).map(({ id }) => id);
    expect(ids).toEqual(['c.unblock', 'a.unblock', 'b.unblock', 'd.unblock', 'generic.unblock']);
    dispose();
  });
});

describe('the shipped ones', () => {
  const procedures = new Procedures({ folders: [] });

  it.each([
    ['unblock', 'CN=Certigna ID PRIS***,OU=0002 48146308100036,O=DHIMYOTIS,C=FR', 'certigna.unblock'],
    ['unblock', 'CN=Uncertigna,O=Elsewhere,C=FR', 'generic.unblock'],
    ['renew', 'CN=AC CAMERFIRMA FOR NATURAL PERSONS - 2016,O=AC CAMERFIRMA S.A.,C=ES', 'camerfirma-alcorcon.renew'],
    ['revoke', 'CN=Nobody,O=Nowhere', 'generic.revoke'],
  ] as const)('to %s for %s: %s', (purpose, issuerDn, id) => {
    expect(procedures.match({ purpose, issuerDn })?.id).toBe(id);
  });

  it('do not take a card for the software certificate of a town hall', () => {
    const issuerDn = 'CN=AC CAMERFIRMA FOR NATURAL PERSONS - 2016,O=AC CAMERFIRMA S.A.,C=ES';
    expect(procedures.matches({ purpose: 'unblock', issuerDn }).map(({ id }) => id)).not.toContain('camerfirma-alcorcon.unblock');
  });

  it('tell from when a certificate is renewed, or that nobody says', () => {
    expect(procedures.renewalOpens('O=AC CAMERFIRMA S.A.,C=ES')).toBe(30);
    expect(procedures.renewalOpens('CN=Nobody')).toBeNull();
  });
});

describe('an organisation’s folder', () => {
  it('comes before what is shipped where both fit alike', () => {
    using folder = new Folder();
    folder.write('zzz.unblock.json', rules('zzz.unblock', { issuerDn: ['Certigna'] }));
    const procedures = new Procedures({ folders: [folder.path] });
    expect(procedures.match({ purpose: 'unblock', issuerDn: 'O=Certigna' })?.id).toBe('zzz.unblock');
  });

  it('is read again when a file was added, written or removed, not more than once a second', () => {
    using folder = new Folder();
    let now = 0;
    let read = 0;
    const procedures = new Procedures({ folders: [folder.path], clock: () => now, onLoaded: () => (read += 1) });
    const ids = (): string[] => procedures.list().flatMap(({ procedure, origin }) => (origin === 'shipped' ? [] : procedure.id));
    expect(ids()).toEqual([]);
    folder.write('acme.unblock.json', sample());
    expect(ids()).toEqual([]);
    now += 1_001;
    expect(ids()).toEqual(['acme.unblock']);
    const held = procedures.get('acme.unblock');
    const file = join(folder.path, 'acme.unblock.json');
    writeFileSync(file, JSON.stringify(sample({ issuer: 'Acme & Sons' })));
    utimesSync(file, new Date(), new Date(Date.now() + 5_000));
    now += 1_001;
    expect(procedures.get('acme.unblock')?.issuer).toBe('Acme & Sons');
    expect(held?.issuer).toBe('Acme');
    writeFileSync(file, '{');
    now += 1_001;
    expect(procedures.refusals()).toEqual([expect.objectContaining({ file, line: 1, code: 'ends_early' })]);
    expect(ids()).toEqual([]);
    rmSync(file);
    now += 1_001;
    expect(procedures.refusals()).toEqual([]);
    now += 1_001;
    procedures.list();
    expect(read).toBe(5);
  });

  it('is read again when somebody asks for it', () => {
    using folder = new Folder();
    const procedures = new Procedures({ folders: [folder.path] });
    expect(procedures.get('acme.unblock')).toBeUndefined();
    folder.write('acme.unblock.json', sample());
    procedures.reload();
    expect(procedures.get('acme.unblock')?.issuer).toBe('Acme');
  });
});
