import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeLibrary } from '../../src/drivers/index.ts';
import { createSoftHsm, type SoftHsm } from '../backends/softhsm.ts';
import { folder, library } from '../diagnostics/broken.ts';

const ever = new AbortController().signal;
let token: SoftHsm;

beforeAll(async () => {
  token = await createSoftHsm();
});
afterAll(() => token.dispose());

describe('a probe', () => {
  it('loads, starts, lists and ends', async () => {
    const seen = await probeLibrary({ library: token.library, environment: token.env }, ever);
    expect(seen).toMatchObject({ stage: 'done', outcome: 'ok', detail: null });
    expect(seen.version).toMatch(/^\d+\.\d+$/);
    expect(seen.slots?.[0]).toMatchObject({ hardware: false, card: true, unreadable: null });
  });

  it('tells the return value with which a library refuses to start', async () => {
    const environment = { SOFTHSM2_CONF: '/nowhere/softhsm2.conf' };
    expect(await probeLibrary({ library: token.library, environment }, ever)).toMatchObject({
      stage: 'initialise',
      outcome: 'error',
      detail: 'CKR_GENERAL_ERROR',
      slots: null,
    });
  });

  it("tells the loader's words", async () => {
    const seen = await probeLibrary({ library: '/nowhere/lib.so', environment: {} }, ever);
    expect(seen).toMatchObject({ stage: 'load', outcome: 'error' });
    expect(seen.detail).toMatch(/cannot open shared object/);
  });

  it('is ended at its deadline and leaves no process behind', async () => {
    using home = folder();
    const source = '#include <unistd.h>\n__attribute__((constructor)) static void go(void) { for (;;) sleep(1000); }';
    const hanging = await library(`${home.path}/libhang.so`, source);
    const before = performance.now();
    const marker = { PROBE_MARKER: home.path };
    expect(await probeLibrary({ library: hanging, environment: marker }, ever, 700)).toMatchObject({
      stage: 'load',
      outcome: 'hung',
      detail: null,
    });
    expect(performance.now() - before).toBeLessThan(5_000);
    const left = spawnSync('ps', ['-A', 'e', '-o', 'args='], { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 }).stdout;
    expect(left.split('\n').filter((line) => line.includes(`PROBE_MARKER=${home.path}`))).toEqual([]);
  });

  it('is ended by the signal, before and while it works', async () => {
    using home = folder();
    const source = '#include <unistd.h>\n__attribute__((constructor)) static void go(void) { for (;;) sleep(1000); }';
    const hanging = await library(`${home.path}/libhang.so`, source);
    const call = new AbortController();
    const asked = probeLibrary({ library: hanging, environment: {} }, call.signal);
    call.abort();
    expect(await asked).toMatchObject({ outcome: 'hung', detail: 'cancelled' });
    expect(await probeLibrary({ library: hanging, environment: {} }, call.signal)).toMatchObject({ detail: 'cancelled' });
  });

  it('takes no notice of what a library prints', async () => {
    using home = folder();
    const source =
      '#include <stdio.h>\n__attribute__((constructor)) static void go(void) { puts("{\\"stage\\":\\"done\\"}"); fflush(stdout); }';
    const chatty = await library(`${home.path}/libchat.so`, source);
    expect(await probeLibrary({ library: chatty, environment: {} }, ever)).toMatchObject({ outcome: 'error', slots: null });
  });
});
