import { Type } from '../../schema/index.ts';
import { SITE_RIGHTS } from '../../store/index.ts';
import { Base64, Time, Words } from './common.ts';
import { AlgorithmName, MAX_BATCH, MAX_DATA } from './credentials.ts';
import { SiteRightName } from './origins.ts';

/** Characters of a document's name; the person sees it. */
const MAX_NAME = 200;
/** Bytes of the largest certificate that anybody issues, and some more. */
const MAX_CERTIFICATE = 16 * 1024;

const strict = { additionalProperties: false } as const;
const Encoding = Words(['p1363', 'der'], 'Form of an ECDSA signature; R‖S (p1363) by default');
const Name = Type.String({ minLength: 1, maxLength: MAX_NAME, description: 'What the person sees it called' });
const Which = {
  credentialId: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'One that this site was shown' })),
  certificate: Type.Optional(Base64('The same by its certificate (DER); give either', MAX_CERTIFICATE)),
};

export const SiteStatusRequest = Type.Object({}, strict);
export const SiteStatus = Type.Object(
  {
    name: Type.Literal('signet'),
    version: Type.String(),
    paired: Type.Boolean(),
    rights: Type.Array(SiteRightName),
    expiresAt: Type.Union([Time, Type.Null()]),
  },
  { title: 'SiteStatus' },
);

export const SitePairingRequest = Type.Object(
  {
    rights: Type.Optional(
      Type.Array(SiteRightName, {
        minItems: 1,
        maxItems: SITE_RIGHTS.length,
        uniqueItems: true,
        description: 'What the site wants to be allowed; all of it when left out',
      }),
    ),
  },
  strict,
);

export const SiteCertificateRequest = Type.Object(
  { purpose: Type.Optional(Words(['show', 'authenticate', 'sign'], 'What it is wanted for; `show` offers them all')) },
  strict,
);
export const SiteCertificate = Type.Object(
  {
    certificate: Base64('DER'),
    credentialId: Type.String(),
    algorithms: Type.Array(AlgorithmName),
    chain: Type.Array(Base64('DER'), { description: 'The certificates above it that its token holds, nearest first' }),
  },
  { title: 'SiteCertificate' },
);

export const SiteAuthenticateRequest = Type.Object(
  { challengeNonce: Type.String({ minLength: 44, maxLength: 128, description: "The server's nonce, as it wrote it" }) },
  strict,
);
export const SiteAuthenticateAnswer = Type.Object(
  {
    unverifiedCertificate: Base64('DER'),
    algorithm: AlgorithmName,
    signature: Base64('Over hash(origin) ‖ hash(challengeNonce)'),
    format: Type.String({ description: '`web-eid:1.0`' }),
    appVersion: Type.String(),
  },
  { title: 'WebEidToken' },
);

export const SiteSignRequest = Type.Object(
  {
    ...Which,
    algorithm: AlgorithmName,
    data: Type.Optional(Base64('What to sign; give either data or digest', MAX_DATA)),
    digest: Type.Optional(Base64('Hash of what to sign, made with the hash of the algorithm', 64)),
    documentName: Type.Optional(Name),
    encoding: Type.Optional(Encoding),
  },
  strict,
);
export const SiteSignAnswer = Type.Object({
  signature: Base64('The signature'),
  algorithm: AlgorithmName,
  certificate: Base64('DER'),
});

export const SiteSignBatchRequest = Type.Object(
  {
    ...Which,
    algorithm: AlgorithmName,
    documents: Type.Array(Type.Object({ digest: Base64('A digest', 64), name: Type.Optional(Name) }, strict), {
      minItems: 1,
      maxItems: MAX_BATCH,
    }),
    encoding: Type.Optional(Encoding),
  },
  strict,
);
export const SiteSignBatchAnswer = Type.Object({
  signatures: Type.Array(Type.String(), { description: 'In the order of the documents' }),
  algorithm: AlgorithmName,
  certificate: Base64('DER'),
});
