import { expect, it } from 'vitest';
import { pick } from '../../../src/bridges/afirma/pick.ts';
import type { Work } from '../../../src/bridges/afirma/work.ts';
import { SignetError } from '../../../src/errors/index.ts';
import type { Credential } from '../../../src/tokens/index.ts';

it.each(['credential_not_found', 'no_certificate'] as const)(
  'a kept certificate that cannot be used (%s) is asked for anew, not held against the page for ever',
  async (code) => {
    const picked = { certificate: { der: Buffer.from('other') } } as Credential;
    const work = {
      request: { op: 'sign', parameters: new Map([['sticky', 'true']]), properties: new Map() },
      site: { origin: 'https://sede.example' },
      sites: {
        find: () => Promise.reject(new SignetError(code, { ...(code === 'no_certificate' ? { variant: 'usage' } : {}) })),
        certificate: () => Promise.resolve(picked),
      },
      sticky: new Map([['https://sede.example', Buffer.from('for logging in only')]]),
      call: { signal: new AbortController().signal },
      now: Date.now,
    } as unknown as Work;
    expect(await pick(work, new Map(), 'sign')).toBe(picked);
    expect(work.sticky.get('https://sede.example')).toEqual(Buffer.from('other'));
  },
);
