export type { Check, CheckId, Evidence, Finding, Result } from './check.ts';
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
