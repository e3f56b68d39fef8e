import type { View } from '../diagnostics/index.ts';
import type { Procedures } from '../procedures/index.ts';

/** What the doctor asks of the issuers' procedures: when a certificate may be renewed, and which way leads out. */
export type Ways = Pick<View, 'renewalOpens' | 'procedureFor'>;

/** The procedures, as the doctor asks for them. */
export function waysOf(procedures: Pick<Procedures, 'match' | 'renewalOpens'>): Ways {
  return {
    renewalOpens: (issuerDn) => procedures.renewalOpens(issuerDn),
    procedureFor: (purpose, token, issuerDn) => {
      const found = procedures.match({
        purpose,
        ...(token === null ? {} : { token: { manufacturer: token.manufacturer, model: token.model } }),
        ...(issuerDn === null ? {} : { issuerDn }),
      });
      return found?.id ?? null;
    },
  };
}
