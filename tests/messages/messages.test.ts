import { describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/errors/index.ts';
import {
  errorTexts,
  howSure,
  LANGUAGES,
  type PinFacts,
  pickLanguage,
  pinState,
  translator,
  triesLeft,
} from '../../src/messages/index.ts';

const pin = (state: PinFacts['state'], atLeast: number | null, atMost = atLeast ?? 0): PinFacts => ({
  state,
  remaining: atLeast === null ? null : { atLeast, atMost },
  basis: 'ledger',
  flagsReliable: 'unproven',
});

describe('pickLanguage', () => {
  it('takes the configured language before the header before the environment', () => {
    expect(pickLanguage({ configured: 'es', acceptLanguage: 'fr', env: { LANG: 'en_GB' } })).toBe('es');
    expect(pickLanguage({ acceptLanguage: 'fr', env: { LANG: 'es_ES' } })).toBe('fr');
    expect(pickLanguage({ env: { LANG: 'es_ES.UTF-8' } })).toBe('es');
    expect(pickLanguage()).toBe('en');
  });

  it('passes over what there is no catalogue for', () => {
    expect(pickLanguage({ configured: 'de', acceptLanguage: 'de, nl;q=0.8, fr-CA;q=0.5, en;q=0.1' })).toBe('fr');
  });

  it('follows the weights of Accept-Language, and leaves out what is not acceptable', () => {
    expect(pickLanguage({ acceptLanguage: 'en;q=0.3, es;q=0.9, fr;q=0.5' })).toBe('es');
    expect(pickLanguage({ acceptLanguage: 'fr;q=0, es;q=0.1' })).toBe('es');
    expect(pickLanguage({ acceptLanguage: ';;;,=,fr;q=x' })).toBe('en');
    expect(pickLanguage({ acceptLanguage: 'x'.repeat(100_000) })).toBe('en');
  });

  it('lets the first variable that is set decide, even for English', () => {
    expect(pickLanguage({ env: { LC_ALL: 'C', LANG: 'fr_FR' } })).toBe('en');
    expect(pickLanguage({ env: { LC_ALL: '', LC_MESSAGES: 'fr_FR.UTF-8', LANG: 'es_ES' } })).toBe('fr');
  });
});

describe('translator', () => {
  it('fills placeholders as they are: neither HTML, nor another placeholder, nor another text', () => {
    const t = translator('en');
    expect(t('cli.login.done', { label: `<b>&"'{{label}} $t(pin.state_ok)` })).toBe(
      `PIN accepted: <b>&"'{{label}} $t(pin.state_ok)`,
    );
  });

  it('counts in each language', () => {
    expect(LANGUAGES.map((language) => translator(language)('pin.left_exact', { count: 1 }))).toEqual([
      '1 try left',
      'il reste 1 essai',
      'queda 1 intento',
    ]);
    expect(LANGUAGES.map((language) => translator(language)('pin.left_exact', { count: 3 }))).toEqual([
      '3 tries left',
      'il reste 3 essais',
      'quedan 3 intentos',
    ]);
  });

  it('returns an unknown key as it is and speaks English where it knows no other', () => {
    expect(translator('fr')('no.such.key')).toBe('no.such.key');
    expect(translator('de')('pin.state_ok')).toBe('in order');
  });
});

describe('PIN texts', () => {
  const t = translator('en');

  it('never say more than is known', () => {
    expect(triesLeft(pin('ok', 3), t)).toBe('3 tries left');
    expect(triesLeft(pin('low', 1, 2), t)).toBe('1 or 2 tries left');
    expect(triesLeft(pin('unknown', 0, 3), t)).toBe('between 0 and 3 tries left');
    expect(triesLeft(pin('locked', 0), t)).toBe('no tries left');
    expect(triesLeft(pin('unknown', null), t)).toBe('number of tries left unknown');
  });

  it('tell a flag that has proved itself from one that has not', () => {
    const flags = { ...pin('ok', 3), basis: 'token' as const };
    expect(howSure({ ...flags, flagsReliable: 'yes' }, t)).not.toBe(howSure({ ...flags, flagsReliable: 'unproven' }, t));
    for (const basis of ['card', 'ledger', 'none'] as const) expect(howSure({ ...flags, basis }, t)).not.toContain('pin.');
    expect(pinState(pin('must_change', 3), t)).toBe('must be changed');
  });
});

describe('errorTexts', () => {
  it('leaves no placeholder and no blank behind, whatever is missing', () => {
    for (const code of ERROR_CODES) {
      for (const language of LANGUAGES) {
        const { title, detail, nextStep } = errorTexts(code, {}, language);
        for (const text of [title, detail, nextStep ?? '']) expect(text, `${code} ${language}`).not.toMatch(/\{\{|\}\}| {2}|\s$/);
      }
    }
  });

  it('tells the tries that are left', () => {
    expect(errorTexts('pin_incorrect', { pin: pin('low', 2) }, 'en').detail).toBe(
      'The card or key did not accept this PIN. 2 tries left.',
    );
    expect(errorTexts('pin_incorrect', { pin: pin('low', 2) }, 'fr').detail).toBe(
      "La carte ou la clé n'a pas accepté ce code PIN. Il reste 2 essais.",
    );
    expect(errorTexts('pin_incorrect', {}, 'es').detail).toBe('La tarjeta o llave no ha aceptado este PIN.');
  });

  it('uses the variant, and the general text for one that it does not know', () => {
    const general = errorTexts('algorithm_unsupported', { params: { algorithm: 'PS256' } });
    expect(errorTexts('algorithm_unsupported', { variant: 'token', params: { algorithm: 'PS256' } }).detail).toBe(
      'The card or key cannot make signatures with PS256.',
    );
    expect(errorTexts('algorithm_unsupported', { variant: 'title', params: { algorithm: 'PS256' } })).toEqual(general);
    expect(errorTexts('pin_state_unknown', { variant: 'not_initialised' }).nextStep).toContain('first PIN');
  });
});
