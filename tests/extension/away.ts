import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import type { BrowserName } from '../console/browser.ts';
import { until } from '../fixture/index.ts';
import { begin, call, type Rooms } from './rooms.ts';

/** What a page is told when a part of the way to Signet is missing. */
export function awayCases(rooms: () => Rooms, name: BrowserName): void {
  it('is told that this browser knows no host, and by when it does', async () => {
    const { extended } = rooms();
    const page = await rooms().open();
    expect(await call(page, 'status')).toMatchObject({ error: 'SignetWebError', code: 'host_missing' });
    extended.install();
    expect(await call(page, 'status')).toMatchObject({ result: { paired: false } });
  });

  it('is told when the host ends in the middle, and the question goes', async () => {
    const { extended, person, site } = rooms();
    const page = await rooms().open(site.origin('gone.test'));
    const asked = await begin(page, 'pair');
    const prompt = await person.next('pair');
    extended.killHost();
    expect(await asked.outcome()).toMatchObject({ code: 'host_gone' });
    await person.end(prompt);
  });

  it('is told that the daemon cannot be reached, and what to do', async () => {
    const { extended, daemon } = rooms();
    const open = mkdtempSync(join(tmpdir(), 'signet-open-'));
    onTestFinished(() => rmSync(open, { recursive: true }));
    chmodSync(open, 0o777);
    extended.lead(open);
    // Whatever comes of it: a host that is led astray would start a daemon there for every test to come.
    onTestFinished(() => extended.lead(daemon.runtimeDir));
    const page = await rooms().open();
    const nextStep = { text: expect.stringContaining('signet doctor') };
    expect(await call(page, 'status')).toMatchObject({ code: 'daemon_unavailable', nextStep });
    extended.lead(daemon.runtimeDir);
    extended.killHost();
    const after = await until('the right host again', async () => (await call(page, 'status')).result);
    expect(after).toMatchObject({ name: 'signet' });
  });

  // Only this browser keeps extensions out of private windows by itself.
  if (name === 'firefox') return;
  it('is told that there is no extension, and only asks the daemon itself if it wants to', async () => {
    const { daemon, person, site, extended } = rooms();
    const context = await extended.browser.createBrowserContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(site.origin('direct.test'));
    expect(await call(page, 'status')).toMatchObject({ code: 'extension_missing' });
    await page.evaluate((direct) => {
      const { Signet } = globalThis as unknown as { Signet: new (options: object) => unknown };
      Object.assign(globalThis, { signet: new Signet({ direct }) });
    }, daemon.url);
    const asked = await begin(page, 'pair', { rights: ['sign'] });
    const { question } = await person.next('pair');
    expect(question.asker).toEqual({ kind: 'site', name: site.origin('direct.test'), via: 'page' });
    await person.answer({ rights: ['sign'], days: 1 });
    expect(await asked.outcome()).toMatchObject({ result: { paired: true, rights: ['sign'] } });
  });
}
