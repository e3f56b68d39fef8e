import type { FastifyRequest } from 'fastify';
import { CONSOLE_CALLER, LOCAL, type Principal } from '../../access/index.ts';
import { SignetError } from '../../errors/index.ts';
import { algorithmsFor } from '../../signatures/index.ts';
import {
  type Credential,
  FLAG,
  type KeyFacts,
  pinLengths,
  type Token,
  type TokenCertificate,
  type Tokens,
} from '../../tokens/index.ts';

/** The caller of a route that is not open. */
export function callerOf(request: FastifyRequest): Principal {
  if (request.principal === null) throw new SignetError('unauthenticated');
  return request.principal;
}

/** True when the caller is a program of this user, who may speak for the person at the machine. */
export function isLocal(principal: Principal): boolean {
  return principal === LOCAL;
}

/** True when the caller is one that the person sits before: a program of this user, or the console in their browser. */
export function isPerson(principal: Principal): boolean {
  return isLocal(principal) || principal.id === CONSOLE_CALLER;
}

/** A token as the API shows it to this caller. */
export function tokenAnswer(tokens: Tokens, token: Token, principal: Principal) {
  const { facts } = token;
  const { min, max } = pinLengths(facts);
  return {
    id: token.id,
    label: facts.label,
    manufacturer: facts.manufacturer,
    model: facts.model,
    serial: facts.serial,
    driver: token.driver.id,
    reader: token.reader,
    pin: tokens.status(token, 'user'),
    puk: tokens.status(token, 'so'),
    pinPad: (facts.flags & FLAG.pinPad) !== 0,
    minPinLength: min,
    maxPinLength: max,
    unblock: tokens.canUnblock(token),
    session: tokens.session(token, principal),
  };
}

/** Which forms of a certificate are wanted, from `?include=der,pem`. */
export type Include = ReadonlySet<'der' | 'pem'>;

/** A certificate as the API shows it. */
export function certificateAnswer(certificate: TokenCertificate, include: Include) {
  const { facts, der } = certificate;
  return {
    keyId: certificate.keyId,
    label: certificate.label,
    sha256: certificate.sha256,
    subject: facts?.subject ?? null,
    issuer: facts?.issuer ?? null,
    commonName: facts?.subjectCommonName ?? null,
    serialNumber: facts?.serialNumber ?? null,
    notBefore: facts?.notBefore ?? null,
    notAfter: facts?.notAfter ?? null,
    keyType: facts === null ? null : keyName(facts.key),
    keyUsage: facts?.keyUsage ?? [],
    extendedKeyUsage: facts?.extendedKeyUsage ?? [],
    isCa: facts?.isCa ?? false,
    qualified: facts?.qcStatements?.qualified ?? false,
    qscd: facts?.qcStatements?.qscd ?? false,
    ...(include.has('der') ? { der: der.toString('base64') } : {}),
    ...(include.has('pem') ? { pem: pemOf(der) } : {}),
  };
}

/** A credential as the API shows it. */
export function credentialAnswer(credential: Credential, include: Include, now: Date) {
  const { facts } = credential.certificate;
  return {
    id: credential.id,
    tokenId: credential.token.id,
    label: credential.key?.label || credential.certificate.label,
    algorithms: algorithmsFor(facts.key, credential.mechanisms),
    usage: facts.keyUsage ?? [],
    validity: {
      notBefore: facts.notBefore,
      notAfter: facts.notAfter,
      state: validityState(facts.notBefore, facts.notAfter, now),
    },
    issuer: facts.issuer,
    subject: facts.subject,
    asksPinEveryTime: credential.key?.alwaysAuthenticate ?? null,
    certificate: certificateAnswer(credential.certificate, include),
  };
}

function validityState(notBefore: string, notAfter: string, now: Date): 'valid' | 'expired' | 'not-yet-valid' {
  if (now < new Date(notBefore)) return 'not-yet-valid';
  return now > new Date(notAfter) ? 'expired' : 'valid';
}

function keyName(key: KeyFacts): string {
  if (key.type === 'rsa') return `RSA ${key.bits}`;
  if (key.type === 'ec') return `EC ${key.curve}`;
  return key.type === 'ed25519' ? 'Ed25519' : 'unknown';
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}
