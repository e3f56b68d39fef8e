import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { command, type Ended, startDaemon, type TestDaemon } from './daemon.ts';

const PDF = '%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n';

let daemon: TestDaemon;
beforeAll(async () => {
  daemon = await startDaemon({ keys: [{ kind: 'p256', label: 'Ana Ruiz', valid: [-300, 5] }], fresh: true });
});
afterAll(() => daemon[Symbol.asyncDispose]());

const signet = (...argv: string[]): Promise<Ended> => command(['cases', ...argv], { env: daemon.env, cwd: daemon.folder });
const json = async (...argv: string[]) => JSON.parse((await signet(...argv, '--json')).stdout);
const file = (name: string): string => join(daemon.folder, name);

describe('signet cases', () => {
  it('walks a person from the opening to the end', async () => {
    expect((await signet()).stdout).toContain('There are no cases');
    const opened = await signet('open', 'certigna.unblock');
    expect(opened).toMatchObject({ code: 0, stderr: '' });
    const [, id = ''] = /Case (\S+) is open/.exec(opened.stdout) ?? [];
    expect(opened.stdout).toContain('can be done now');
    const changed = await signet(
      'change',
      id,
      '--name',
      'Zoé',
      '--address',
      '1 rue',
      '--address',
      '75001 Paris',
      '--reminder-days',
      '3',
    );
    expect(changed.stdout).toContain('Zoé');
    expect(await json('show', id)).toMatchObject({ version: 2, reminderDays: 3, holder: { address: ['1 rue', '75001 Paris'] } });
    const early = await signet('step', id, 'post', '--done');
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('too early');
    expect((await signet('step', id, 'request', '--waiting')).stdout).toContain('waiting for an answer');
    expect((await signet('step', id, 'request', '--done', '--reference', 'T-1', '--note', 'by phone')).code).toBe(0);
    expect((await signet('step', id, 'post', '--done')).stdout).toContain('The case can be closed');
    expect((await signet('step', id, 'post', '--undo')).code).toBe(0);
    expect((await signet('note', id.toLowerCase(), '<b>They</b> called')).code).toBe(0);
    const shown = await signet('show', id);
    expect(shown.stdout).toContain('<b>They</b> called');
    expect(shown.stdout).toContain('T-1');
    expect((await signet('close', id, '--outcome', 'given_up')).code).toBe(0);
    expect((await signet('note', id, 'x')).code).toBe(1);
    expect((await signet('reopen', id)).code).toBe(0);
    expect(await json('list', '--state', 'open')).toMatchObject({ cases: [{ id, steps: { over: 1, total: 2 } }] });
    expect((await signet('delete', id)).code).toBe(2);
    expect((await signet('delete', id, '--yes')).code).toBe(0);
    expect(await json('list')).toEqual({ cases: [] });
  });

  it('stays within forty columns, in each language', async () => {
    const { id } = await json('open', 'certigna.unblock');
    for (const language of ['en', 'fr', 'es']) {
      for (const argv of [['show', id], ['list'], ['proposals']]) {
        const { stdout, code } = await command(['cases', ...argv, '--language', language], {
          env: { ...daemon.env, COLUMNS: '40' },
        });
        expect(code).toBe(0);
        for (const line of stdout.split('\n').filter((each) => !/\S{37}/.test(each)))
          expect(line.length, `${language} ${argv[0]}: ${line}`).toBeLessThanOrEqual(40);
        expect(stdout).not.toMatch(/cases\.\w+|\{\{/);
      }
    }
    await signet('delete', id, '--yes');
  });

  it('attaches files, and writes e-mail, papers and the whole case to files', async () => {
    const { id } = await json('open', 'certigna.unblock');
    mkdirSync(file('in'), { recursive: true });
    writeFileSync(file('in/form.pdf'), PDF);
    writeFileSync(file('in/page.html'), '<html></html>');
    expect((await signet('attach', id, 'in/form.pdf')).stdout).toContain('form.pdf');
    expect(await signet('attach', id, 'in/page.html')).toMatchObject({ code: 2, stdout: '' });
    expect((await signet('attach', id, 'in/missing.pdf')).code).toBe(3);
    expect((await signet('files', id)).stdout).toContain('application/pdf');
    expect(await signet('attach', id, 'in/form.pdf', '--step', 'nope')).toMatchObject({ code: 2, stdout: '' });
    await signet('attach', id, 'in/form.pdf', '--step', 'post');
    const { files } = await json('files', id);
    expect(files).toMatchObject([{ stepId: null }, { name: 'form (2).pdf', stepId: 'post' }]);
    expect((await signet('show', id)).stdout).toContain(files[1].id);
    expect((await signet('file', id, files[0].id, '--output', 'back.pdf')).code).toBe(0);
    expect(readFileSync(file('back.pdf'), 'utf8')).toBe(PDF);
    expect((await signet('file', id, 'form.pdf', '--output', 'back.pdf')).code).toBe(2);
    expect((await signet('file', id, 'form.pdf', '--output', 'back.pdf', '--force')).code).toBe(0);
    expect((await signet('file', id, 'nope', '--output', 'other.pdf')).code).toBe(3);
    expect((await signet('email', id, '--output', 'out.eml')).stdout).toContain('Nothing was sent');
    expect(readFileSync(file('out.eml'), 'utf8')).toContain('form.pdf');
    expect(readFileSync(file('out.eml'), 'utf8')).not.toContain('form (2).pdf');
    expect((await signet('email', id, '--output', 'out.eml')).code).toBe(2);
    expect((await signet('email', id, '--output', 'out.eml', '--force', '--step', 'request')).code).toBe(0);
    expect((await signet('dossier', id, '--output', 'out.pdf', '--language', 'fr')).code).toBe(0);
    expect(readFileSync(file('out.pdf'), 'latin1')).toMatch(/^%PDF-/);
    expect((await signet('export', id, '--output', 'out.signetcase')).code).toBe(0);
    expect((await signet('import', 'out.signetcase')).stdout).toContain('already');
    await signet('note', id, 'went on');
    expect((await signet('import', 'out.signetcase')).stdout).toContain(`a copy of ${id}`);
    expect(await signet('import', 'in/form.pdf')).toMatchObject({ code: 2, stdout: '' });
  });

  it('opens what is proposed, once', async () => {
    const { proposals } = await json('proposals');
    expect(proposals).toMatchObject([{ reason: 'expiring', purpose: 'renew' }]);
    const told = (await signet('proposals')).stdout;
    expect(told).toContain('Ana Ruiz');
    expect(told).toMatch(/ends in [45] days/);
    const one = await json('open', '--proposal', proposals[0].id);
    expect(one).toMatchObject({ purpose: 'renew', holder: { name: 'Ana Ruiz' }, opened: { how: 'expiring' } });
    expect((await signet('proposals')).stdout).toContain('nothing to propose');
    await signet('delete', one.id, '--yes');
    expect((await signet('proposals', '--dismiss', proposals[0].id)).code).toBe(0);
    expect(await json('proposals')).toEqual({ proposals: [] });
    expect((await signet('open', '--proposal', 'nope')).code).toBe(3);
    const lost = await json('open', '--lost', '--token', daemon.token.label);
    expect(lost).toMatchObject({ purpose: 'revoke', opened: { how: 'lost' }, token: { label: daemon.token.label } });
  });

  it('says what is wrong with how it was called', async () => {
    const { id } = await json('open', 'certigna.unblock');
    for (const [argv, code] of [
      [['step', id, 'request'], 2],
      [['step', id, 'request', '--done', '--undo'], 2],
      [['step', id, 'nope', '--done'], 2],
      [['step', id, 'request', '--waiting', '--date', '2030-01-01'], 2],
      [['step', id], 2],
      [['change', id], 2],
      [['change', id, '--reminder-days', '-1'], 2],
      [['show', 'nope'], 3],
      [['open'], 2],
      [['open', 'nope'], 3],
      [['list', '--state', 'ajar'], 2],
      [['close', id, '--outcome', 'won'], 2],
      [['email', id], 2],
      [['explode'], 2],
    ] as const) {
      const ended = await signet(...argv);
      expect([argv, ended.code, ended.stdout]).toEqual([argv, code, '']);
      expect(ended.stderr).not.toBe('');
      expect(ended.stderr).not.toMatch(/ {4}at |cli\.failure/);
    }
    expect(await json('show', id)).toMatchObject({ version: 1 });
  });
});
