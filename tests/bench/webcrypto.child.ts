import { Crypto } from 'node-webcrypto-p11';
import ck from 'pkcs11js';
import { measure, peerRequest } from './peer.ts';

const { library, label, keyId, mechanism, seconds, pin } = await peerRequest();

/** The peer takes a slot by its index. */
function slotIndex(): number {
  const p11 = new ck.PKCS11();
  p11.load(library);
  p11.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK });
  const index = p11.C_GetSlotList(true).findIndex((slot) => p11.C_GetTokenInfo(slot).label.trimEnd() === label);
  p11.C_Finalize();
  return index;
}

const crypto = new Crypto({ library, name: 'peer', slot: slotIndex(), pin, readWrite: false });
const algorithm =
  mechanism === 'rsa' ? { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' } : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const names = await crypto.keyStorage.keys();
const name = names.find((each) => each.startsWith('private-') && each.endsWith(`-${keyId}`));
if (name === undefined) throw new Error(`no such key among ${names.join(', ')}`);
const key = await crypto.keyStorage.getItem(name, algorithm, false, ['sign']);
const data = Buffer.alloc(32);
await measure(seconds, () => crypto.subtle.sign(algorithm, key, data));
crypto.close();
