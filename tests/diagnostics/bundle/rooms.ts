import type { BundleCertificate, BundleMachine, BundleRooms, BundleToken } from '../../../src/diagnostics/bundle/index.ts';
import type { CertificateFacts, PinStatus } from '../../../src/tokens/index.ts';

export const NOW = '2026-03-04T05:06:07.000Z';

/** Everything personal that the rooms below hold, as it is written there. */
export const PERSONAL = [
  'JÕEORG,JAAK-KRISTJAN (PIN1)',
  'JÕEORG',
  'JAAK-KRISTJAN',
  '38001085718',
  'PNOEE-38001085718',
  'IDCES-00000014Z',
  '00000014Z',
  '8f3a5c1d9e2b7046',
  '0142305577',
  '4fe1a2b3c4d5e6f70812',
  'jaakk',
  'jaak-laptop',
  'proxyjaak',
  's3cretproxy',
  'proxy.ministry.example',
  'jaak.joeorg@mail.example',
  'Holder Of Case',
  'Pikk tn 4, 10123 Tallinn',
  'payroll-of-jaak',
];

const pin: PinStatus = {
  state: 'final_try',
  remaining: { atLeast: 1, atMost: 1 },
  limit: 3,
  basis: 'token',
  flagsReliable: 'yes',
  observedAt: NOW,
};

export const TOKEN: BundleToken = {
  id: 'Tk9Qw3ErTy7UiOpAsDfGh1',
  identity: 'Tk9Qw3ErTy7UiOpAsDfGh1',
  driver: 'opensc',
  label: 'JÕEORG,JAAK-KRISTJAN (PIN1)',
  manufacturer: 'OpenSC Project',
  model: 'PKCS#15 emulated',
  serial: '8f3a5c1d9e2b7046',
  reader: 'REINER SCT cyberJack RFID standard (0142305577) 00 00',
  flags: 0x2040d,
  pinPad: true,
  pin,
  puk: { ...pin, state: 'ok', remaining: { atLeast: 3, atMost: 3 } },
};

const facts: CertificateFacts = {
  subject: 'serialNumber=PNOEE-38001085718,GN=JAAK-KRISTJAN,SN=JÕEORG,CN=JÕEORG\\,JAAK-KRISTJAN\\,38001085718,C=EE',
  subjectCommonName: 'JÕEORG,JAAK-KRISTJAN,38001085718',
  issuer: 'CN=ESTEID2018,2.5.4.97=NTREE-10747013,O=SK ID Solutions AS,C=EE',
  issuerCommonName: 'ESTEID2018',
  serialNumber: '4fe1a2b3c4d5e6f70812',
  notBefore: '2024-01-01T00:00:00.000Z',
  notAfter: '2029-01-01T00:00:00.000Z',
  key: { type: 'ec', curve: 'P-384' },
  sha256: 'ab'.repeat(32),
  keyUsage: ['digitalSignature'],
  extendedKeyUsage: ['clientAuth'],
  isCa: false,
  authorityKeyId: null,
  subjectKeyId: 'c0ffee00c0ffee00c0ffee00c0ffee00c0ffee00',
  policies: ['1.3.6.1.4.1.51361.1.1.1'],
  qcStatements: { qualified: true, qscd: true, types: ['esign'] },
  crlUrls: [],
  ocspUrls: ['http://aia.example/esteid2018'],
  caIssuerUrls: ['http://c.example/esteid2018.der.crt'],
};

export const CERTIFICATE: BundleCertificate = {
  ids: [facts.sha256, 'CrEd3nTiaLiD0fThis5tOken'],
  label: 'Isikutuvastus JAAK-KRISTJAN',
  keyId: '01',
  hasKey: true,
  facts,
};

export const MACHINE: BundleMachine = {
  platform: 'linux',
  arch: 'x64',
  system: 'Debian GNU/Linux 12 (bookworm)',
  release: '6.1.0-18-amd64',
  runtime: { node: '24.1.0' },
  packages: { opensc: '0.23.0-0.3+deb12u2' },
  home: '/home/jaakk',
  user: 'jaakk',
  hostname: 'jaak-laptop.lan',
  env: {
    LANG: 'et_EE.UTF-8',
    EMAIL: 'jaak.joeorg@mail.example',
    https_proxy: 'http://proxyjaak:s3cretproxy@proxy.ministry.example:3128',
    SECRET_OF_THE_SHELL: 'never',
  },
};

const said = (value: string) => `the card of ${value} does not answer`;

