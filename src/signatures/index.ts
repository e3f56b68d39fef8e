export {
  ALGORITHMS,
  type Algorithm,
  algorithmFacts,
  algorithmsFor,
  checkDigestLength,
  isAlgorithm,
  SignatureInputError,
} from './algorithm.ts';
export { ecdsaFromDer, ecdsaToDer, signatureLength } from './ecdsa.ts';
export { type ContextPin, inputError, type SignInput, Signing } from './sign.ts';
export { type VerifyReason, type VerifyRequest, type VerifyResult, verifySignature } from './verify.ts';
