import { randomBytes } from 'node:crypto';
import koffi from 'koffi';
import ck from 'pkcs11js';
import type { Questions } from './probe.ts';

const [library = '', label = ''] = process.argv.slice(2);
const P256 = Buffer.from('06082a8648ce3d030107', 'hex');
const DIGEST_INFO = Buffer.from('3031300d060960864801650304020105000420', 'hex');

/** A call that pkcs11js did not make, refused by the token. */
class Refused extends Error {
  readonly code: number;
  constructor(code: number) {
    super('C_Login');
    this.code = code;
  }
}

const p11 = new ck.PKCS11();
let session: Buffer | undefined;
let slot: Buffer | undefined;

function current(): Buffer {
  if (!session) throw new Error('no session');
  return session;
}

function findSlot(): Buffer {
  slot ??= p11.C_GetSlotList(false).find((candidate) => p11.C_GetTokenInfo(candidate).label.trimEnd() === label);
  if (!slot) throw new Refused(0xe0);
  return slot;
}

/** pkcs11js cannot pass a NULL PIN. */
function loginOnReader(user: number): void {
  const login = koffi.load(library).func('unsigned long C_Login(unsigned long, unsigned long, void *, unsigned long)');
  const rv = Number(login(current().readBigUInt64LE(), user, null, 0));
  if (rv !== 0) throw new Refused(rv);
}

function signInit(on: Buffer, mechanism: 'rsa' | 'ec'): void {
  p11.C_FindObjectsInit(on, [
    { type: ck.CKA_CLASS, value: ck.CKO_PRIVATE_KEY },
    ...(mechanism === 'rsa' ? [{ type: ck.CKA_KEY_TYPE, value: ck.CKK_RSA }] : [{ type: ck.CKA_EC_PARAMS, value: P256 }]),
  ]);
  const [key] = p11.C_FindObjects(on, 1);
  p11.C_FindObjectsFinal(on);
  if (!key) throw new Error('no key');
  p11.C_SignInit(on, { mechanism: mechanism === 'rsa' ? ck.CKM_RSA_PKCS : ck.CKM_ECDSA }, key);
}

function input(mechanism: 'rsa' | 'ec'): Buffer {
  const digest = randomBytes(32);
  return mechanism === 'rsa' ? Buffer.concat([DIGEST_INFO, digest]) : digest;
}

async function signMany(each: number): Promise<number> {
  const on = p11.C_OpenSession(findSlot(), ck.CKF_SERIAL_SESSION);
  let made = 0;
  for (let i = 0; i < each; i++) {
    signInit(on, 'ec');
    made += (await p11.C_SignAsync(on, input('ec'), Buffer.alloc(64))).length === 64 ? 1 : 0;
  }
  return made;
}

const answers: {
  [K in keyof Questions]: (ask: Questions[K]['ask']) => Questions[K]['answer'] | Promise<Questions[K]['answer']>;
} = {
  slots: ({ present }) => p11.C_GetSlotList(present).length,
  flags: () => p11.C_GetTokenInfo(findSlot()).flags,
  open: () => {
    session = p11.C_OpenSession(findSlot(), ck.CKF_SERIAL_SESSION | ck.CKF_RW_SESSION);
    return null;
  },
  login: ({ pin, user = ck.CKU_USER }) => {
    if (pin === null) loginOnReader(user);
    else p11.C_Login(current(), user, pin);
    return null;
  },
  logout: () => {
    p11.C_Logout(current());
    return null;
  },
  setPin: ({ oldPin, newPin }) => {
    p11.C_SetPIN(current(), oldPin, newPin);
    return null;
  },
  initPin: ({ pin }) => {
    p11.C_InitPIN(current(), pin);
    return null;
  },
  signInit: ({ mechanism = 'rsa' }) => {
    signInit(current(), mechanism);
    return null;
  },
  sign: ({ mechanism = 'rsa', prepared = false }) => {
    if (!prepared) signInit(current(), mechanism);
    return p11.C_Sign(current(), input(mechanism), Buffer.alloc(512)).length;
  },
  signTogether: async ({ each }) => {
    const made = await Promise.all([signMany(each), signMany(each)]);
    return made[0] + made[1];
  },
};

type Message = { [K in keyof Questions]: { question: K } & Questions[K]['ask'] }[keyof Questions];

process.on('message', async (message: Message) => {
  try {
    const answer = answers[message.question] as (ask: Message) => unknown;
    process.send?.({ ok: await answer(message) });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code =
      'code' in error && typeof error.code === 'number' ? error.code : Number(/:(\d+)$/.exec(error.message)?.[1] ?? -1);
    process.send?.({ rv: code, message: error.message });
  }
});

p11.load(library);
p11.C_Initialize({ flags: ck.CKF_OS_LOCKING_OK });
process.send?.({ ok: null });
