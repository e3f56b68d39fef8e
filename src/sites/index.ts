export { certificateCard, documentCard, isCurrent, printOf, tokenCard } from './cards.ts';
export type { FileWish } from './files.ts';
export { type Accepts, fitting, type Purpose } from './fitting.ts';
export type { KeyUse } from './key-use.ts';
export { type LoginToken, loginAlgorithm, loginInput } from './login-token.ts';
export type { Site, SiteCall, SiteDocument, SiteStatus } from './site.ts';
export { Sites, type SitesOptions } from './sites.ts';
export { type FindWayOut, Unlock, type Unlocking } from './unlock.ts';
