import { basename } from 'node:path';
import { foldWord } from './fold.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { readerSerials } from './reader.ts';
import type { BundleCertificate, BundleMachine, BundleToken } from './rooms.ts';
import { attributesOf } from './subject.ts';

/** What was read of the machine, for its personal values. */
export interface Sources {
  machine: BundleMachine;
  tokens: readonly BundleToken[];
  certificates: readonly BundleCertificate[];
  /** Names of drivers, libraries and the like, which are the same for everybody. */
  publicTexts: readonly string[];
  clients: readonly string[];
  /** Callers as the audit trail has them. */
  callers: readonly string[];
  /** Ids and identities of tokens that may not be plugged in now. */
  tokenIds: readonly string[];
  cases: readonly string[];
}

/** Words of labels, accounts and computers that say nothing about anybody. */
const GENERIC = new Set(
  `admin administrator auth authentication card certificate cert cipher debian default desktop device driver encryption guest
  home host key laptop linux local localhost localdomain machine node nobody openpgp pin pin1 pin2 pinpad pki piv practice
  private public puk reader root runner security server service sign signature signet slot smart smartcard softhsm student
  system test testing token info warn error debug trace fatal caller driver reason detail status method route event state
  kind phase begin end get post delete ok pass fail skip unknown local login logout sign ubuntu usb user vagrant windows work yubikey`.split(
    /\s+/,
  ),
);
/** Attributes of a subject that name a person, word by word; the others are taken as a whole. */
const OF_PERSONS = new Set(['CN', 'GN', 'SN', 'pseudonym', 'initials']);
const OF_NUMBERS = new Set(['serialNumber', 'UID', 'organizationIdentifier']);

/** Has everything personal that Signet can know of looked for: to be called before any text is cleaned. */
export function knowPersonal(pseudonyms: Pseudonyms, sources: Sources): void {
  const publicWords = new Set(sources.publicTexts.flatMap(wordsOf));
  const know = new Knowing(pseudonyms, publicWords);
  for (const token of sources.tokens) know.token(token);
  for (const id of sources.tokenIds) pseudonyms.know('token', id);
  for (const certificate of sources.certificates) know.certificate(certificate);
  know.machine(sources.machine);
  for (const client of sources.clients) know.client(`client:${client}`);
  for (const caller of sources.callers) if (caller !== 'local') know.client(caller);
  for (const value of sources.cases) know.person('case', value);
}

class Knowing {
  readonly #pseudonyms: Pseudonyms;
  readonly #public: ReadonlySet<string>;

  constructor(pseudonyms: Pseudonyms, publicWords: ReadonlySet<string>) {
    this.#pseudonyms = pseudonyms;
    this.#public = publicWords;
  }

