import { type Language, translator } from '../messages/index.ts';
import {
  AMPLE,
  askerLine,
  askingLines,
  certificateLines,
  documentLines,
  fileLines,
  type Pen,
  type Room,
  saysLines,
  tokenLine,
  triesLine,
  wayOutLines,
  wishOf,
} from './lines.ts';
import { plain } from './plain.ts';
import type { CertificateCard, Question, QuestionOf, TriesCard } from './question.ts';

/** A question in words, for a face to show. Nothing in it breaks a line or turns the writing direction. */
export interface Words {
  title: string;
  /** Empty ones part what belongs together. The asker, a site by its whole origin, is a line of its own. */
  lines: string[];
  /** What must not be overlooked: why the PIN is asked for again, what the last try means. */
  warning: string | null;
  /** What stands before the field for the PIN; null where nothing is typed. */
  prompt: string | null;
  ok: string;
  /** A second way of saying yes: the pairing for the second of its times, the certificate remembered. */
  other: string | null;
  cancel: string;
}

/**
 * The words of a question. With several certificates to choose from `lines` says only how many there are: the face lists them by
 * `certificateWords`. `room` makes long names shorter where a face is small; origins and digests are never cut.
 */
export function wordsOf(question: Question, language: Language, room: Room = AMPLE): Words {
  const pen: Pen = { t: translator(language), language, room };
  switch (question.kind) {
    case 'pair':
      return pairing(question, pen);
    case 'certificate':
      return choice(question, pen);
    case 'pin':
      return pin(question, pen);
    case 'confirm':
      return consent(question, pen);
    case 'load':
      return loading(question, pen);
    case 'save':
      return saving(question, pen);
    case 'final_try':
      return finalTry(question, pen);
    case 'blocked':
      return blocked(question, pen);
  }
}

/** A certificate among others, the `nth` of so many where that is said: holder, issuer and dates, token. */
export function certificateWords(
  card: CertificateCard,
  language: Language,
  room: Room = AMPLE,
  nth?: { number: number; count: number },
): string[] {
  const pen: Pen = { t: translator(language), language, room };
  return [...certificateLines(card, pen, nth), tokenLine(card.token, pen)];
}

function pairing({ asker, wants, days }: QuestionOf<'pair'>, pen: Pen): Words {
  const { t } = pen;
  const [first, second] = days;
  return {
    title: t('prompt.title.pair'),
    lines: [
      ...askingLines(asker, 'pair', pen),
      '',
      t('prompt.pair_may'),
      ...wants.map((right) => t(`prompt.pair_${right}`)),
      '',
      t('prompt.pair_each'),
    ],
    warning: null,
    prompt: null,
    ok: t('prompt.ok.pair', { count: first ?? 1 }),
    other: second === undefined ? null : t('prompt.ok.pair', { count: second }),
    cancel: t('prompt.cancel.pair'),
  };
}

function choice({ asker, purpose, candidates, rememberDays }: QuestionOf<'certificate'>, pen: Pen): Words {
  const { t, language, room } = pen;
  const wish = `certificate_${purpose}`;
  const [only, another] = candidates;
  const shown =
    only !== undefined && another === undefined
      ? certificateWords(only, language, room)
      : [t('prompt.choose', { count: candidates.length })];
  return {
    title: t(`prompt.title.${wish}`),
    lines: [...askingLines(asker, wish, pen), '', ...shown],
    warning: null,
    prompt: null,
    ok: t(purpose === 'show' ? 'prompt.ok.certificate_show' : 'prompt.ok.certificate'),
    other: rememberDays === null ? null : t('prompt.ok.remember', { days: rememberDays }),
    cancel: t('prompt.cancel.any'),
  };
}

function pin(question: QuestionOf<'pin'>, pen: Pen): Words {
  const { asker, act, certificate, token, tries } = question;
  const { t, room } = pen;
  const wish = wishOf(act);
  const count = act.kind === 'sign' ? act.count : 1;
  const reader = token.pinPad ? ['', t('prompt.on_reader', { reader: plain(token.reader, room.columns) })] : [];
  return {
    title: t(`prompt.title.${wish}`, { count }),
    lines: [
      ...askingLines(asker, wish, pen, count),
      '',
      ...apart(documentLines(act, pen)),
      ...(certificate === null ? [] : certificateLines(certificate, pen)),
      tokenLine(token, pen),
      triesLine(tries, pen),
      ...reader,
    ],
    warning: warningOf(question, pen),
    prompt: token.pinPad ? null : t('prompt.field'),
    ok: token.pinPad ? t('prompt.ok.pad') : t(`prompt.ok.${wish}`, { count }),
    other: null,
    cancel: t('prompt.cancel.any'),
  };
}

