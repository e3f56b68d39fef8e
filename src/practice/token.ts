// Runs as a process of its own: a PKCS#11 library can take down whoever loads it, and SoftHSM2 reads its configuration from the environment.
import pkcs11 from 'pkcs11js';
import type { TokenAnswer, TokenKeys, TokenRequest } from './messages.ts';
import { rawNames } from './names.ts';
import { generate, type Open, publicKeys, replaceCertificate } from './objects.ts';
import { AUTHORITY_ID, AUTHORITY_NAME, CREDENTIALS, SO_PIN, TOKEN_LABEL, USER_PIN } from './values.ts';

const CKF_OS_LOCKING_OK = 2;
const p11 = new pkcs11.PKCS11();

function slotOf(wanted: (flags: number, label: string) => boolean): Buffer {
  const slot = p11.C_GetSlotList(true).find((candidate) => {
    const info = p11.C_GetTokenInfo(candidate);
    return wanted(info.flags, info.label.trimEnd());
  });
  if (!slot) throw new Error('SoftHSM2 shows no practice token');
  return slot;
}

const practiceSlot = () => slotOf((flags, label) => (flags & pkcs11.CKF_TOKEN_INITIALIZED) !== 0 && label === TOKEN_LABEL);

function withSession<T>(slot: Buffer, work: (open: Open) => T): T {
  const session = p11.C_OpenSession(slot, pkcs11.CKF_SERIAL_SESSION | pkcs11.CKF_RW_SESSION);
  try {
    return work({ p11, session });
  } finally {
    p11.C_CloseSession(session);
  }
}

function create(): void {
  // pkcs11js hands the label on as it is, and C_InitToken reads 32 bytes of it.
  const blank = slotOf((flags) => (flags & pkcs11.CKF_TOKEN_INITIALIZED) === 0);
  p11.C_InitToken(blank, SO_PIN, TOKEN_LABEL.padEnd(32));
  // SoftHSM2 moves a fresh token to another slot, which shows only after a new C_Initialize.
  p11.C_Finalize();
  p11.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  withSession(practiceSlot(), (open) => {
    p11.C_Login(open.session, pkcs11.CKU_SO, SO_PIN);
    p11.C_InitPIN(open.session, USER_PIN);
    p11.C_Logout(open.session);
    p11.C_Login(open.session, pkcs11.CKU_USER, USER_PIN);
    for (const plan of CREDENTIALS) generate(open, plan);
    p11.C_Logout(open.session);
  });
}

function store(open: Open, request: TokenRequest & { op: 'certificates' }): void {
  const authority = { id: AUTHORITY_ID, label: AUTHORITY_NAME, authority: true, der: Buffer.from(request.authority, 'base64') };
  const leaves = request.leaves.map(({ id, der }) => {
    const label = CREDENTIALS.find((plan) => plan.id === id)?.label ?? id;
    return { id, label, authority: false, der: Buffer.from(der, 'base64') };
  });
  for (const certificate of [authority, ...leaves]) replaceCertificate(open, { ...certificate, ...rawNames(certificate.der) });
}

function answer(request: TokenRequest): TokenKeys {
  if (request.op === 'create') create();
  const slot = practiceSlot();
  return withSession(slot, (open) => {
    if (request.op === 'certificates') store(open, request);
    return { serial: p11.C_GetTokenInfo(slot).serialNumber.trim(), keys: publicKeys(open) };
  });
}

function serve(library: string): void {
  p11.load(library);
  p11.C_Initialize({ flags: CKF_OS_LOCKING_OK });
  process.on('message', (request: TokenRequest) => {
    let reply: TokenAnswer;
    try {
      reply = { ok: true, keys: answer(request) };
    } catch (error) {
      reply = { ok: false, reason: error instanceof Error ? error.message : String(error) };
    }
    process.send?.(reply);
  });
  process.on('disconnect', () => {
    p11.C_Finalize();
    process.exit(0);
  });
}

serve(process.argv[2] ?? '');
