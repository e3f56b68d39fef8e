import { execFileSync } from 'node:child_process';
import { constants, createHash, createPublicKey, privateEncrypt } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Algorithm, algorithmFacts, planSignature, type SignaturePlan } from '../../src/signatures/algorithm.ts';
import { ecdsaFromDer, ecdsaToDer, signatureLength } from '../../src/signatures/ecdsa.ts';
import { verifySignature } from '../../src/signatures/verify.ts';
import { keyFactsOf } from '../../src/tokens/public-key.ts';

const data = Buffer.from('a file that openssl and we both sign');
let folder = '';
const path = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

const kinds = {
  RS: ['RSA', '-pkeyopt', 'rsa_keygen_bits:2048'],
  PS: ['RSA-PSS', '-pkeyopt', 'rsa_keygen_bits:2048'],
  ES256: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  ES384: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-384'],
  ES512: ['EC', '-pkeyopt', 'ec_paramgen_curve:P-521'],
  EdDSA: ['ED25519'],
} as const;
const cases = [
  ...(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const).map((algorithm) => [algorithm, 'RS'] as const),
  ...(['PS256', 'PS384', 'PS512'] as const).map((algorithm) => [algorithm, 'PS'] as const),
  ...(['ES256', 'ES384', 'ES512'] as const).map((algorithm) => [algorithm, algorithm] as const),
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'signet-openssl-'));
  writeFileSync(path('data'), data);
  for (const [name, args] of Object.entries(kinds)) {
    openssl('genpkey', '-algorithm', ...args, '-out', `${name}.pem`);
    openssl('pkey', '-in', `${name}.pem`, '-pubout', '-out', `${name}.pub`);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const publicKey = (kind: string) => createPublicKey(readFileSync(path(`${kind}.pub`)));

function pssOptions(algorithm: Algorithm): string[] {
  const { family, digestLength } = algorithmFacts(algorithm);
  return family === 'pss' ? ['-sigopt', 'rsa_padding_mode:pss', '-sigopt', `rsa_pss_saltlen:${digestLength}`] : [];
}

/** pkeyutl refuses an input longer than a hash, so the DigestInfo is padded and signed by the library behind it. */
function signBlock(block: Buffer): Buffer {
  return privateEncrypt({ key: readFileSync(path('RS.pem')), padding: constants.RSA_PKCS1_PADDING }, block);
}

function signPrehashed(algorithm: Algorithm, kind: string, { input, parameter }: SignaturePlan): Buffer {
  writeFileSync(path('input'), input);
  const digest = ['-pkeyopt', `digest:${algorithmFacts(algorithm).hash}`];
  const pss = ['-pkeyopt', 'rsa_padding_mode:pss', ...digest, '-pkeyopt', `rsa_pss_saltlen:${parameter?.saltLen}`];
  openssl(
    'pkeyutl',
    '-sign',
    '-inkey',
    `${kind}.pem`,
    '-in',
    'input',
    '-out',
    'raw.sig',
    ...(parameter === undefined ? [] : pss),
  );
  return readFileSync(path('raw.sig'));
}

describe.each(cases)('%s with a key of kind %s', (algorithm, kind) => {
  const { hash, family } = algorithmFacts(algorithm);
  const digest = createHash(hash ?? 'sha256')
    .update(data)
    .digest();
  const encoding = family === 'ecdsa' ? 'der' : 'p1363';

  it('verifies what openssl dgst signed', async () => {
    openssl('dgst', `-${hash}`, '-sign', `${kind}.pem`, ...pssOptions(algorithm), '-out', 'dgst.sig', 'data');
    const request = { algorithm, publicKey: publicKey(kind), signature: readFileSync(path('dgst.sig')), encoding } as const;
    expect(await verifySignature({ ...request, data })).toEqual({ valid: true });
    expect(await verifySignature({ ...request, digest })).toEqual({ valid: true });
  });

  // CKM_RSA_PKCS, CKM_RSA_PKCS_PSS and CKM_ECDSA do to the planned input what pkeyutl does to it here.
  it('plans an input from which a raw signature verifies with openssl and with us', async () => {
    const key = keyFactsOf(publicKey(kind).export({ type: 'spki', format: 'der' }));
    const plan = planSignature(algorithm, key, new Set([0x1, 0xd, 0x1041]), { data });
    const made = family === 'pkcs1' ? signBlock(plan.input) : signPrehashed(algorithm, kind, plan);
    const signature = family === 'ecdsa' ? ecdsaFromDer(made, (signatureLength(key) ?? 0) / 2) : made;
    if (signature === null) throw new Error('openssl made a signature that is not DER');
    expect(await verifySignature({ algorithm, publicKey: publicKey(kind), signature, digest })).toEqual({ valid: true });
    expect(await verifySignature({ algorithm, publicKey: publicKey(kind), signature, data })).toEqual({ valid: true });

    writeFileSync(path('ours.sig'), family === 'ecdsa' ? ecdsaToDer(signature) : signature);
    const output = openssl(
      'dgst',
      `-${hash}`,
      '-verify',
      `${kind}.pub`,
      ...pssOptions(algorithm),
      '-signature',
      'ours.sig',
      'data',
    );
    expect(output.toString()).toContain('Verified OK');
  });
});

describe('EdDSA', () => {
  it('verifies what openssl pkeyutl signed', async () => {
    openssl('pkeyutl', '-sign', '-rawin', '-inkey', 'EdDSA.pem', '-in', 'data', '-out', 'ed.sig');
    const request = { algorithm: 'EdDSA', publicKey: publicKey('EdDSA'), signature: readFileSync(path('ed.sig')) } as const;
    expect(await verifySignature({ ...request, data })).toEqual({ valid: true });
    const other = { ...request, data: Buffer.from('another') };
    expect(await verifySignature(other)).toEqual({ valid: false, reason: 'signature_mismatch' });
  });
});
