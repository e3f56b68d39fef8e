export { Bundles, type MadeBundle } from './bundle/bundles.ts';
export { readBundleId } from './bundle/code.ts';
export type { BundleDocument } from './bundle/document.ts';
export { makeBundle, type WholeBundle } from './bundle/make.ts';
export { type Recording, Recordings } from './bundle/recordings.ts';
export type { AttemptCount, AuditCount, BundleCase, BundleMachine, BundleRooms } from './bundle/rooms.ts';
export type { Check, CheckId, Evidence, Finding, Result } from './check.ts';
export { Doctor, unknownChecks } from './doctor.ts';
export { thisMachine } from './machine.ts';
export { CHECKS, FROM_OUTSIDE } from './registry.ts';
export { type CheckResult, type ListedCheck, type Report, type Summary, summarise } from './report.ts';
export { listChecks, type RunOptions, runChecks } from './run.ts';
export type {
  CertificateView,
  ContentsView,
  DriverView,
  FileFacts,
  Machine,
  ProbeAnswer,
  ProgramAnswer,
  ReadOnlyProgram,
  SettingProblem,
  TokenView,
  View,
} from './view.ts';
export { type HostedDriver, type ViewParts, viewOf } from './view-live.ts';
