import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compilerMissing } from './compile.ts';
import { buildRawLoop, type RawRequest, runRawLoop } from './raw/build.ts';
import { createSoftHsm, type SoftHsm, softHsmMissing } from './softhsm.ts';

const missing = softHsmMissing() ?? compilerMissing();

describe.skipIf(missing !== undefined)(`raw loop ${missing ?? ''}`, () => {
  let token: SoftHsm;
  let request: RawRequest;

  beforeAll(async () => {
    token = await createSoftHsm();
    request = {
      library: token.library,
      label: token.label,
      env: token.env,
      pin: token.userPin,
      mechanism: 'ec',
      threads: 1,
      seconds: 0.2,
    };
  });
  afterAll(() => token.dispose());

  it.each([
    { mechanism: 'rsa', threads: 1 },
    { mechanism: 'rsa', threads: 2 },
    { mechanism: 'ec', threads: 1 },
    { mechanism: 'ec', threads: 2 },
  ] as const)('measures $mechanism on $threads threads', async ({ mechanism, threads }) => {
    const figures = await runRawLoop({ ...request, mechanism, threads });
    expect(figures).toMatchObject({ mechanism, threads });
    expect(figures.seconds).toBeGreaterThanOrEqual(0.2);
    expect(figures.perSecond).toBeCloseTo(figures.signatures / figures.seconds, 0);
    expect(figures.p50Microseconds).toBeGreaterThan(1);
    expect(figures.p99Microseconds).toBeGreaterThanOrEqual(figures.p50Microseconds);
  });

  it('is built once', async () => {
    expect(await buildRawLoop()).toBe(await buildRawLoop());
  });

  it.each([
    ['a wrong PIN', { pin: '000000' }, 'C_Login: 0xa0'],
    ['an unknown token', { label: 'Signet' }, 'no token with this label'],
    ['a library that is not there', { library: '/nowhere.so' }, '/nowhere.so'],
    ['no threads', { threads: 0 }, 'bad mechanism, threads or seconds'],
  ])('refuses %s, and never prints the PIN', async (_what, change, message) => {
    const failure: unknown = await runRawLoop({ ...request, ...change }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Error);
    expect(String(failure)).toContain(message);
    expect(String(failure)).not.toContain(token.userPin);
  });
});
