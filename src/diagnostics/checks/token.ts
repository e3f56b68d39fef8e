import { FLAG } from '../../tokens/index.ts';
import type { Check, Finding } from '../check.ts';
import type { TokenView, View } from '../view.ts';
import { nameOf, ofAll } from './shown.ts';

/** Flags of CK_TOKEN_INFO that only the doctor looks at (PKCS#11 2.40 table 6). */
const WRITE_PROTECTED = 0x2;
const ERROR_STATE = 0x1000000;

/** Whether any card or key is seen at all. What a service, reader or driver keeps from being seen is told by their checks. */
export const tokenPresent: Check = {
  id: 'token.present',
  severity: 'error',
  dependsOn: [
    'driver.found',
    'driver.loads',
    'driver.initialises',
    'pcsc.service',
    'reader.present',
    'card.present',
    'card.recognised',
  ],
  passesAnyway: true,
  timeout: 12_000,
  async run(view) {
    const tokens = await view.tokens();
    if (tokens.length === 0) return { result: 'fail', variant: 'none', evidence: { tokens: 0 } };
    return { result: 'pass', evidence: { tokens: tokens.length } };
  },
};

/** A token fresh from the factory has neither label nor PINs: nothing can be done with it yet. */
export const tokenInitialised: Check = {
  id: 'token.initialised',
  severity: 'error',
  dependsOn: ['token.present'],
  run: (view) =>
    each(view, (token) => ((token.flags & FLAG.initialised) !== 0 ? undefined : { result: 'fail', variant: 'blank' })),
};

/** Some tokens report an internal failure of their own; others merely refuse. */
export const tokenErrorState: Check = {
  id: 'token.error-state',
  severity: 'error',
  dependsOn: ['token.present'],
  run: (view) => each(view, (token) => ((token.flags & ERROR_STATE) === 0 ? undefined : { result: 'fail', variant: 'error' })),
};

/** Without writing, neither a new PIN nor a renewed certificate can be stored. */
export const tokenWriteProtected: Check = {
  id: 'token.write-protected',
  severity: 'notice',
  dependsOn: ['token.present', 'token.error-state'],
  run: (view) =>
    each(view, (token) => ((token.flags & WRITE_PROTECTED) === 0 ? undefined : { result: 'warn', variant: 'protected' })),
};

/**
 * Tries are counted per manufacturer, model, serial number and label. A serial number that every token of a kind carries
 * (openCryptoki: always "123"), or two tokens alike in all four, make one count of several.
 */
export const tokenIdentityStable: Check = {
  id: 'token.identity-stable',
  severity: 'notice',
  dependsOn: ['token.present'],
  async run(view) {
    const tokens = await view.tokens();
    return each(view, (token) => {
      const twins = tokens.filter((other) => other.driverId === token.driverId && identity(other) === identity(token)).length;
      if (twins > 1) return { result: 'warn', variant: 'twins', params: { count: twins }, evidence: { twins } };
      if (isConstant(token.serial))
        return { result: 'warn', variant: 'constant', evidence: { serialLength: token.serial.length } };
      return undefined;
    });
  },
};

function identity({ manufacturer, model, serial, label }: TokenView): string {
  return JSON.stringify([manufacturer, model, serial, label]);
}

/** Empty, one character again and again, or counting up from 0 or 1: nobody's own number. */
function isConstant(serial: string): boolean {
  return /^(.?)\1*$/.test(serial) || '01234567890123456'.includes(serial);
}

/** One finding per token: what `look` says of it, or that all is well, each with the token's name. */
async function each(view: View, look: (token: TokenView) => Finding | undefined): Promise<readonly Finding[]> {
  const tokens = await view.tokens();
  const findings = tokens.map((token) => {
    const found: Finding = look(token) ?? { result: 'pass' };
    return { ...found, subject: token.id, params: { label: nameOf(token), ...found.params } };
  });
  return ofAll(tokens, findings);
}
