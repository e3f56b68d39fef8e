import type { Asker, CertificateCard, QuestionKind, QuestionOf, TokenCard, TriesCard } from '../../src/prompt/index.ts';

export const SITE: Asker = { kind: 'site', name: 'https://sede.example.es', via: 'page' };

export const TOKEN: TokenCard = {
  id: 'token-1',
  label: 'Camille Martin',
  reader: 'Gemalto PC Twin 00 00',
  pinPad: false,
  minPinLength: 4,
  maxPinLength: 8,
};

export const CERTIFICATE: CertificateCard = {
  credentialId: 'credential-1',
  holder: 'MARTIN CAMILLE',
  issuer: 'AC Example Signature',
  notBefore: '2025-01-01T00:00:00.000Z',
  notAfter: '2099-01-01T00:00:00.000Z',
  valid: true,
  token: TOKEN,
};

export const OTHER: CertificateCard = {
  ...CERTIFICATE,
  credentialId: 'credential-2',
  holder: 'MARTIN CAMILLE (login)',
  notAfter: '2025-06-01T00:00:00.000Z',
  valid: false,
};

export const TRIES: TriesCard = {
  state: 'ok',
  remaining: { atLeast: 3, atMost: 3 },
  limit: 3,
  basis: 'token',
  flagsReliable: 'yes',
  observedAt: '2026-01-01T00:00:00.000Z',
};

const FINAL: TriesCard = { ...TRIES, state: 'final_try', remaining: { atLeast: 1, atMost: 1 } };
const WAY_OUT = { text: 'Your town hall gives you a new PIN.', procedureId: 'certigna.unblock' };

const FILE = Buffer.from('a receipt \u00ff\u0000');

/** A question of each kind, as a site's wish brings it. */
export const QUESTIONS: { [K in QuestionKind]: QuestionOf<K> } = {
  pair: { kind: 'pair', asker: SITE, wants: ['certificates', 'sign'], days: [90, 1, 365] },
  certificate: { kind: 'certificate', asker: SITE, purpose: 'sign', candidates: [CERTIFICATE, OTHER], rememberDays: 90 },
  pin: {
    kind: 'pin',
    asker: SITE,
    act: { kind: 'sign', documents: [{ name: 'contract.pdf', digest: 'SHA-256 3f2a 91c0 … 77de' }], count: 1 },
    certificate: CERTIFICATE,
    token: TOKEN,
    tries: TRIES,
    again: null,
    waitSeconds: 0,
    wayOut: null,
  },
  confirm: {
    kind: 'confirm',
    asker: SITE,
    act: { kind: 'sign', documents: [{ name: 'contract.pdf', digest: 'SHA-256 3f2a 91c0 … 77de' }], count: 1 },
    certificate: CERTIFICATE,
  },
  load: {
    kind: 'load',
    asker: SITE,
    title: 'Your application',
    description: 'Documents',
    extensions: ['pdf', 'txt'],
    multiple: true,
    limits: { files: 16, bytes: 33_554_432 },
  },
  save: {
    kind: 'save',
    asker: SITE,
    name: 'receipt.csig',
    size: FILE.length,
    digest: 'SHA-256 3f2a 91c0 … 77de',
    content: FILE,
  },
  final_try: { kind: 'final_try', asker: SITE, token: TOKEN, tries: FINAL, wayOut: WAY_OUT },
  blocked: {
    kind: 'blocked',
    asker: SITE,
    token: TOKEN,
    tries: { ...TRIES, state: 'locked', remaining: { atLeast: 0, atMost: 0 } },
    wayOut: WAY_OUT,
  },
};
