import { type Language, type Translate, translator } from '../messages/index.ts';
import { ageOf } from './age.ts';
import { dateInWords } from './date.ts';
import { type FactView, factsOf } from './facts.ts';
import { nameIn } from './name.ts';
import { inOrder } from './order.ts';
import type { Actor, Channel, Contact, Need, Pathway, Procedure, Purpose, Source, Step, Texts } from './procedure.ts';

/** Whom to turn to, in lines as they can be shown. */
export interface ContactView {
  id: string;
  name: string;
  email: string | null;
  phone: string | null;
  address: string[] | null;
  url: string | null;
  note: string | null;
  /** All of it below the name, line by line; what is old says so, and when nothing is published that is said. */
  lines: string[];
}

export interface StepView {
  number: number;
  id: string;
  who: Actor;
  whoText: string;
  action: string;
  details: string[];
  needs: { id: string; kind: Need['kind']; text: string }[];
  channel: Channel;
  channelText: string;
  contact: ContactView | null;
  /** `sentence` says who has to do what. */
  waitsFor: { from: Actor; text: string; sentence: string } | null;
  /** Numbers of the steps that come first. */
  after: number[];
  afterText: string | null;
  notBefore: string | null;
  onlyIf: string | null;
}

export interface SourceView {
  id: string;
  title: string;
  url: string | null;
  /** When it was published and updated, in words; says so when it has no date. */
  dates: string;
  note: string | null;
}

/** A procedure as it is shown: every text in one language, nothing left to work out. */
export interface ProcedureView {
  id: string;
  language: Language;
  title: string;
  issuer: string;
  programme: string | null;
  /** That other offices of the same issuer may do it otherwise; null where there is only one way. */
  programmeText: string | null;
  countryCode: string | null;
  country: string | null;
  purpose: Purpose;
  purposeText: string;
  pathway: Pathway;
  pathwayText: string;
  summary: string[];
  /** How old all this is, when it is old or nobody knows. */
  age: string | null;
  tries: number | null;
  steps: StepView[];
  /** In place of steps where no source tells any. */
  noSteps: string | null;
  facts: FactView[];
  /** For a time line: how many days before its end a certificate may be renewed; null when no source tells. */
  renewalOpensDaysBefore: number | null;
  contacts: ContactView[];
  risks: string[];
  cautions: string[];
  sources: SourceView[];
  verified: string;
  verifiedText: string;
  confidence: Procedure['confidence'];
  confidenceText: string;
}

/** A procedure in a list. */
export type ShortView = Pick<
  ProcedureView,
  | 'id'
  | 'title'
  | 'issuer'
  | 'programme'
  | 'countryCode'
  | 'purpose'
  | 'purposeText'
  | 'pathway'
  | 'pathwayText'
  | 'tries'
  | 'confidence'
>;

/**
 * Renders a procedure in a language as of `now`. Steps stand in an order in which they can be done; what no source tells is
 * said to be unpublished; what was stated more than two years ago carries its date.
 */