  token({ id, identity, label, serial, reader }: BundleToken): void {
    const name = this.#pseudonyms.know('token', id);
    this.#pseudonyms.know('token', identity, name);
    if (this.#tells(label)) this.#pseudonyms.know('token', label, name);
    this.#words(label);
    this.#serial(serial);
    for (const found of readerSerials(reader)) this.#serial(found);
  }

  certificate({ ids, label, keyId, facts }: BundleCertificate): void {
    for (const id of ids)
      this.#pseudonyms.know('cert', id, ids[0] === undefined ? undefined : this.#pseudonyms.name('cert', ids[0]));
    if (keyId.length >= 8) this.#pseudonyms.know('hex', keyId);
    this.person('name', label);
    if (facts === null) return;
    this.#number(facts.serialNumber);
    if (facts.subjectKeyId !== null) this.#pseudonyms.know('hex', facts.subjectKeyId);
    if (facts.isCa) return;
    const issuer = facts.subject === facts.issuer ? '' : ` ${foldWord(facts.issuer)} `;
    for (const { type, value } of attributesOf(facts.subject)) {
      if (OF_PERSONS.has(type)) this.person('name', value);
      else if (OF_NUMBERS.has(type)) this.#id(value);
      else if (type === 'emailAddress') this.#pseudonyms.know('email', value);
      // What the issuer's own name says too is public: the country, the ministry.
      else if (type !== 'C' && !issuer.includes(` ${foldWord(value)} `)) this.#pseudonyms.know('org', value);
    }
  }

  machine({ user, home, hostname, env }: BundleMachine): void {
    const users = [user, basename(home), env.USER, env.LOGNAME, env.USERNAME, env.SUDO_USER];
    for (const value of users) this.#plainly('user', value);
    for (const value of [hostname, hostname.split('.', 1)[0], env.HOSTNAME, env.COMPUTERNAME]) this.#plainly('host', value);
    for (const value of [env.EMAIL, env.DEBEMAIL]) if (value) this.#pseudonyms.know('email', value);
    for (const [name, value] of Object.entries(env)) {
      if (/^(?:https?|ftp|all|socks)_proxy$/i.test(name) && value) this.#proxy(value);
    }
  }

  client(caller: string): void {
    const name = this.#pseudonyms.know('client', caller);
    const bare = caller.slice(caller.indexOf(':') + 1);
    if (this.#tells(bare)) this.#pseudonyms.know('client', bare, name);
  }

  /** A name or the like: as a whole, and each word of it. */
  person(kind: 'name' | 'case', value: string): void {
    if (this.#tells(value)) this.#pseudonyms.know(kind, value);
    this.#words(value);
  }

  #words(text: string): void {
    for (const word of text.split(/[^\p{L}\p{N}\p{M}'’]+/u)) {
      const folded = foldWord(word);
      if (folded.replace(/\P{L}/gu, '').length >= 3 && this.#tells(word)) this.#pseudonyms.know('name', word);
      else if (/\d{5}/.test(folded)) this.#id(word);
    }
  }

  #id(value: string): void {
    const name = this.#pseudonyms.know('id', value);
    // `PNOEE-38001085718`, `IDCES-00000014Z`: the number alone, too (ETSI EN 319 412-1, 5.1.3).
    const [, number] = /^[A-Z]{3}[A-Z]{2}[-:](.+)$/i.exec(value) ?? [];
    if (number !== undefined) this.#pseudonyms.know('id', number, name);
  }

  /** A token's or reader's serial number, as it is printed. */
  #serial(value: string): void {
    if (value.length < 4) return;
    const name = this.#pseudonyms.know('serial', value);
    const bare = value.replace(/^0+/, '');
    if (bare.length >= 5) this.#pseudonyms.know('serial', bare, name);
    for (const written of [value, bare]) {
      if (!/^(?:[0-9a-f]{2}){4,}$/i.test(written)) continue;
      this.#pseudonyms.know('serial', (written.match(/../g) ?? []).join(' '), name);
    }
  }

  /** A certificate's serial number: hex in any of its spellings, or decimal. */
  #number(hex: string): void {
    this.#serial(hex);
    if (!/^[0-9a-f]{6,}$/i.test(hex)) return;
    this.#pseudonyms.know('serial', BigInt(`0x${hex}`).toString(), this.#pseudonyms.name('serial', hex));
  }

  #plainly(kind: 'user' | 'host', value: string | undefined): void {
    if (value !== undefined && value !== '' && this.#tells(value)) this.#pseudonyms.know(kind, value);
  }

  #proxy(value: string): void {
    const [, user = '', password = '', host = ''] =
      /^(?:[a-z0-9]+:\/\/)?(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?#]+)/i.exec(value) ?? [];
    for (const part of [user, password]) {
      for (const written of [part, decoded(part)]) if (written !== '') this.#pseudonyms.know('user', written);
    }
    if (!/^(?:localhost|127\.[\d.]+)$/.test(host) && host !== '') this.#pseudonyms.know('site', host);
  }

  /** Whether a text has a word that tells something. */
  #tells(text: string): boolean {
    const words = wordsOf(text);
    return words.some((word) => !GENERIC.has(word) && !this.#public.has(word) && word.length > 1);
  }
}

function wordsOf(text: string): string[] {
  return foldWord(text)
    .split(' ')
    .filter((word) => word !== '');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
