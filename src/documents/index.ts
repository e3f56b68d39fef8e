export { type CadesContent, type CounterTarget, cosignCades, countersignaturesOf, countersignCades, signCades } from './cades.ts';
export { CmsError } from './signed-data.ts';
export type { Attributes, CmsHash, SignaturePolicy, Signer } from './signer-info.ts';
