export { type BuildOptions, type Built, buildBundle } from './build.ts';
export { Bundles, type MadeBundle } from './bundles.ts';
export { newBundleId, readBundleId } from './code.ts';
export type { BundleDocument } from './document.ts';
export type { RecordingFacts } from './log-lines.ts';
export { type Packed, packBundle } from './pack.ts';
export { lineText, readablePage } from './page.ts';
export { type Recording, type RecordingLog, Recordings } from './recordings.ts';
export type {
  AttemptCount,
  AuditCount,
  BundleCase,
  BundleCertificate,
  BundleMachine,
  BundleRooms,
  BundleToken,
} from './rooms.ts';
