import { describe, expect, it } from 'vitest';
import { fitting } from '../../src/sites/index.ts';
import type { Credential } from '../../src/tokens/index.ts';
import { credentialWith } from '../bridges/afirma/certificates.ts';

/** The two certificates of one card. */
async function card(): Promise<{ login: Credential; signature: Credential }> {
  const login = await credentialWith({ subject: 'CN=login', serial: '4a01', usage: ['digitalSignature'] });
  const signature = await credentialWith({ subject: 'CN=signature', serial: '4a02', usage: ['nonRepudiation'] });
  return { login, signature: { ...signature, token: login.token } };
}

describe('the certificates that can serve', () => {
  it('to sign are those made for it, where the card has one', async () => {
    const { login, signature } = await card();
    expect(fitting([login, signature], 'sign', Date.now())).toEqual([signature]);
    expect(fitting([login], 'sign', Date.now())).toEqual([login]);
    expect(fitting([login, signature], 'authenticate', Date.now())).toEqual([login]);
  });

  it('to sign are no others because a site names only the login’s', async () => {
    const { login, signature } = await card();
    const onlyLogin = (each: Credential): boolean => each === login;
    expect(() => fitting([login, signature], 'sign', Date.now(), onlyLogin)).toThrow(
      expect.objectContaining({ code: 'no_certificate', facts: expect.objectContaining({ variant: 'usage' }) }),
    );
  });
});
