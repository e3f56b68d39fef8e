import ck from 'pkcs11js';
import { measure, peerRequest } from './peer.ts';

const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

const { library, label, keyId, mechanism, seconds, pin } = await peerRequest();
const p11 = new ck.PKCS11();
p11.load(library);
p11.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK });
const slot = p11.C_GetSlotList(true).find((candidate) => p11.C_GetTokenInfo(candidate).label.trimEnd() === label);
if (slot === undefined) throw new Error('no such token');
const session = p11.C_OpenSession(slot, ck.CKF_SERIAL_SESSION);
p11.C_Login(session, ck.CKU_USER, pin);
p11.C_FindObjectsInit(session, [
  { type: ck.CKA_CLASS, value: ck.CKO_PRIVATE_KEY },
  { type: ck.CKA_ID, value: Buffer.from(keyId, 'hex') },
]);
const key = p11.C_FindObjects(session);
p11.C_FindObjectsFinal(session);
if (key === null) throw new Error('no such key');
const how = { mechanism: mechanism === 'rsa' ? ck.CKM_RSA_PKCS : ck.CKM_ECDSA };
const digest = Buffer.alloc(32);
const input = mechanism === 'rsa' ? Buffer.concat([DIGEST_INFO, digest]) : digest;
const space = Buffer.alloc(512);
await measure(seconds, () => {
  p11.C_SignInit(session, how, key);
  p11.C_Sign(session, input, space);
});
p11.C_Logout(session);
p11.C_Finalize();
