import { createHash } from 'node:crypto';
import { howSure, pinState, type Translate, translator, triesLeft } from '../../messages/index.ts';
import type { BundleDocument, BundlePin, CertificateSection, CheckSection, LogLine } from './document.ts';
import { type Content, element, type Markup } from './html.ts';
import { STYLE } from './style.ts';

/** A finished page and those of its texts that are Signet's own. */
export interface Page {
  html: string;
  said: Set<string>;
}

const NOTHING = '–';
const POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'`;

/** The document as a page for people, in its language: what is wrong and the PINs first, then everything. No script, nothing from outside. */
export function readablePage(document: BundleDocument): Page {
  const writer = new Writer(document);
  const body = element('body', {}, element('main', {}, ...writer.head(), ...writer.summary(), ...writer.details()));
  const head = element(
    'head',
    {},
    { html: '<meta charset="utf-8">' },
    { html: `<meta http-equiv="Content-Security-Policy" content="${POLICY}">` },
    { html: '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">' },
    element('title', {}, writer.say('bundle.page.title', { id: document.id })),
    { html: `<style>${STYLE}</style>` },
  );
  return { html: `<!doctype html>\n${element('html', { lang: document.language }, head, body).html}\n`, said: writer.said };
}

class Writer {
  readonly said = new Set<string>();
  readonly #document: BundleDocument;
  readonly #t: Translate;

