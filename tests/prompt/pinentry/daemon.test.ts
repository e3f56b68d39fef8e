import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Sites } from '../../../src/sites/index.ts';
import { createSoftHsm, type SoftHsm } from '../../backends/softhsm.ts';
import { startTestDaemon, type TestDaemon, USER_PIN } from '../../fixture/index.ts';
import { absent } from './asking.ts';
import { Terminal } from './terminal.ts';

const ORIGIN = 'https://sede.example.es';
const NONCE = Buffer.alloc(33, 7).toString('base64');
const CANARY = '739154';
const why = absent('tmux', 'pinentry-curses');

describe.skipIf(why !== undefined)(`a site, a daemon, a token and a real pinentry ${why ?? ''}`, () => {
  let token: SoftHsm;
  let terminal: Terminal;
  let daemon: TestDaemon;
  let sites: Sites;

  beforeAll(async () => {
    token = await createSoftHsm();
    terminal = new Terminal();
    const prompt = { faces: ['pinentry'], pinentry: 'pinentry-curses', tty: terminal.tty };
    daemon = await startTestDaemon({
      drivers: [{ path: token.library, environment: token.env }],
      settings: { prompt, language: 'en' },
    });
    sites = (daemon.rooms as NonNullable<TestDaemon['rooms']>).sites;
  });

  afterAll(async () => {
    await daemon?.dispose();
    terminal?.close();
    token?.dispose();
  });

  it('logs in after a wrong PIN, a known wrong one and the right one', async () => {
    const site = sites.site(ORIGIN, 'extension');
    const login = sites.authenticate(site, { challengeNonce: NONCE }, { signal: new AbortController().signal });
    expect(await terminal.isRead('<Allow for 90 days>')).toContain(ORIGIN);
    terminal.press('Enter');
    expect(await terminal.isRead(/Certificate 1 of \d/)).toContain(ORIGIN);
    terminal.press('Enter');
    expect(await terminal.isRead('3 tries left')).toContain('This website asks you to log in:');
    terminal.type(CANARY);
    terminal.press('Enter');
    await terminal.isRead('That PIN was wrong.');
    await terminal.shows('2 tries left');
    terminal.type(CANARY);
    terminal.press('Enter');
    expect(await terminal.isRead('This PIN was wrong before.')).toContain('2 tries left');
    terminal.type(USER_PIN);
    terminal.press('Enter');
    expect(await login).toMatchObject({ format: 'web-eid:1.0' });
    await terminal.isClear();
  });

  it('is asked nothing more when the tab is closed', async () => {
    const gone = new AbortController();
    const site = sites.site(ORIGIN, 'extension');
    const login = sites.authenticate(site, { challengeNonce: NONCE }, { signal: gone.signal });
    login.catch(() => undefined);
    await terminal.shows('Certificate 1 of');
    gone.abort();
    await expect(login).rejects.toMatchObject({ code: 'prompt_cancelled', facts: { variant: 'gone' } });
    await terminal.isClear();
  });

  it('leaves no trace of what was typed', () => {
    const files = readdirSync(daemon.home, { recursive: true, encoding: 'utf8', withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(files.length).toBeGreaterThan(1);
    for (const { parentPath, name } of files) expect(readFileSync(join(parentPath, name)).includes(CANARY), name).toBe(false);
  });
});
