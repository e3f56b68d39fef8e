export { type PracticeLayout, practiceLayout } from './layout.ts';
export { findSoftHsm } from './library.ts';
export { type Practice, type PracticeOptions, provisionPractice } from './provision.ts';
export type { Stamp, StampedCredential } from './stamp.ts';
export { CREDENTIALS, SO_PIN, TOKEN_LABEL, USER_PIN } from './values.ts';
