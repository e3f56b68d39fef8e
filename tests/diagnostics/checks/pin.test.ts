import { describe, expect, it } from 'vitest';
import { pinInitialised, pinLocked, pinMustChange, pinState } from '../../../src/diagnostics/checks/pin.ts';
import { tokenPresent } from '../../../src/diagnostics/checks/token.ts';
import type { TokenView } from '../../../src/diagnostics/index.ts';
import { FLAG } from '../../../src/tokens/index.ts';
import { one, pin, run, token, view } from './world.ts';

const ALL = [tokenPresent, pinInitialised, pinLocked, pinState, pinMustChange];
const NONE = { atLeast: 0, atMost: 0 };

async function results(...tokens: TokenView[]): Promise<string[]> {
  const { checks } = await run(ALL, view({ tokens }));
  return checks.slice(1).map(({ id, result, subject }) => `${id} ${subject} ${result}`);
}

describe('a PIN', () => {
  it('that is well passes everywhere', async () => {
    expect((await run(ALL, view({ tokens: [token()] }))).summary).toMatchObject({ pass: 5, startHere: null });
  });

  it('that is blocked is told once', async () => {
    expect(await results(token({ pin: pin({ state: 'locked', remaining: NONE }) }))).toEqual([
      'pin.initialised token-1 pass',
      'pin.locked token-1 fail',
      'pin.state undefined skip',
      'pin.must-change undefined skip',
    ]);
  });

  it('that is blocked on one token does not hide the last try of another', async () => {
    const locked = token({ pin: pin({ state: 'locked', remaining: NONE }) });
    const last = token({ id: 'token-2', serial: 'B', pin: pin({ state: 'final_try', remaining: { atLeast: 1, atMost: 1 } }) });
    expect(await results(locked, last)).toEqual([
      'pin.initialised token-1 pass',
      'pin.initialised token-2 pass',
      'pin.locked token-1 fail',
      'pin.locked token-2 pass',
      'pin.state token-2 fail',
      'pin.state token-1 skip',
      'pin.must-change token-2 pass',
      'pin.must-change token-1 skip',
    ]);
  });

  it('that was never set is told once', async () => {
    const blank = token({ flags: 0x400, pin: pin({ state: 'not_initialised', remaining: null }) });
    expect(await results(blank)).toEqual([
      'pin.initialised token-1 fail',
      'pin.locked undefined skip',
      'pin.state undefined skip',
      'pin.must-change undefined skip',
    ]);
  });

  it('that must be changed first warns', async () => {
    expect(await one(pinMustChange, view({ tokens: [token({ pin: pin({ state: 'must_change' }) })] }))).toMatchObject({
      result: 'warn',
      fix: expect.stringContaining('signet pin change'),
    });
  });
});

describe('pin.locked', () => {
  const locked = token({ pin: pin({ state: 'locked', remaining: NONE, basis: 'token' }) });

  it('leads to the procedure of the one who issued the certificate', async () => {
    const asked: unknown[] = [];
    const facts = { isCa: false, issuer: 'CN=Issuer' };
    const seen = view({
      tokens: [locked],
      contents: async () => ({ certificates: [{ facts } as never], keysWithoutCertificate: [] }),
      procedureFor: (...question) => {
        asked.push(question);
        return 'issuer.unblock';
      },
    });
    expect(await one(pinLocked, seen)).toMatchObject({ procedureId: 'issuer.unblock', href: '/v1/procedures/issuer.unblock' });
    expect(asked[0]).toEqual(['unblock', locked, 'CN=Issuer']);
  });

  it('does so without a certificate too, and says it when there is no procedure', async () => {
    const contents = () => Promise.reject(Object.assign(new Error('gone'), { code: 'token_removed' }));
    const found = await one(pinLocked, view({ tokens: [locked], contents, procedureFor: (_purpose, _token, dn) => String(dn) }));
    expect(found.procedureId).toBe('null');
    expect(await one(pinLocked, view({ tokens: [locked] }))).not.toHaveProperty('procedureId');
  });

  it('tells a blocked PUK, alone and with the PIN', async () => {
    const puk = pin({ state: 'locked', remaining: NONE });
    const alone = await one(pinLocked, view({ tokens: [token({ puk })] }));
    expect(alone).toMatchObject({ result: 'warn', found: expect.stringContaining('PUK') });
    const both = await one(pinLocked, view({ tokens: [token({ pin: puk, puk })] }));
    expect(both).toMatchObject({ result: 'fail', found: expect.stringContaining('both') });
  });
});

describe('pin.state', () => {
  it('says how many tries are left, and how it knows', async () => {
    const low = token({ pin: pin({ state: 'low', remaining: { atLeast: 1, atMost: 2 }, basis: 'token' }) });
    expect(await one(pinState, view({ tokens: [low] }))).toMatchObject({
      result: 'warn',
      found: expect.stringContaining('2 of 3'),
      evidence: { state: 'low', atLeast: 1, atMost: 2, limit: 3, basis: 'token', flagsReliable: 'yes' },
    });
  });

  it.each([
    ['final_try', 'fail'],
    ['ok', 'pass'],
  ] as const)('%s is a %s', async (state, expected) => {
    expect(await one(pinState, view({ tokens: [token({ pin: pin({ state, remaining: null }) })] }))).toMatchObject({
      result: expected,
    });
  });

  it('does not alarm about a card that Signet has not seen in use yet', async () => {
    const fresh = token({ pin: pin({ state: 'unknown', remaining: null, basis: 'none', flagsReliable: 'unproven' }) });
    const { checks, summary } = await run([pinState], view({ tokens: [fresh] }));
    expect(checks).toMatchObject([{ result: 'unknown', fix: null, found: expect.stringContaining('not known yet') }]);
    expect(summary).toMatchObject({ warn: 0, unknown: 1, startHere: null });
  });

  it('warns when the card speaks of wrong PINs and nobody knows how many', async () => {
    const flags = token().flags | FLAG.low;
    const doubtful = token({ flags, pin: pin({ state: 'unknown', remaining: null, basis: 'none' }) });
    expect(await one(pinState, view({ tokens: [doubtful] }))).toMatchObject({
      result: 'warn',
      fix: expect.stringContaining('only if you are certain'),
    });
  });

  it('warns of the last try of the PUK', async () => {
    const seen = view({ tokens: [token({ puk: pin({ state: 'final_try' }) })] });
    expect(await one(pinState, seen)).toMatchObject({ result: 'warn', found: expect.stringContaining('PUK') });
  });
});
