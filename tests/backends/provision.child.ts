import { text } from 'node:stream/consumers';
import ck from 'pkcs11js';
import { type Identity, makeIdentity } from './identity.ts';
import type { KeySpec, ProvisionedToken, ProvisionRequest } from './provision.ts';
import { certificateTemplate, privateKeyTemplate, publicKeyTemplate } from './templates.ts';

const TRANSPORT_PIN = '65432100';
const READ_WRITE = ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION;

function findSlot(p11: ck.PKCS11, wanted: (token: ck.TokenInfo) => boolean): Buffer {
  const slot = p11.C_GetSlotList(true).find((candidate) => wanted(p11.C_GetTokenInfo(candidate)));
  if (!slot) throw new Error('no such token');
  return slot;
}

function asUser(p11: ck.PKCS11, slot: Buffer, user: number, pin: string, work: (session: Buffer) => void): void {
  const session = p11.C_OpenSession(slot, READ_WRITE);
  p11.C_Login(session, user, pin);
  work(session);
  p11.C_Logout(session);
  p11.C_CloseSession(session);
}

function initialise(p11: ck.PKCS11, request: ProvisionRequest): Buffer {
  const { factorySoPin, label, soPin, userPin } = request;
  const forced = factorySoPin !== undefined;
  // SoftHSM2 marks its blank slot by a missing flag; openCryptoki's blank token carries its maker's label.
  const blank = findSlot(p11, (token) => forced || (token.flags & ck.CKF_TOKEN_INITIALIZED) === 0);
  // The label is 32 characters, always: openCryptoki reads past a shorter one.
  p11.C_InitToken(blank, factorySoPin ?? soPin, label.padEnd(32));
  p11.C_Finalize();
  p11.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK });
  const slot = findSlot(p11, (token) => token.label.trimEnd() === label);
  asUser(p11, slot, ck.CKU_SO, factorySoPin ?? soPin, (session) => {
    if (forced) p11.C_SetPIN(session, factorySoPin, soPin);
    p11.C_InitPIN(session, forced ? TRANSPORT_PIN : userPin);
  });
  if (forced) asUser(p11, slot, ck.CKU_USER, TRANSPORT_PIN, (session) => p11.C_SetPIN(session, TRANSPORT_PIN, userPin));
  return slot;
}

async function main(): Promise<void> {
  const request = JSON.parse(await text(process.stdin)) as ProvisionRequest;
  const made: { spec: KeySpec; identity: Identity }[] = [];
  for (const [index, spec] of request.keys.entries()) {
    made.push({ spec, identity: await makeIdentity(spec.kind, Buffer.from([index + 1]), spec.label ?? spec.kind, spec.valid) });
  }
  const p11 = new ck.PKCS11();
  p11.load(request.library);
  p11.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK });
  const slot = initialise(p11, request);
  asUser(p11, slot, ck.CKU_USER, request.userPin, (session) => {
    for (const { identity, spec } of made) {
      if (spec.without !== 'private-key') {
        p11.C_CreateObject(session, privateKeyTemplate(identity, spec.alwaysAuthenticate === true));
        p11.C_CreateObject(session, publicKeyTemplate(identity));
      }
      if (spec.without !== 'certificate') p11.C_CreateObject(session, certificateTemplate(identity));
    }
  });
  const token: ProvisionedToken = {
    label: request.label,
    serial: p11.C_GetTokenInfo(slot).serialNumber.trim(),
    keys: made.map(({ identity: { certificate, id, kind, label } }) => ({
      kind,
      label,
      id: id.toString('hex'),
      certificate: certificate.toString('base64'),
    })),
  };
  p11.C_Finalize();
  process.stdout.write(JSON.stringify(token));
}

await main();
