export type { ApiContext } from './context.ts';
export type { SettingsAnswer } from './schemas/index.ts';
export { type Api, buildApi } from './server.ts';
export { proceduresFor } from './way-out.ts';
