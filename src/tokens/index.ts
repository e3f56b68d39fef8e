export { CertificateError, type CertificateFacts, parseCertificate, publicKeyOf } from './certificate.ts';
export type { Credential, TokenCertificate, TokenContents } from './credential.ts';
export {
  type DerElement,
  DerError,
  expectTag,
  integerContents,
  objectIdentifier,
  readAll,
  readElement,
  readOnly,
  TAG,
  unsignedMagnitude,
  wholeBits,
} from './der.ts';
export { EventHub, type EventName, type SignetEvent } from './events.ts';
export type { Guard, Presentation, Presented } from './guard.ts';
export { pinLengths } from './pin-format.ts';
export { type KeyFacts, keyFactsOf, rsaPublicKeyOf } from './public-key.ts';
export { type Session, Tokens, type TokensOptions } from './service.ts';
export { FLAG, type PinState, type PinStatus } from './status.ts';
export type { Caller, Token } from './token.ts';
