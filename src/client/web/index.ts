import { Signet } from './signet.ts';

export { SignetWebError } from './failure.ts';
export type { NextStep, PinStatus, Problem } from './messages.ts';
export { Signet, type SignetOptions } from './signet.ts';
export type * from './types.ts';

/** Signet by way of the browser extension. */
export const signet = new Signet();