/** A doctor's finding that repeats personal values in all its texts. */
function finding(id: string, value: string): object {
  return {
    id,
    title: 'The card answers',
    severity: 'error',
    result: 'fail',
    subject: TOKEN.id,
    evidence: {
      detail: value,
      key: TOKEN.serial,
      file: '/home/jaakk/Documents/Divorce of Jaak/card.so',
      tries: 1,
      pin: '1234',
    },
    found: said(value),
    fix: `Ask ${value} to plug it in again.`,
    dependsOn: ['driver.loads'],
    durationMs: 3,
  };
}

/** Rooms full of personal values, in the places and spellings in which they come. */
export function rooms(more: Partial<BundleRooms> = {}): BundleRooms {
  const spellings = PERSONAL.flatMap((value) => [value, value.toLowerCase(), value.normalize('NFD'), value.replaceAll(',', ' ')]);
  const checks = spellings.map((value, index) => finding(`token.check-${index}`, value));
  const lines = [
    { level: 30, time: Date.parse(NOW), msg: said('jaak-kristjan joeorg'), pid: 1, hostname: 'jaak-laptop', token: TOKEN.id },
    {
      level: 50,
      time: Date.parse(NOW),
      msg: 'internal error',
      err: {
        name: 'TypeError',
        message: said('JÕEORG'),
        stack: `TypeError: ${said('JÕEORG')}\n    at run (/home/jaakk/signet/src/api/server.ts:10:3)`,
      },
    },
    {
      level: 20,
      time: Date.parse(NOW),
      msg: 'request',
      method: 'POST',
      route: '/v1/tokens/:tokenId/login',
      status: 403,
      ms: 4,
      caller: 'client:payroll-of-jaak',
      body: '{"pin":"739105"}',
    },
  ];
  return {
    version: '0.1.0',
    settings: () => ({
      port: 9711,
      drivers: ['/home/jaakk/drivers/lib.so'],
      catalogue: true,
      practice: true,
      stateDir: '/srv/Jaak Kristjan/signet/state',
      runtimeDir: '/run/user/1000/signet',
      logLevel: 'warn',
      language: 'fr',
      deadlines: { list: 5000, login: 60000, sign: 30000, start: 15000 },
      session: { idleSeconds: 900, absoluteSeconds: 28800 },
      watchEvery: 1000,
      lanes: 0,
      maxQueue: 20000,
    }),
    machine: () => MACHINE,
    drivers: () => [
      {
        id: 'opensc',
        name: 'OpenSC',
        library: '/usr/lib/opensc-pkcs11.so',
        state: 'running',
        version: '0.23',
        crashes: 1,
        lastError: 'SIGSEGV',
        queueLength: 0,
        pid: 77,
      },
    ],
    tokens: () => [TOKEN],
    certificates: () => Promise.resolve([CERTIFICATE]),
    diagnose: () =>
      Promise.resolve({
        checks,
        summary: { pass: 0, warn: 0, fail: checks.length, skip: 0, unknown: 0, startHere: 'token.check-0' },
        end: true,
      }),
    log: () => ({ lines: [...lines.map((line) => JSON.stringify(line)), 'no json: JÕEORG'], dropped: 3 }),
    clients: () => ['payroll-of-jaak'],
    audit: () => ({
      sound: true,
      counts: [{ day: '2026-03-04', action: 'pin.login', outcome: 'rejected', count: 2 }],
      newest: [
        {
          seq: 2,
          at: NOW,
          caller: 'client:payroll-of-jaak',
          action: 'pin.login',
          outcome: 'rejected',
          token: TOKEN.id,
          detail: { name: 'payroll-of-jaak', rv: 'CKR_PIN_INCORRECT' },
          chain: 'x',
        },
        {
          seq: 1,
          at: NOW,
          caller: 'local',
          action: 'sign',
          outcome: 'ok',
          token: TOKEN.id,
          credential: 'CrEd3nTiaLiD0fThis5tOken',
          detail: { algorithm: 'ES384', count: 3 },
          chain: 'y',
        },
      ],
    }),
    attempts: () => [
      {
        identity: TOKEN.id,
        kind: 'user',
        purpose: 'login',
        outcome: 'rejected',
        rv: 'CKR_PIN_INCORRECT',
        count: 2,
        first: NOW,
        last: NOW,
      },
      {
        identity: 'Gone0neTokenIdentity22',
        kind: 'user',
        purpose: 'login',
        outcome: null,
        rv: null,
        count: 1,
        first: NOW,
        last: NOW,
      },
    ],
    cases: () => [
      {
        procedureId: 'certigna-unblock',
        state: 'open',
        personal: ['Holder Of Case', 'Pikk tn 4, 10123 Tallinn', 'jaak.joeorg@mail.example'],
      },
      { procedureId: 'certigna-unblock', state: 'open', personal: [] },
    ],
    ...more,
  };
}
