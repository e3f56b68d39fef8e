export type { ApiContext } from './context.ts';
export { type Api, buildApi } from './server.ts';
