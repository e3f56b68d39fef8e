export { DEFAULT_DEADLINES, type Deadlines } from './call.ts';
export * from './catalogue.ts';
export { CKR, ckrName } from './ckr.ts';
export { type ClientOptions, DriverClient, type DriverSpec } from './client.ts';
export * from './driver.ts';
export { identityOf } from './identity.ts';
export * from './profile.ts';
export { Secret } from './secret.ts';