  constructor(document: BundleDocument) {
    this.#document = document;
    const t = translator(document.language);
    this.#t = (key, params) => {
      const text = t(key, params);
      this.said.add(text);
      return text;
    };
  }

  say(key: string, params: Readonly<Record<string, string | number>> = {}): string {
    return this.#t(key, params);
  }

  head(): Markup[] {
    const { id, createdAt, fromDaemon } = this.#document;
    return [
      element('h1', {}, this.say('bundle.page.heading')),
      element('p', { class: 'soft' }, this.say('bundle.page.made', { time: this.#time(createdAt) })),
      element('p', { class: 'id' }, id),
      element('p', {}, this.say('bundle.page.read_out')),
      element('p', { class: 'soft' }, this.say('bundle.page.hidden')),
      ...(fromDaemon ? [] : [element('p', { class: 'soft' }, this.say('bundle.page.beside'))]),
    ];
  }

  summary(): Markup[] {
    const { tokens, drivers } = this.#document;
    return [
      element('h2', {}, this.say('bundle.page.cause')),
      ...this.#causes(),
      element('h2', {}, this.say('bundle.page.pins')),
      tokens.length === 0
        ? element('p', {}, this.say('bundle.page.no_tokens'))
        : this.#table(
            ['token', 'model', 'driver', 'pin', 'puk'],
            tokens.map(({ token, manufacturer, model, driver, pin, puk }) => [
              token,
              [manufacturer, model].filter((text) => text !== null && text !== '').join(' ') || NOTHING,
              driver,
              this.#pin(pin),
              this.#pin(puk),
            ]),
          ),
      element('h2', {}, this.say('bundle.page.drivers')),
      drivers.length === 0
        ? element('p', {}, this.say('bundle.page.no_drivers'))
        : this.#table(
            ['driver', 'state', 'version', 'crashes', 'last_error', 'library'],
            drivers.map(({ id, state, version, crashes, lastError, library }) => [
              id,
              state === null
                ? NOTHING
                : element('span', { class: state === 'running' ? 'good' : 'bad' }, this.say(`bundle.state.${state}`)),
              version,
              crashes,
              lastError,
              library,
            ]),
          ),
    ];
  }

  details(): Markup[] {
    const { versions, settings, tokens, diagnostics, attempts, audit, cases, log } = this.#document;
    const { runtime, packages, languages, ...system } = versions;
    const checks = diagnostics?.checks ?? [];
    return [
      element('h2', {}, this.say('bundle.page.details')),
      this.#folded('versions', [this.#list({ ...system, languages: languages.join(' '), ...runtime, ...packages })]),
      this.#folded('settings', [this.#list(settings)]),
      this.#folded(
        'certificates',
        tokens.map((token) => [
          element('h3', {}, token.token),
          this.#list({ serial: token.serial, reader: token.reader, flags: token.flags, error: token.certificatesError }),
          ...(token.certificates ?? []).map((certificate) => this.#certificate(certificate)),
        ]),
      ),
      this.#folded(
        'checks',
        [
          this.#table(
            ['check', 'result', 'found', 'evidence'],
            checks.map((check) => [
              [check.id ?? '', check.subject === null ? null : element('div', { class: 'soft' }, check.subject)],
              this.#result(check),
              [check.found, check.fix === null ? null : element('p', {}, check.fix)],
              Object.entries(check.evidence)
                .map(([name, value]) => `${name}=${value}`)
                .join(' '),
            ]),
          ),
          ...(diagnostics === null || diagnostics.complete
            ? []
            : [element('p', { class: 'unsure' }, this.say('bundle.page.cut_off'))]),
        ],
        checks.length,
      ),
      this.#folded(
        'attempts',
        [
          this.#table(
            ['token', 'kind', 'purpose', 'outcome', 'count', 'first', 'last'],
            attempts.map(({ token, kind, purpose, outcome, rv, count, first, last }) => [
              token,
              kind,
              purpose,
              [outcome ?? NOTHING, rv].filter((text) => text !== null).join(' '),
              count,
              this.#time(first),
              this.#time(last),
            ]),
          ),
        ],
        attempts.length,
      ),
      this.#folded('audit', [
        audit.sound === null
          ? null
          : element(
              'p',
              { class: audit.sound ? 'good' : 'bad' },
              this.say(audit.sound ? 'bundle.page.audit_sound' : 'bundle.page.audit_broken'),
            ),
        this.#table(
          ['day', 'action', 'outcome', 'count'],
          audit.counts.map(({ day, action, outcome, count }) => [day, action, outcome, count]),
        ),
        element('h3', {}, this.say('bundle.page.newest')),
        this.#table(
          ['time', 'caller', 'action', 'outcome', 'token'],
          audit.newest.map(({ at, caller, action, outcome, token }) => [this.#time(at), caller, action, outcome, token]),
        ),
      ]),
      this.#folded(
        'cases',
        [
          this.#table(
            ['procedure', 'state', 'count'],
            cases.map(({ procedureId, state, count }) => [procedureId, state, count]),
          ),
        ],
        cases.reduce((sum, { count }) => sum + count, 0),
      ),
      this.#folded(
        'log',
        [
          ...(log.recording === null
            ? []
            : [element('p', {}, this.say('bundle.page.recorded', { marker: log.recording.marker }))]),
          ...(log.dropped + log.leftOut === 0
            ? []
            : [element('p', { class: 'soft' }, this.say('bundle.page.left_out', { count: log.dropped + log.leftOut }))]),
          log.lines.length === 0
            ? element('p', {}, this.say('bundle.page.none'))
            : element('pre', {}, log.lines.map(lineText).join('\n')),
        ],
        log.lines.length,
      ),
    ];
  }

  #causes(): Markup[] {
    const { diagnostics } = this.#document;
    if (diagnostics === null) return [element('p', { class: 'panel warn' }, this.say('bundle.page.no_diagnostics'))];
    const { startHere } = diagnostics.summary;
    const first = diagnostics.checks.find(({ id, result }) => id === startHere && (result === 'fail' || result === 'warn'));
    if (first === undefined) return [element('div', { class: 'panel pass' }, element('b', {}, this.say('bundle.page.fine')))];
    const others = diagnostics.checks.filter((check) => check !== first && (check.result === 'fail' || check.result === 'warn'));
    return [
      element(
        'div',
        { class: `panel ${first.result}` },
        element('b', {}, first.found ?? first.title ?? ''),
        first.fix === null ? null : element('p', {}, first.fix),
        element('p', { class: 'soft' }, [first.id, first.subject].filter((text) => text !== null).join(' · ')),
      ),
      ...(others.length === 0
        ? []
        : [
            element('h3', {}, this.say('bundle.page.also')),
            element(
              'ul',
              {},
              ...others.map((check) => element('li', {}, this.#result(check), ' ', check.found ?? check.title ?? '')),
            ),
          ]),
    ];
  }

  #result({ result }: CheckSection): Markup {
    const tone = result === 'pass' ? 'good' : result === 'fail' ? 'bad' : result === 'warn' ? 'unsure' : 'soft';
    return element('span', { class: tone }, this.say(`bundle.result.${result ?? 'unknown'}`));
  }

  #pin(pin: BundlePin): Content {
    const tone = pin.state === 'ok' ? 'good' : pin.state === 'locked' || pin.state === 'final_try' ? 'bad' : 'unsure';
    const known = pin.state !== 'not_initialised';
    return [
      element('span', { class: tone }, this.#kept(pinState(pin, this.#t))),
      known ? element('div', { class: 'soft' }, this.#kept(`${triesLeft(pin, this.#t)}, ${howSure(pin, this.#t)}`)) : null,
    ];
  }

  #certificate(certificate: CertificateSection): Markup {
    const { certificate: name, keyUsage, extendedKeyUsage, policies, notBefore, notAfter, ...others } = certificate;
    return this.#list({
      certificate: name,
      ...others,
      valid: notBefore === null || notAfter === null ? null : `${this.#time(notBefore)} → ${this.#time(notAfter)}`,
      keyUsage: keyUsage.join(' '),
      extendedKeyUsage: extendedKeyUsage.join(' '),
      policies: policies.join(' '),
    });
  }

  /** Names of fields as the JSON has them: who looks this deep compares the two. */
  #list(values: Readonly<Record<string, unknown>>): Markup {
    const rows = Object.entries(values).filter(([, value]) => value !== null && value !== undefined && value !== '');
    return element(
      'dl',
      {},
      ...rows.flatMap(([name, value]) => [element('dt', {}, this.#kept(name)), element('dd', {}, String(value))]),
    );
  }

  #table(head: readonly string[], rows: readonly (readonly Content[])[]): Markup {
    if (rows.length === 0) return element('p', { class: 'soft' }, this.say('bundle.page.none'));
    const cells = (kind: 'th' | 'td', row: readonly Content[]): Markup =>
      element(
        'tr',
        {},
        ...row.map((cell) => element(kind, kind === 'th' ? { scope: 'col' } : {}, cell === null || cell === '' ? NOTHING : cell)),
      );
    return element(
      'div',
      { class: 'wide' },
      element(
        'table',
        {},
        element(
          'thead',
          {},
          cells(
            'th',
            head.map((name) => this.say(`bundle.column.${name}`)),
          ),
        ),
        element('tbody', {}, ...rows.map((row) => cells('td', row))),
      ),
    );
  }

  #folded(name: string, contents: readonly Content[], count?: number): Markup {
    const title = this.say(`bundle.section.${name}`);
    return element(
      'details',
      {},
      element('summary', {}, count === undefined ? title : this.#kept(`${title} (${count})`)),
      ...contents,
    );
  }

  #time(iso: string | null): string {
    if (iso === null) return NOTHING;
    const locale = this.#document.language === 'en' ? 'en-GB' : this.#document.language;
    const format = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
    return this.#kept(`${format.format(new Date(iso))} UTC`);
  }

  #kept(text: string): string {
    this.said.add(text);
    return text;
  }
}

/** A line of the log as a line of text. */
export function lineText({ time, level, msg, stack, ...fields }: LogLine): string {
  const told = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  const line = [time, level, msg, ...told].filter((part) => part !== undefined && part !== '').join(' ');
  return Array.isArray(stack) ? [line, ...stack.map((frame) => `    ${frame}`)].join('\n') : line;
}
