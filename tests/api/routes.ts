/** A route as the contract has it, with a body that it would take. */
export interface Route {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  scope: 'open' | 'status' | 'sign' | 'pin' | 'admin';
  valid?: Record<string, unknown>;
  /** Fields without which it must be refused. */
  required?: string[];
  /** Fields that carry a PIN. */
  secrets?: string[];
  /** Takes 16 kB at most, though it carries no PIN. */
  small?: true;
}

const token = '/v1/tokens/:tokenId';
const credential = '/v1/credentials/:credentialId';

export const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/health', scope: 'open' },
  { method: 'GET', path: '/v1/drivers', scope: 'status' },
  { method: 'GET', path: '/v1/tokens', scope: 'status' },
  { method: 'GET', path: token, scope: 'status' },
  { method: 'GET', path: `${token}/certificates`, scope: 'status' },
  { method: 'GET', path: '/v1/credentials', scope: 'status' },
  { method: 'GET', path: credential, scope: 'status' },
  { method: 'GET', path: '/v1/audit', scope: 'admin' },
  { method: 'POST', path: `${token}/login`, scope: 'pin', valid: { pin: '987654' }, secrets: ['pin'] },
  { method: 'POST', path: `${token}/logout`, scope: 'pin' },
  {
    method: 'POST',
    path: `${token}/pin`,
    scope: 'pin',
    valid: { currentPin: '987654', newPin: '135790' },
    required: ['currentPin', 'newPin'],
    secrets: ['currentPin', 'newPin'],
  },
  {
    method: 'POST',
    path: `${token}/unblock`,
    scope: 'pin',
    valid: { puk: '98765432', newPin: '135790' },
    required: ['puk', 'newPin'],
    secrets: ['puk', 'newPin'],
  },
  { method: 'POST', path: `${token}/final-try-consent`, scope: 'pin', valid: { kind: 'pin' }, small: true },
  {
    method: 'POST',
    path: `${credential}/sign`,
    scope: 'sign',
    valid: { algorithm: 'ES256', data: 'AAAA', pin: '987654' },
    required: ['algorithm', 'data'],
  },
  {
    method: 'POST',
    path: `${credential}/sign-batch`,
    scope: 'sign',
    valid: { algorithm: 'ES256', digests: ['AAAA'] },
    required: ['algorithm', 'digests'],
  },
  {
    method: 'POST',
    path: '/v1/verify',
    scope: 'status',
    valid: { algorithm: 'ES256', data: 'AAAA', signature: 'AAAA', certificate: 'AAAA' },
    required: ['algorithm', 'data', 'signature', 'certificate'],
  },
  {
    method: 'POST',
    path: '/v1/clients',
    scope: 'admin',
    valid: { name: 'somebody', scopes: ['status'] },
    required: ['name', 'scopes'],
    small: true,
  },
];

/** Those that take a body. */
export const bodied: readonly Route[] = ROUTES.filter(({ valid }) => valid !== undefined);

const one = '/v1/cases/:caseId';

/** Procedures, cases and paired sites, whose ids and versions are their own. What deletes or answers with a file of megabytes is left out. */
export const CASE_ROUTES: readonly (Omit<Route, 'method'> & { method: 'GET' | 'POST' | 'PATCH' })[] = [
  { method: 'GET', path: '/v1/procedures', scope: 'status' },
  { method: 'GET', path: '/v1/procedures/match', scope: 'status' },
  { method: 'GET', path: '/v1/procedures/:procedureId', scope: 'status' },
  { method: 'GET', path: '/v1/cases', scope: 'admin' },
  { method: 'GET', path: '/v1/cases/proposals', scope: 'admin' },
  { method: 'GET', path: one, scope: 'admin' },
  { method: 'GET', path: `${one}/files`, scope: 'admin' },
  { method: 'GET', path: `${one}/files/:fileId`, scope: 'admin' },
  { method: 'GET', path: `${one}/email`, scope: 'admin' },
  { method: 'GET', path: `${one}/export`, scope: 'admin' },
  { method: 'POST', path: '/v1/cases', scope: 'admin', valid: { procedureId: 'certigna.unblock', holder: { name: 'Ana' } } },
  { method: 'POST', path: '/v1/cases/import', scope: 'admin', valid: {} },
  { method: 'PATCH', path: one, scope: 'admin', valid: { version: 1, holder: { name: 'Ana' }, references: ['1'] } },
  { method: 'POST', path: `${one}/steps/:stepId`, scope: 'admin', valid: { version: 1, state: 'waiting', date: '2026-01-15' } },
  { method: 'POST', path: `${one}/notes`, scope: 'admin', valid: { version: 1, text: 'a' } },
  { method: 'POST', path: `${one}/files`, scope: 'admin', valid: {} },
  { method: 'POST', path: `${one}/close`, scope: 'admin', valid: { version: 1, outcome: 'solved' } },
  { method: 'POST', path: `${one}/reopen`, scope: 'admin', valid: { version: 1 } },
  { method: 'GET', path: '/v1/origins', scope: 'admin' },
  {
    method: 'PATCH',
    path: '/v1/origins/:origin',
    scope: 'admin',
    valid: { rights: ['sign'], expiresAt: '2026-12-31T00:00:00Z' },
  },
];
