import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Shimmed, shimmed, startTestDaemon, type TestDaemon } from '../fixture/index.ts';
import { Folder, sample } from '../procedures/sample.ts';
import { cleanEnvironment } from './daemon.ts';
import { typed } from './fake-terminal.ts';

let folder: Folder;
let shim: Shimmed;
let daemon: TestDaemon;

beforeAll(async () => {
  folder = new Folder();
  folder.write('acme.unblock.json', sample({ match: { ...sample().match, issuerDn: ['O=Signet tests'] }, tries: 5 }));
  folder.write('acme.renew.json', '{\n  "id": "acme.renew",\n  "issuer": "Acme"\n  "tries": 3\n}');
  shim = await shimmed();
  daemon = await startTestDaemon({ drivers: [shim.driver], settings: { procedureDirs: [folder.path] } });
});
afterAll(async () => {
  await daemon.dispose();
  shim.dispose();
  folder[Symbol.dispose]();
});

function run(argv: string[], { language = 'en', columns = 80, alone = false } = {}) {
  const env = { ...cleanEnvironment(folder.path), NO_COLOR: '1', SIGNET_LANGUAGE: language };
  return typed(['procedures', ...argv], {
    env: { ...env, SIGNET_RUNTIME_DIR: alone ? folder.path : daemon.runtimeDir },
    columns,
  });
}
const even = (text: string): string => text.replace(/\s+/g, ' ');

describe('signet procedures', () => {
  it('keeps every id whole at eighty columns, and says no part of a contact twice', async () => {
    const { out } = await run([]);
    expect(out).toMatch(/^camerfirma-alcorcon\.unblock /m);
    for (const line of out.split('\n'))
      expect(line.length).toBeLessThanOrEqual(Math.max(80, line.match(/^\S*$/)?.[0].length ?? 0));
    const shown = even((await run(['show', 'certigna.unblock'], { language: 'fr' })).out);
    expect(shown).toContain('DHIMYOTIS, Service déblocage · 20 allée de la râperie');
    expect(shown).not.toContain('· (');
  });

  it('lists them with the organisation’s own and what was refused', async () => {
    const { code, out } = await run([], { columns: 100 });
    expect(code).toBe(0);
    expect(out).toMatch(/^Id +Issued by +For +Tries +Way/);
    expect(out).toMatch(/^acme\.unblock +Acme +Unblock +5 +online \(your/m);
    expect(out).toMatch(/^certigna\.unblock +Certigna( \(Dhimyotis\))? +Unblock +3 +send in$/m);
    expect(even(out)).toContain(`${join(folder.path, 'acme.renew.json')}, line 4: this is no JSON: “"” was not expected here.`);
    expect(await run(['list'], { columns: 100 })).toEqual({ code, out, err: '', rawWhileTyping: [] });
    expect((await run([], { columns: 60 })).out).toMatch(/^certigna\.unblock +Unblock +3 +send in\n +Certigna/m);
  });

  it('narrows the list, and says when nothing is left', async () => {
    const { procedures } = JSON.parse((await run(['list', '--purpose', 'unblock', '--issuer', 'acme', '--json'])).out);
    expect(procedures.map(({ id }: { id: string }) => id)).toEqual(['acme.unblock']);
    expect((await run(['list', '--issuer', 'nobody'], { language: 'fr' })).out).toMatch(/^Aucune procédure ne convient\./);
    expect((await run(['list', '--purpose', 'dance'])).code).toBe(2);
  });

  it.each(['en', 'fr', 'es'])('shows one step by step, at 40 columns too (%s)', async (language) => {
    const wide = await run(['show', 'certigna.unblock'], { language });
    const narrow = await run(['show', 'certigna.unblock'], { language, columns: 40 });
    for (const { code, out } of [wide, narrow]) {
      expect(code).toBe(0);
      const text = even(out);
      const [request, wait, post] = ['partenaires@', 'Certigna', "59650 VILLENEUVE D'ASCQ"].map((words) => text.indexOf(words));
      expect(text).toMatch(/60[.,]00/);
      expect(text.indexOf('\u0031. ')).toBeLessThan(text.indexOf('2. '));
      expect([request, wait, post].every((at) => at !== undefined && at >= 0)).toBe(true);
      expect(out).not.toMatch(/cli\.|procedures\.|\{\{|undefined|null/);
    }
    for (const line of narrow.out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(40);
  });

  it('does not know one that is not there', async () => {
    const { code, err } = await run(['show', 'none.unblock']);
    expect(code).toBe(3);
    expect(err).toContain('signet procedures list');
  });

  it('names the way out of a blocked token, with a line to paste', async () => {
    shim.control.set('lock-after 3 low-final');
    await daemon.call('GET', '/v1/credentials');
    const other = daemon.as(await daemon.client('other', 'pin'));
    const path = `/v1/tokens/${daemon.tokenId}`;
    await daemon.call('POST', `${path}/login`, { pin: '000001' });
    await other('POST', `${path}/login`, { pin: '000002' });
    const { consent } = (await daemon.call('POST', `${path}/final-try-consent`, { kind: 'pin' })).json;
    await daemon.call('POST', `${path}/login`, { pin: '000003', finalTryConsent: consent });
    const env = { ...cleanEnvironment(folder.path), NO_COLOR: '1', SIGNET_RUNTIME_DIR: daemon.runtimeDir };
    const { code, err } = await typed(['login'], { env, answers: [[/PIN/, '123456\r']] });
    expect(code).toBe(4);
    expect(even(err)).toContain('“Unblock an Acme key”');
    expect(err).toContain('  signet procedures show acme.unblock\n');
  });
});

describe('signet procedures check', () => {
  it('passes good files and needs no daemon', async () => {
    const { code, out } = await run(['check', join(folder.path, 'acme.unblock.json')], { alone: true });
    expect([code, even(out)]).toEqual([0, `${join(folder.path, 'acme.unblock.json')}: can be used. `]);
  });

  it('refuses bad ones with line and reason, in the language of the person', async () => {
    const files = ['acme.unblock.json', 'acme.renew.json', 'nowhere.json'].map((name) => join(folder.path, name));
    const { code, out } = await run(['check', ...files], { language: 'es', alone: true });
    expect(code).toBe(1);
    expect(even(out)).toContain(`${files[1]}, línea 4: esto no es JSON: aquí no se esperaba «"».`);
    expect(even(out)).toContain(`${files[2]}: rechazado: el archivo no se puede leer (ENOENT).`);
    const json = JSON.parse((await run(['check', ...files, '--json'], { alone: true })).out);
    expect(json.files).toEqual([
      { file: files[0], usable: true, refusals: [] },
      { file: files[1], usable: false, refusals: [{ line: 4, code: 'syntax', reason: expect.any(String) }] },
      { file: files[2], usable: false, refusals: [{ line: null, code: 'unreadable', reason: expect.any(String) }] },
    ]);
  });

  it('wants to know which', async () => {
    expect((await run(['check'], { alone: true })).code).toBe(2);
  });
});
