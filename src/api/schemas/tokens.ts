import { Type } from '../../schema/index.ts';
import { PinStatus, SecretText, Time, Words } from './common.ts';

export const Session = Type.Object({ expiresAt: Time, idleSeconds: Type.Integer() }, { title: 'Session' });

export const Driver = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    library: Type.String({ description: 'Path of the PKCS#11 library' }),
    state: Words(['starting', 'running', 'restarting', 'failed', 'disabled']),
    version: Type.Union([Type.String(), Type.Null()]),
    crashes: Type.Integer(),
    lastError: Type.Union([Type.String(), Type.Null()]),
    queueLength: Type.Integer(),
    pid: Type.Union([Type.Integer(), Type.Null()]),
  },
  { title: 'Driver' },
);

export const Token = Type.Object(
  {
    id: Type.String(),
    label: Type.String(),
    manufacturer: Type.String(),
    model: Type.String(),
    serial: Type.String(),
    driver: Type.String({ description: 'Id of its driver' }),
    reader: Type.String(),
    pin: PinStatus,
    puk: PinStatus,
    pinPad: Type.Boolean({ description: 'The PIN is typed on the reader' }),
    minPinLength: Type.Integer(),
    maxPinLength: Type.Integer(),
    unblock: Type.Boolean({ description: 'Signet can unblock this token with its SO PIN or PUK' }),
    session: Type.Union([Session, Type.Null()], { description: "This caller's login, if it holds one" }),
  },
  { title: 'Token' },
);

export const LoginRequest = Type.Object(
  {
    pin: Type.Optional(SecretText('Left out for a PIN pad')),
    finalTryConsent: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);
export const LoginAnswer = Type.Object({ session: Session, pin: PinStatus });

export const ChangePinRequest = Type.Object(
  {
    currentPin: Type.Optional(SecretText('Left out for a PIN pad')),
    newPin: Type.Optional(SecretText('Left out for a PIN pad')),
    finalTryConsent: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);

export const UnblockRequest = Type.Object(
  {
    puk: Type.Optional(SecretText('SO PIN or PUK; left out for a PIN pad')),
    newPin: Type.Optional(SecretText('Left out for a PIN pad')),
    finalTryConsent: Type.Optional(Type.String({ maxLength: 100 })),
  },
  { additionalProperties: false },
);
export const PinAnswer = Type.Object({ pin: PinStatus });

export const ConsentRequest = Type.Object({ kind: Type.Optional(Words(['pin', 'puk'])) }, { additionalProperties: false });
export const ConsentAnswer = Type.Object({ consent: Type.String(), expiresAt: Time, pin: PinStatus });
