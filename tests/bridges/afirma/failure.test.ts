import { describe, expect, it } from 'vitest';
import { AfirmaFailure, type Family, failureFrame, failureOf } from '../../../src/bridges/afirma/failure.ts';
import { ERROR_CODES, type ErrorCode, type ErrorFacts, SignetError } from '../../../src/errors/index.ts';
import { LANGUAGES } from '../../../src/messages/index.ts';

const FAMILIES: Family[] = ['sign', 'select', 'batch'];
const PIN = {
  state: 'low',
  remaining: { atLeast: 1, atMost: 1 },
  limit: 3,
  basis: 'token',
  flagsReliable: 'yes',
  observedAt: '2026-01-01T00:00:00.000Z',
};

function frames(code: ErrorCode, facts: ErrorFacts = {}, family: Family = 'sign'): [string, string] {
  const failure = failureOf(new SignetError(code, facts), family);
  const head = (frame: string): string => frame.replace(/(?: -|:) .*$/s, '');
  return [head(failureFrame(failure, true, 'en')), head(failureFrame(failure, false, 'en'))];
}

describe('an error of Signet', () => {
  it.each(ERROR_CODES)('is a frame of the protocol in every language: %s', (code) => {
    for (const family of FAMILIES)
      for (const language of LANGUAGES) {
        const failure = failureOf(new SignetError(code, { pin: PIN, params: { rv: 'CKR_X', seconds: 5 } }), family);
        const modern = failureFrame(failure, true, language);
        expect(modern).toMatch(/^err-(?:00:=AF\d{6}|11:=AF500001) - \S[^\r\n{}]{8,}$/);
        expect(modern).not.toMatch(/1 (?:try|intento|essai)/);
        expect(failureFrame(failure, false, language)).toMatch(/^(?:CANCEL|SAF_\d\d: \S[^\r\n{}]{8,})$/);
      }
  });

  it.each<[ErrorCode, string, string]>([
    ['pin_locked', 'err-00:=AF511004', 'SAF_52'],
    ['prompt_cancelled', 'err-11:=AF500001', 'CANCEL'],
    ['prompt_timeout', 'err-11:=AF500001', 'CANCEL'],
    ['prompt_unavailable', 'err-00:=AF200108', 'SAF_08'],
    ['token_removed', 'err-00:=AF201113', 'SAF_08'],
    ['driver_crashed', 'err-00:=AF201113', 'SAF_08'],
    ['attempt_indeterminate', 'err-00:=AF201113', 'SAF_08'],
    ['algorithm_unsupported', 'err-00:=AF200110', 'SAF_51'],
    ['driver_refused', 'err-00:=AF200111', 'SAF_09'],
    ['origin_not_paired', 'err-00:=AF420001', 'SAF_13'],
    ['rate_limited', 'err-00:=AF200115', 'SAF_09'],
  ])('has its own number: %s', (code, modern, old) => {
    expect(frames(code)).toEqual([modern, old]);
  });

  it('after a wrong PIN is the wrong PIN, also for the person who then stops', () => {
    expect(frames('prompt_cancelled', { cause: new SignetError('pin_incorrect', { pin: PIN }) })[0]).toBe('err-00:=AF501003');
  });

  it('for want of a certificate has a number for each operation', () => {
    expect(FAMILIES.map((family) => frames('no_certificate', {}, family)[0].slice(-8))).toEqual([
      'AF501001',
      'AF502001',
      'AF504001',
    ]);
  });

  it('that nobody foresaw says nothing of itself', () => {
    const failure = failureOf(new Error('secret 123456'), 'sign');
    expect(failureFrame(failure, true, 'en')).toBe('err-00:=AF200115 - Something went wrong while signing.');
    expect(failureOf(new AfirmaFailure('policy'), 'batch').kind).toBe('policy');
  });
});