export function render(procedure: Procedure, language: Language, now: Date): ProcedureView {
  const t = translator(language);
  const say = (texts: Texts): string => texts[language];
  const sayOrNull = (texts: Texts | null): string | null => texts?.[language] ?? null;
  const age = ageOf(procedure.sources, language, now);
  const contacts = procedure.contacts.map((contact) => contactView(contact, language, age.suffix, t));
  const steps = inOrder(procedure.steps);
  const stepView = (step: Step, index: number): StepView => {
    const { id, who, channel, waitsFor } = step;
    const after = steps.flatMap((other, n) => (step.after.includes(other.id) ? [n + 1] : []));
    return {
      number: index + 1,
      id,
      who,
      whoText: t(`procedures.who.${who}`),
      action: say(step.action),
      details: step.details.map(say),
      needs: step.needs.map((need) => ({ id: need.id, kind: need.kind, text: say(need.text) })),
      channel,
      channelText: t(`procedures.channel.${channel}`),
      contact: contacts.find((contact) => contact.id === step.contact) ?? null,
      waitsFor: waitsFor === null ? null : { from: waitsFor.from, ...waiting(waitsFor.from, say(waitsFor.text), t) },
      after,
      afterText:
        after.length === 0
          ? null
          : t('procedures.after', { count: after.length, steps: new Intl.ListFormat(language).format(after.map(String)) }),
      notBefore: sayOrNull(step.notBefore),
      onlyIf: sayOrNull(step.onlyIf),
    };
  };
  const short = renderShort(procedure, language);
  return {
    ...short,
    language,
    programmeText: short.programme === null ? null : t('procedures.through', { name: short.programme, issuer: procedure.issuer }),
    country: countryName(procedure.country, language),
    summary: procedure.summary.map(say),
    age: age.sentence,
    steps: steps.map(stepView),
    noSteps: steps.length === 0 && procedure.pathway === 'unknown' ? t('procedures.not_published') : null,
    facts: factsOf(procedure, language, age.suffix, now),
    renewalOpensDaysBefore: procedure.renewalWindow?.opensDaysBefore ?? null,
    contacts,
    risks: procedure.risks.map(say),
    cautions: procedure.cautions.map(say),
    sources: procedure.sources.map((source) => sourceView(source, sayOrNull(source.note), language, t)),
    verified: procedure.verified,
    verifiedText: t('procedures.verified', { date: dateInWords(procedure.verified, language) }),
    confidenceText: t(`procedures.confidence.${procedure.confidence}`),
  };
}

/** What a list shows of a procedure. */
export function renderShort(procedure: Procedure, language: Language): ShortView {
  const t = translator(language);
  const { id, issuer, programme, purpose, pathway, tries, confidence } = procedure;
  return {
    id,
    title: procedure.title[language],
    issuer: procedure.match.generic ? t('procedures.any_issuer') : issuer,
    programme: programme === null ? null : nameIn(programme, language),
    countryCode: procedure.country,
    purpose,
    purposeText: t(`procedures.purpose.${purpose}`),
    pathway,
    pathwayText: t(`procedures.pathway.${pathway}`),
    tries,
    confidence,
  };
}

function waiting(from: Actor, text: string, t: Translate): { text: string; sentence: string } {
  return { text, sentence: t('procedures.wait', { who: t(`procedures.who.${from}`), what: text }) };
}

function contactView(contact: Contact, language: Language, suffix: string | null, t: Translate): ContactView {
  const { id, email, phone, address, url } = contact;
  const name = nameIn(contact.name, language);
  const note = contact.note?.[language] ?? null;
  const published = [...beyondName(name, address ?? []), email, phone, url].filter((line) => line !== null);
  const nothing = published.length === 0 && note === null;
  const told = [...published, published.length === 0 ? null : suffix, note, nothing ? t('procedures.not_published') : null];
  return { id, name, email, phone, address, url, note, lines: told.filter((line) => line !== null) };
}

/** The lines of an address that the name above them does not say already. */
function beyondName(name: string, address: readonly string[]): string[] {
  const said = name.split(', ');
  const first = address.findIndex((line, index) => line !== said[index]);
  return address.slice(first < 0 ? address.length - 1 : first);
}

function sourceView(source: Source, note: string | null, language: Language, t: Translate): SourceView {
  const { id, title, url, published, updated } = source;
  const dates = [
    published === null ? null : t('procedures.published', { date: dateInWords(published, language) }),
    updated === null ? null : t('procedures.updated', { date: dateInWords(updated, language) }),
  ].filter((each) => each !== null);
  return { id, title, url, dates: dates.length === 0 ? t('procedures.undated') : dates.join(', '), note };
}

function countryName(code: string | null, language: Language): string | null {
  return code === null ? null : (new Intl.DisplayNames([language], { type: 'region' }).of(code) ?? code);
}
