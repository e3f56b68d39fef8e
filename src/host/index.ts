export { type RunningOptions, requireRunning } from './running.ts';
export { Unreachable, type UnreachableReason } from './unreachable.ts';