/** Why the PIN is asked for again; else that the last try is being used. */
function warningOf({ again, token, tries, waitSeconds }: QuestionOf<'pin'>, { t }: Pen): string | null {
  const last = isLast(tries) ? t('prompt.final_reminder') : null;
  if (again === null) return last;
  const why = t(`prompt.again.${again}`, { min: token.minPinLength, max: token.maxPinLength, seconds: Math.ceil(waitSeconds) });
  return last === null ? why : `${why} ${last}`;
}

function consent({ asker, act, certificate }: QuestionOf<'confirm'>, pen: Pen): Words {
  const { t } = pen;
  const wish = wishOf(act);
  const count = act.kind === 'sign' ? act.count : 1;
  return {
    title: t(`prompt.title.${wish}`, { count }),
    lines: [
      ...askingLines(asker, wish, pen, count),
      '',
      ...apart(documentLines(act, pen)),
      ...certificateLines(certificate, pen),
      tokenLine(certificate.token, pen),
      '',
      t('prompt.pin_entered'),
    ],
    warning: null,
    prompt: null,
    ok: t(`prompt.ok.${wish}`, { count }),
    other: null,
    cancel: t('prompt.cancel.any'),
  };
}

function loading(question: QuestionOf<'load'>, pen: Pen): Words {
  const { t } = pen;
  const wish = question.multiple ? 'load_many' : 'load';
  return {
    title: t(`prompt.title.${wish}`),
    lines: [...askingLines(question.asker, wish, pen), '', ...apart(saysLines(question, pen)), t('prompt.load_only')],
    warning: null,
    prompt: null,
    ok: t(`prompt.ok.${wish}`),
    other: null,
    cancel: t('prompt.cancel.any'),
  };
}

function saving(question: QuestionOf<'save'>, pen: Pen): Words {
  const { t } = pen;
  return {
    title: t('prompt.title.save'),
    lines: [...askingLines(question.asker, 'save', pen), '', ...fileLines(question, pen), '', t('prompt.save_care')],
    warning: null,
    prompt: null,
    ok: t('prompt.ok.save'),
    other: null,
    cancel: t('prompt.cancel.any'),
  };
}

function finalTry({ asker, token, tries, wayOut }: QuestionOf<'final_try'>, pen: Pen): Words {
  const { t } = pen;
  const form = isLast(tries) ? 'final' : 'final_maybe';
  return {
    title: t(`prompt.title.${form}`),
    lines: [
      t(`prompt.${asker.kind}.asked`),
      askerLine(asker),
      '',
      tokenLine(token, pen),
      triesLine(tries, pen),
      '',
      t('prompt.final_unsure'),
      ...wayOutLines(wayOut, pen),
    ],
    warning: t(`prompt.${form}`),
    prompt: null,
    ok: t(`prompt.ok.${form}`),
    other: null,
    cancel: t('prompt.cancel.final'),
  };
}

function blocked({ asker, token, wayOut }: QuestionOf<'blocked'>, pen: Pen): Words {
  const { t } = pen;
  return {
    title: t('prompt.title.blocked'),
    lines: [
      tokenLine(token, pen),
      t(`prompt.${asker.kind}.asked`),
      askerLine(asker),
      '',
      t('prompt.blocked_calm'),
      '',
      ...wayOutLines(wayOut, pen),
    ],
    warning: null,
    prompt: null,
    ok: t('prompt.ok.close'),
    other: null,
    cancel: t('prompt.ok.close'),
  };
}

/** Whether the next wrong PIN blocks the token for sure: there is but one try. */
function isLast({ state, remaining }: TriesCard): boolean {
  return state === 'final_try' || remaining?.atMost === 1;
}

/** Lines with a blank one behind, if there are any. */
function apart(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [...lines, ''];
}
