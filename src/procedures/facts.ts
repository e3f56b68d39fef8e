import { type Language, type Translate, translator } from '../messages/index.ts';
import { isOld, withAge } from './age.ts';
import { dateInWords } from './date.ts';
import type { Fee, Procedure, Purpose, RenewalWindow } from './procedure.ts';

export const FACT_KEYS = ['tries', 'fee', 'turnaround', 'validity', 'renewal', 'afterPukBlocked'] as const;
export type FactKey = (typeof FACT_KEYS)[number];

/** One thing that people ask: its name, and the answer or that none is published. */
export interface FactView {
  key: FactKey;
  label: string;
  text: string;
  /** False when the text says that nothing is published. */
  known: boolean;
}

/** What somebody with this purpose wants to know, and is told to be unpublished where it is. */
const ASKED: Readonly<Record<Purpose, readonly FactKey[]>> = {
  unblock: ['tries', 'fee', 'turnaround', 'afterPukBlocked'],
  obtain: ['fee', 'turnaround', 'validity', 'renewal'],
  renew: ['fee', 'turnaround', 'validity', 'renewal'],
  revoke: ['fee', 'turnaround'],
};

/** The facts of a procedure: all that are known, and of the unknown those that matter for its purpose. */
export function factsOf(procedure: Procedure, language: Language, suffix: string | null, now: Date): FactView[] {
  const t = translator(language);
  const { tries, turnaround, validity, renewalWindow, afterPukBlocked } = procedure;
  const texts: Record<FactKey, string | null> = {
    tries: tries === null ? null : withAge(t('procedures.tries', { count: tries }), suffix),
    fee: feeText(procedure, language, suffix, now),
    turnaround: turnaround === null ? null : withAge(turnaround[language], suffix),
    validity: validity === null ? null : withAge(validity[language], suffix),
    renewal: renewalText(renewalWindow, language, suffix, t),
    afterPukBlocked: afterPukBlocked === null ? null : withAge(afterPukBlocked[language], suffix),
  };
  return FACT_KEYS.flatMap((key) => {
    const text = texts[key];
    const asked = procedure.pathway !== 'none' && ASKED[procedure.purpose].includes(key);
    if (text === null && !asked) return [];
    return [{ key, label: t(`procedures.fact.${key}`), text: text ?? t('procedures.not_published'), known: text !== null }];
  });
}

function feeText({ fee, free }: Procedure, language: Language, suffix: string | null, now: Date): string | null {
  const t = translator(language);
  if (fee === null && free === null) return null;
  if (fee === null) return withAge(t(free === true ? 'procedures.fee.free' : 'procedures.fee.not_free'), suffix);
  const parts = [t(`procedures.fee.${taxWord(fee)}`, { amount: amountText(fee, language) })];
  if (fee.payableTo !== null) parts.push(t('procedures.fee.payable', { name: fee.payableTo }));
  const date = dateInWords(fee.asOf, language);
  const stated = t(isOld(fee.asOf, now) ? 'procedures.fee.stated_long_ago' : 'procedures.fee.stated', { date });
  return [`${parts.join(', ')} ${stated}`, fee.note?.[language]].filter((part) => part !== undefined).join('. ');
}

function taxWord({ taxIncluded }: Fee): string {
  if (taxIncluded === null) return 'plain';
  return taxIncluded ? 'with_tax' : 'without_tax';
}

/** An amount with as many decimals as its source gave it. */
function amountText({ amount, currency }: Fee, language: Language): string {
  const digits = amount.split('.')[1]?.length ?? 0;
  const locale = language === 'en' ? 'en-GB' : language;
  const format = { style: 'currency', currency, minimumFractionDigits: digits, maximumFractionDigits: digits } as const;
  return new Intl.NumberFormat(locale, format).format(Number(amount));
}

function renewalText(window: RenewalWindow | null, language: Language, suffix: string | null, t: Translate): string | null {
  if (window === null) return null;
  const { opensDaysBefore: opens, closesDaysAfter: closes, note } = window;
  if (note !== null) return withAge(note[language], suffix);
  if (opens === null && closes === null) return null;
  const begin = opens === null ? 'any' : 'from';
  const end = closes === null ? 'open' : closes === 0 ? 'valid' : 'until';
  return withAge(t(`procedures.renewal.${begin}_${end}`, { opens: opens ?? 0, closes: closes ?? 0 }), suffix);
}
