export * from './cases/index.ts';
export type { FactKey, FactView } from './facts.ts';
export { type Loaded, type LoadedProcedure, loadProcedures } from './load.ts';
export type { Situation } from './matching.ts';
export { nameIn, namesOf } from './name.ts';
export { inOrder } from './order.ts';
export * from './procedure.ts';
export { Procedures, type ProceduresOptions } from './procedures.ts';
export { type ReadProcedure, readProcedure } from './read-file.ts';
export { type Refusal, reasonOf } from './refusal.ts';
export {
  type ContactView,
  type ProcedureView,
  render,
  renderShort,
  type ShortView,
  type SourceView,
  type StepView,
} from './view.ts';
