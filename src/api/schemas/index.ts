export * from './admin.ts';
export * from './common.ts';
export * from './credentials.ts';
export * from './tokens.ts';
