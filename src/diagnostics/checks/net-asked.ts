import type { X509Certificate } from 'node:crypto';
import type { OcspQuestion, Reached, ReachOptions } from '../reach/reached.ts';
import { certificateIn, issuerAmong, issuerNameIn, questionAbout } from '../revocation/issuer.ts';
import type { View } from '../view.ts';
import { type Held, held, type Looked, lookInside } from './contents.ts';

/** What reaches out waits for others: longest for all that one check asks, in milliseconds. */
export const FAR_AWAY = 25_000;
/** More addresses than the certificates of a drawer full of cards name. */
const MOST = 24;
const LARGEST_CERTIFICATE = 64 * 1024;

/** Asks each address once, however many certificates name it; past MOST none. */
export type Ask = (url: string, options?: ReachOptions) => Promise<Reached>;

/** A certificate that somebody else has issued. */
export interface Issued extends Held {
  x509: X509Certificate;
  /** The issuer's name in DER. */
  name: Buffer;
}

/** What the tokens hold, and a way to ask. */
export interface Round {
  looked: readonly Looked[];
  issued: readonly Issued[];
  ask: Ask;
}

/** Looks at the certificates of all tokens that somebody else has issued. */
export async function beginRound(view: View, signal: AbortSignal): Promise<Round> {
  const looked = await lookInside(view, signal);
  const issued = held(looked).flatMap((one): Issued[] => {
    const x509 = certificateIn(one.certificate.der);
    const name = issuerNameIn(one.certificate.der);
    return x509 === null || name === null || one.facts.issuer === one.facts.subject ? [] : [{ ...one, x509, name }];
  });
  const answers = new Map<string, Promise<Reached>>();
  const ask: Ask = (url, options = {}) => {
    const key = `${url} ${JSON.stringify(options)}`;
    const known = answers.get(key);
    if (known !== undefined) return known;
    const full: Reached = { outcome: 'failed', why: 'address', code: 'too_many', proxied: false };
    const answer = answers.size < MOST ? view.machine.reach(url, signal, options) : Promise.resolve(full);
    answers.set(key, answer);
    return answer;
  };
  return { looked, issued, ask };
}

/** The issuer's certificate: from a token, else from where the certificate says it is. Null when there is none that signed it. */
export async function issuerOf({ looked, ask }: Round, { x509, facts }: Issued): Promise<X509Certificate | null> {
  const nearby = looked.flatMap(({ contents }) =>
    (contents?.certificates ?? []).flatMap(({ der, facts }) => (facts?.isCa === true ? (certificateIn(der) ?? []) : [])),
  );
  const near = issuerAmong(x509, nearby);
  if (near !== null) return near;
  for (const url of webOnly(facts.caIssuerUrls)) {
    const answer = await ask(url, { limit: LARGEST_CERTIFICATE });
    const found = answer.outcome === 'answered' && answer.status === 200 ? certificateIn(answer.body) : null;
    const issuer = issuerAmong(x509, found === null ? [] : [found]);
    if (issuer !== null) return issuer;
  }
  return null;
}

/** What to ask a responder about a certificate; null when its issuer's certificate is not at hand or its number is none. */
export function questionOf({ name, facts }: Issued, issuer: X509Certificate): OcspQuestion | null {
  return questionAbout(name, facts.serialNumber, issuer);
}

/** Those that Signet asks: LDAP and files are left alone. */
export function webOnly(urls: readonly string[]): string[] {
  return urls.filter((url) => /^https?:\/\//i.test(url) && URL.canParse(url));
}

/** The host of an address, as a person may be told it. */
export function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : '';
}
