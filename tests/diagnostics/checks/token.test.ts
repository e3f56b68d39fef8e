import { describe, expect, it } from 'vitest';
import {
  tokenErrorState,
  tokenIdentityStable,
  tokenInitialised,
  tokenPresent,
  tokenWriteProtected,
} from '../../../src/diagnostics/checks/token.ts';
import { one, run, token, view } from './world.ts';

describe('token.present', () => {
  it('fails when nothing is seen, and then nothing is said of tokens', async () => {
    const { checks } = await run([tokenPresent, tokenInitialised, tokenIdentityStable], view());
    expect(checks.map(({ id, result }) => [id, result])).toEqual([
      ['token.present', 'fail'],
      ['token.initialised', 'skip'],
      ['token.identity-stable', 'skip'],
    ]);
    expect(checks[1]?.skippedBecause).toBe('depends:token.present');
  });

  it('missing leaves open what is asked of it alone', async () => {
    for (const check of [tokenInitialised, tokenErrorState, tokenWriteProtected, tokenIdentityStable]) {
      expect(await one(check, view())).toMatchObject({ result: 'unknown', found: expect.stringContaining('No card or key') });
    }
  });

  it('passes with a token', async () => {
    expect(await one(tokenPresent, view({ tokens: [token()] }))).toMatchObject({ result: 'pass', evidence: { tokens: 1 } });
  });
});

describe('flags of a token', () => {
  it.each([
    [tokenInitialised, 0x8, 'fail'],
    [tokenErrorState, 0x1000408, 'fail'],
    [tokenWriteProtected, 0x40a, 'warn'],
  ] as const)('are told', async (check, flags, expected) => {
    expect(await one(check, view({ tokens: [token({ flags })] }))).toMatchObject({ result: expected, subject: 'token-1' });
    expect(await one(check, view({ tokens: [token()] }))).toMatchObject({ result: 'pass' });
  });

  it('of one token say nothing of another', async () => {
    const tokens = [token({ flags: 0x1000408 }), token({ id: 'token-2', serial: 'FF' })];
    const { checks } = await run([tokenErrorState, tokenWriteProtected], view({ tokens }));
    expect(checks.map(({ id, subject, result }) => [id, subject, result])).toEqual([
      ['token.error-state', 'token-1', 'fail'],
      ['token.error-state', 'token-2', 'pass'],
      ['token.write-protected', 'token-2', 'pass'],
      ['token.write-protected', 'token-1', 'skip'],
    ]);
  });
});

describe('token.identity-stable', () => {
  it.each(['', '0', '0000000000000000', '123', '12345678', '0123456789'])('warns of the serial number "%s"', async (serial) => {
    expect(await one(tokenIdentityStable, view({ tokens: [token({ serial })] }))).toMatchObject({ result: 'warn' });
  });

  it.each(['A1B2C3D4', '1230', '00000001', '4711'])('takes %s for a number of its own', async (serial) => {
    expect(await one(tokenIdentityStable, view({ tokens: [token({ serial })] }))).toMatchObject({ result: 'pass' });
  });

  it('warns of two that are alike, and not of two that share some of it', async () => {
    const twins = await run([tokenIdentityStable], view({ tokens: [token(), token({ id: 'token-1~driver~01' })] }));
    expect(twins.checks.map(({ result }) => result)).toEqual(['warn', 'warn']);
    const apart = await run([tokenIdentityStable], view({ tokens: [token(), token({ id: 'token-2', label: 'Other' })] }));
    expect(apart.checks.map(({ result }) => result)).toEqual(['pass', 'pass']);
  });

  it('keeps serial numbers out of its evidence', async () => {
    const { evidence } = await one(tokenIdentityStable, view({ tokens: [token({ serial: '0123456789' })] }));
    expect(JSON.stringify(evidence)).not.toContain('0123456789');
  });
});
