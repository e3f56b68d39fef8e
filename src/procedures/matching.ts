import { compilePattern } from './pattern.ts';
import type { Match } from './procedure.ts';

/** What is known of whoever needs a procedure. Names as the certificate (RFC 4514) and the token tell them; ATR in hex. */
export interface Situation {
  issuerDn?: string | undefined;
  token?: { manufacturer: string; model: string; atr?: string | undefined } | undefined;
}

/**
 * How well a procedure fits: the number of its lists that do, and a half more when the issuer is among them, because the issuer
 * knows better than the maker of the token; 0 when one list does not fit, or when it has none.
 */
export type Fit = (situation: Situation) => number;

/** Makes a procedure's rules ready to be asked. The patterns were checked when the file was read. */
export function fitOf(match: Match): Fit {
  const rules = [
    { tests: match.issuerDn.map(compilePattern), of: ({ issuerDn }: Situation) => issuerDn },
    { tests: match.tokenManufacturer.map(compilePattern), of: ({ token }: Situation) => token?.manufacturer },
    { tests: match.tokenModel.map(compilePattern), of: ({ token }: Situation) => token?.model },
    { tests: match.atr.map(atrTest), of: ({ token }: Situation) => token?.atr },
  ].filter(({ tests }) => tests.length > 0);
  return (situation) => {
    const fits = rules.every(({ tests, of }) => {
      const text = of(situation);
      return text !== undefined && tests.some((test) => test(text));
    });
    return fits ? rules.length + (match.issuerDn.length > 0 ? 0.5 : 0) : 0;
  };
}

function atrTest(pattern: string): (atr: string) => boolean {
  const wanted = [...pattern.toUpperCase()];
  return (text) => {
    const atr = text.replace(/[\s:-]/g, '').toUpperCase();
    return atr.length === wanted.length && wanted.every((nibble, n) => nibble === '.' || nibble === atr[n]);
  };
}
